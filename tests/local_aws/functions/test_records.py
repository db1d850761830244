"""Functions as records: create, change, publish, name, permit, list, delete, and what is refused."""

from __future__ import annotations

import errno
import json
import secrets
import tempfile

import pytest
from botocore.exceptions import ClientError

from local_aws.functions import package
from local_aws.server import serve
from tests.local_aws.functions.functions_support import Lambda, zipped

ECHO = "def handler(event, context):\n    return [context.function_version, {value!r}]"


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    return Lambda(aws)


def refused(call, code: str, status: int = 400, **params) -> str:
    """The message of an error that a call must end in."""
    with pytest.raises(ClientError) as error:
        call(**params)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    return answer["Error"]["Message"]


def minimal(functions: Lambda, **options) -> dict:
    """The parameters of a plain CreateFunction."""
    return {
        "FunctionName": f"function-{secrets.token_hex(4)}",
        "Runtime": "python3.13",
        "Role": functions.role,
        "Handler": "lambda_function.handler",
        "Code": {"ZipFile": zipped(ECHO.format(value=1))},
    } | options


def test_configuration_from_pending_to_active(functions):
    params = minimal(functions, Environment={"Variables": {}})
    name = params["FunctionName"]
    created = functions.client.create_function(**params)
    assert created.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    for varying in ("CodeSha256", "CodeSize", "LastModified", "RevisionId", "RuntimeVersionConfig"):
        assert created.pop(varying)
    assert created == {
        "Architectures": ["x86_64"],
        "Description": "",
        "Environment": {"Variables": {}},
        "EphemeralStorage": {"Size": 512},
        "FunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        "FunctionName": name,
        "Handler": "lambda_function.handler",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        "MemorySize": 128,
        "PackageType": "Zip",
        "Role": functions.role,
        "Runtime": "python3.13",
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "Version": "$LATEST",
    }
    functions.client.get_waiter("function_active_v2").wait(FunctionName=name)
    shape = functions.client.get_function(FunctionName=name)
    assert shape["Code"]["RepositoryType"] == "S3"
    assert shape["Configuration"]["State"] == "Active"
    assert shape["Configuration"]["LastUpdateStatus"] == "Successful"
    assert "StateReason" not in shape["Configuration"]
    assert "Concurrency" not in shape and "Tags" not in shape


def test_too_early(aws):
    with serve(clock=0.2) as slow:
        patient = Lambda(type(aws)(slow))
        params = minimal(patient)
        name = params["FunctionName"]
        arn = patient.client.create_function(**params)["FunctionArn"]
        assert refused(patient.client.invoke, "ResourceConflictException", 409, FunctionName=name) == (
            "The operation cannot be performed at this time. The function is currently in the following state: Pending"
        )
        assert (
            refused(
                patient.client.update_function_configuration,
                "ResourceConflictException",
                409,
                FunctionName=name,
                Timeout=5,
            )
            == f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"
        )


def test_update_of_code_and_configuration(functions):
    name = functions.create(ECHO.format(value="old"))
    assert functions.invoke(name)[0] == ["$LATEST", "old"]
    updated = functions.client.update_function_code(FunctionName=name, ZipFile=zipped(ECHO.format(value="new")))
    assert updated["LastUpdateStatus"] == "InProgress"
    functions.client.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert functions.invoke(name)[0] == ["$LATEST", "new"]
    before = functions.client.get_function_configuration(FunctionName=name)
    changed = functions.client.update_function_configuration(
        FunctionName=name, Timeout=300, MemorySize=256, Description="changed", RevisionId=before["RevisionId"]
    )
    assert (changed["Timeout"], changed["MemorySize"], changed["Description"]) == (300, 256, "changed")
    functions.wait_until_active(name)
    assert functions.invoke(name)[0] == ["$LATEST", "new"]
    refused(
        functions.client.update_function_configuration,
        "PreconditionFailedException",
        412,
        FunctionName=name,
        Timeout=1,
        RevisionId=before["RevisionId"],
    )
    dry = functions.client.update_function_code(FunctionName=name, ZipFile=zipped("x = 1"), DryRun=True)
    after = functions.client.get_function_configuration(FunctionName=name)
    assert dry["CodeSha256"] != after["CodeSha256"] == before["CodeSha256"]


def test_code_from_s3(functions):
    bucket, s3 = functions.aws.bucket(), functions.aws.client("s3")
    s3.put_object(Bucket=bucket, Key="code.zip", Body=zipped(ECHO.format(value="from S3")))
    name = functions.create("", Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    assert functions.invoke(name)[0] == ["$LATEST", "from S3"]
    message = refused(
        functions.client.update_function_code,
        "InvalidParameterValueException",
        FunctionName=name,
        S3Bucket=bucket,
        S3Key="missing.zip",
    )
    assert message == (
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
    )


def test_code_from_s3_needs_the_callers_right_to_read_it(functions):
    bucket = functions.aws.bucket()
    allowed = {"Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*"}
    caller = functions.aws.client("lambda", role_arn=functions.aws.role("lambda.amazonaws.com", allowed))
    params = minimal(functions, Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    message = refused(caller.create_function, "AccessDeniedException", 403, **params)
    assert message == (
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
        f"for {bucket}/code.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
    )


def test_the_role_must_be_passed(functions):
    caller = functions.aws.client(
        "lambda",
        role_arn=functions.aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}),
    )
    message = refused(caller.create_function, "AccessDeniedException", 403, **minimal(functions))
    assert "is not authorized to perform: iam:PassRole on resource" in message


def test_refused_at_creation(functions):
    create, invalid = functions.client.create_function, "InvalidParameterValueException"
    not_a_zip = minimal(functions, Code={"ZipFile": b"not a zip"})
    assert refused(create, invalid, **not_a_zip) == (
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )
    old = minimal(functions, Runtime="python3.7")
    assert refused(create, invalid, **old).startswith(
        "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions."
    )
    assert "nodejs22.x" in refused(create, "NotImplemented", 501, **minimal(functions, Runtime="nodejs22.x"))
    layered = minimal(functions, Layers=["arn:aws:lambda:us-east-1:123456789012:layer:one:1"])
    assert "Layers" in refused(create, "NotImplemented", 501, **layered)
    reserved = minimal(functions, Environment={"Variables": {"AWS_REGION": "x"}})
    assert refused(create, invalid, **reserved).endswith("Reserved keys used in this request: AWS_REGION")
    large = minimal(functions, Environment={"Variables": {"LARGE": "x" * 4096}})
    assert "exceeded the 4KB limit. String measured: {" in refused(create, invalid, **large)
    wrapped = minimal(functions, Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}})
    assert "AWS_LAMBDA_EXEC_WRAPPER" in refused(create, "NotImplemented", 501, **wrapped)
    for member, value, most in (("Timeout", 901, 900), ("MemorySize", 10_241, 10_240)):
        assert refused(create, "ValidationException", 400, **minimal(functions, **{member: value})) == (
            f"1 validation error detected: Value '{value}' at '{member[0].lower()}{member[1:]}' failed to satisfy "
            f"constraint: Member must have value less than or equal to {most}"
        )
    dead_letters = {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead-letters"}
    assert refused(create, invalid, **minimal(functions, DeadLetterConfig=dead_letters)) == (
        "The provided execution role does not have permissions to call SendMessage on SQS"
    )
    role = functions.aws.role("states.amazonaws.com")
    assert refused(create, invalid, **minimal(functions, Role=role)) == (
        "The role defined for the function cannot be assumed by Lambda."
    )
    name = functions.create(ECHO.format(value=1))
    assert refused(create, "ResourceConflictException", 409, **minimal(functions, FunctionName=name)) == (
        f"Function already exist: {name}"
    )


def test_package_with_a_damaged_member(functions):
    damaged = bytearray(zipped("".join(secrets.token_hex(20) for _ in range(50))))
    damaged[100:110] = bytes(10)
    assert refused(
        functions.client.create_function,
        "InvalidParameterValueException",
        **minimal(functions, Code={"ZipFile": bytes(damaged)}),
    ) == ("Could not unzip uploaded file. Please check your file, then try to upload again.")


def test_no_room_for_a_package_is_not_the_packages_fault(functions, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(package, "_unpack", full)
    unseen = minimal(functions, Code={"ZipFile": zipped(f"# {secrets.token_hex(8)}")})
    message = refused(functions.client.create_function, "InternalFailure", 500, **unseen)
    assert f"no room left in {tempfile.gettempdir()}" in message


@pytest.mark.slow
def test_package_that_is_too_large_unzipped(functions):
    huge = zipped(**{f"{number}.txt": "\0" * 27_000_000 for number in range(10)})
    assert (
        refused(
            functions.client.create_function,
            "InvalidParameterValueException",
            **minimal(functions, Code={"ZipFile": huge}),
        )
        == "Unzipped size must be smaller than 262144000 bytes"
    )


def test_names_and_arns(functions):
    name = functions.create(ECHO.format(value="same"))
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for form in (name, arn, f"123456789012:function:{name}", f"function:{name}", f"{name}:$LATEST", f"{arn}:$LATEST"):
        assert functions.invoke(form)[0] == ["$LATEST", "same"]
    refused(
        functions.client.invoke, "ResourceNotFoundException", 404, FunctionName=arn.replace("us-east-1", "eu-west-1")
    )
    long = refused(functions.client.get_function, "ValidationException", FunctionName="x" * 65)
    assert "Member must have length less than or equal to 64" in long


def test_only_the_function_itself_can_be_updated(functions):
    name = functions.create(ECHO.format(value=1))
    functions.client.publish_version(FunctionName=name)
    for update, change in (
        (functions.client.update_function_configuration, {"Timeout": 5}),
        (functions.client.update_function_code, {"ZipFile": zipped(ECHO.format(value=2))}),
    ):
        message = refused(update, "InvalidParameterValueException", FunctionName=f"{name}:1", **change)
        assert message.startswith("This operation is permitted on Lambda functions only.")
    assert functions.client.get_function_configuration(FunctionName=name)["Timeout"] == 3


def test_versions_keep_what_they_were(functions):
    name = functions.create(ECHO.format(value="first"))
    first = functions.client.publish_version(FunctionName=name, Description="one")
    assert (first["Version"], first["Description"]) == ("1", "one")
    assert first["FunctionArn"].endswith(f":{name}:1")
    functions.wait_until_active(f"{name}:1")
    assert functions.client.publish_version(FunctionName=name)["Version"] == "1"
    functions.client.update_function_code(FunctionName=name, ZipFile=zipped(ECHO.format(value="second")))
    functions.wait_until_active(name)
    assert functions.client.publish_version(FunctionName=name)["Version"] == "2"
    functions.wait_until_active(f"{name}:2")
    assert functions.invoke(name, Qualifier="1")[0] == ["1", "first"]
    answer = functions.client.invoke(FunctionName=f"{name}:2")
    assert (answer["ExecutedVersion"], json.load(answer["Payload"])) == ("2", ["2", "second"])
    listed = functions.client.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
    functions.client.delete_function(FunctionName=name, Qualifier="1")
    refused(functions.client.invoke, "ResourceNotFoundException", 404, FunctionName=name, Qualifier="1")


def test_aliases(functions):
    name, client = functions.create(ECHO.format(value="first")), functions.client
    client.publish_version(FunctionName=name)
    client.update_function_code(FunctionName=name, ZipFile=zipped(ECHO.format(value="second")), Publish=True)
    functions.wait_until_active(name)
    functions.wait_until_active(f"{name}:2")
    live = client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert live["AliasArn"].endswith(f":{name}:live")
    assert client.get_function_configuration(FunctionName=name, Qualifier="live")["FunctionArn"] == live["AliasArn"]
    assert functions.invoke(name, Qualifier="live")[0] == ["1", "first"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert functions.invoke(f"{name}:live")[0] == ["2", "second"]
    client.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}})
    seen = {functions.invoke(name, Qualifier="live")[0][0] for _ in range(60)}
    assert seen == {"1", "2"}
    assert [alias["Name"] for alias in client.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
    refused(client.delete_function, "ResourceConflictException", 409, FunctionName=name, Qualifier="2")
    client.delete_alias(FunctionName=name, Name="live")
    message = refused(client.get_alias, "ResourceNotFoundException", 404, FunctionName=name, Name="live")
    assert message == f"Cannot find alias arn: arn:aws:lambda:us-east-1:123456789012:function:{name}:live"


def test_permissions(functions):
    name, client = functions.create(ECHO.format(value=1)), functions.client
    missing = refused(client.get_policy, "ResourceNotFoundException", 404, FunctionName=name)
    assert missing == "No policy is associated with the given resource."
    permission = {
        "FunctionName": name,
        "StatementId": "s3",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::bucket",
        "SourceAccount": "123456789012",
    }
    expected = {
        "Sid": "s3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
        },
    }
    assert json.loads(client.add_permission(**permission)["Statement"]) == expected
    assert refused(client.add_permission, "ResourceConflictException", 409, **permission) == (
        "The statement id (s3) provided already exists. "
        "Please provide a new statement id, or remove the existing statement."
    )
    policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    assert policy == {"Version": "2012-10-17", "Id": "default", "Statement": [expected]}
    client.remove_permission(FunctionName=name, StatementId="s3")
    refused(client.get_policy, "ResourceNotFoundException", 404, FunctionName=name)


def test_a_permission_lets_a_service_in(functions):
    name = functions.create(ECHO.format(value=1))
    roles = functions.aws.server.host.roles
    s3 = roles.service_client("lambda", service="s3.amazonaws.com", source_arn="arn:aws:s3:::mine")
    with pytest.raises(ClientError) as denied:
        s3.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    functions.client.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::mine",
    )
    assert s3.invoke(FunctionName=name, InvocationType="Event", Payload="{}")["StatusCode"] == 202


def test_concurrency_settings(functions):
    name, client = functions.create(ECHO.format(value=1)), functions.client
    limit = client.get_account_settings()["AccountLimit"]
    assert limit["ConcurrentExecutions"] == 1000
    assert (
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)[
            "ReservedConcurrentExecutions"
        ]
        == 5
    )
    assert client.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    left = client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert left == limit["UnreservedConcurrentExecutions"] - 5
    message = refused(
        client.put_function_concurrency,
        "InvalidParameterValueException",
        FunctionName=name,
        ReservedConcurrentExecutions=950,
    )
    assert message.endswith("below its minimum value of [100].")
    client.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)


def test_tags_lists_and_deletion(functions):
    names = sorted(functions.create(ECHO.format(value=1), Tags={"course": "yes"}) for _ in range(3))
    client = functions.client
    arn = client.get_function_configuration(FunctionName=names[0])["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"more": "1"})
    client.untag_resource(Resource=arn, TagKeys=["course"])
    assert client.list_tags(Resource=arn)["Tags"] == {"more": "1"}
    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    listed = [shape["FunctionName"] for page in pages for shape in page["Functions"]]
    assert len(pages) > 1 and listed == sorted(listed) and set(names) <= set(listed)
    assert all("State" not in shape for page in pages for shape in page["Functions"])
    for name in names:
        assert client.delete_function(FunctionName=name)["ResponseMetadata"]["HTTPStatusCode"] == 204
    refused(client.delete_function, "ResourceNotFoundException", 404, FunctionName=names[0])


def test_what_is_not_there_says_so_by_name(functions):
    message = refused(functions.client.list_capacity_providers, "NotImplemented", 501)
    assert "ListCapacityProviders" in message and "not there" in message


def test_a_deleted_functions_events_are_dropped(functions):
    name = functions.create(ECHO.format(value=1))
    functions.client.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    functions.client.delete_function(FunctionName=name)
    again = functions.create(ECHO.format(value="again"), FunctionName=name)
    assert functions.invoke(again)[0] == ["$LATEST", "again"]

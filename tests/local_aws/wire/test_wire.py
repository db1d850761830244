"""The wire against botocore itself: what a client writes is read, and what is written a client reads."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict, prepare_request_dict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from local_aws import wire
from local_aws.call import ApiError

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def request_of(service: str, operation: str, params: dict) -> wire.Request:
    """The request that a client of botocore sends, unsigned."""
    api = wire.api_for(service)
    model = api.model.operation_model(operation)
    made = create_serializer(api.protocol, include_validation=False).serialize_to_request(params, model)
    prepare_request_dict(made, "http://127.0.0.1", context={})
    path, _, query = made["url"].removeprefix("http://127.0.0.1").partition("?")
    body = made["body"]
    body = urlencode(body) if isinstance(body, dict) else body
    headers = {name.lower(): str(value) for name, value in made["headers"].items()} | {"host": "127.0.0.1"}
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    return wire.Request(made["method"], path or "/", wire.query(query), headers, body)


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("lambda", "CreateFunction", {
            "FunctionName": "f", "Role": "r", "Code": {"ZipFile": b"\x00\xff"}, "Timeout": 3, "Publish": True,
            "Environment": {"Variables": {"A": "ü", "B": ""}}, "Layers": ["a", "b"],
        }),
        ("lambda", "Invoke", {"FunctionName": "f:1", "Payload": b"\x00", "InvocationType": "Event", "LogType": "Tail"}),
        ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f"}),
        ("lambda", "ListFunctions", {"MaxItems": 5, "Marker": "a b&c"}),
        ("lambda", "UntagResource", {"Resource": "arn:x/y", "TagKeys": ["a", "b c"]}),
        ("stepfunctions", "StartExecution", {"stateMachineArn": "arn", "input": '{"a": "ü"}', "name": "n"}),
        ("sagemaker", "CreateTrainingJob", {
            "TrainingJobName": "j", "RoleArn": "r", "HyperParameters": {"mode": "supervised"},
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/k"}}}],
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
        }),
        ("sagemaker", "ListTrainingJobs", {"CreationTimeAfter": MOMENT, "MaxResults": 3}),
        ("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "e", "Body": b"x", "ContentType": "text/csv"}),
        ("sts", "AssumeRole", {
            "RoleArn": "r", "RoleSessionName": "s", "DurationSeconds": 900, "Policy": "{} &=+",
            "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}], "TransitiveTagKeys": ["a"],
        }),
        ("s3", "GetObject", {"Bucket": "b", "Key": "a b/ü+?.txt", "VersionId": "v", "Range": "bytes=0-1"}),
        ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "a&<b>"}, {"Key": "c"}]}}),
        ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "a+b c", "MaxKeys": 3, "FetchOwner": True}),
        ("s3", "PutBucketNotificationConfiguration", {"Bucket": "b", "NotificationConfiguration": {
            "QueueConfigurations": [{"Id": "i", "QueueArn": "q", "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}]}}}]}}),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Metadata": {"a": "b"}, "Body": b""}),
    ],
)  # fmt: skip
def test_what_a_client_writes_is_read(service, operation, params):
    request = request_of(service, operation, params)
    found, path_values = wire.api_for(service).route(request)
    assert found.name == operation
    assert wire.parse(request, found, path_values) == params


@pytest.mark.parametrize(
    ("service", "operation", "result"),
    [
        ("lambda", "GetFunctionConfiguration", {"FunctionName": "ü", "Timeout": 3, "Layers": [{"Arn": "a"}]}),
        ("lambda", "GetFunctionConcurrency", {"ReservedConcurrentExecutions": 0}),
        ("stepfunctions", "DescribeStateMachine", {"name": "n", "creationDate": MOMENT, "definition": '{"ü": 1}'}),
        ("sts", "AssumeRole", {"Credentials": {
            "AccessKeyId": "a", "SecretAccessKey": "<&>", "SessionToken": "t", "Expiration": MOMENT}}),
        ("s3", "GetBucketNotificationConfiguration", {"QueueConfigurations": [
            {"Id": "<i>", "QueueArn": "q", "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]},
            {"Id": "j", "QueueArn": "q", "Events": ["s3:ObjectCreated:Put"]}]}),
        ("s3", "GetBucketPolicy", {"Policy": '{"a": "<ü>"}'}),
        ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "j", "CreationTime": MOMENT,
            "BillableTimeInSeconds": 7,
            "FinalMetricDataList": [{"MetricName": "m", "Value": 0.5, "Timestamp": MOMENT}]}),
    ],
)  # fmt: skip
def test_what_is_written_a_client_reads(service, operation, result):
    api = wire.api_for(service)
    model = api.model.operation_model(operation)
    response = wire.serialise(model, result, "id")
    raw = {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}
    read = create_parser(api.protocol).parse(raw, model.output_shape)
    del read["ResponseMetadata"]
    assert read == result


def test_a_member_that_the_model_does_not_know_is_a_defect():
    model = wire.api_for("lambda").model.operation_model("GetFunctionConcurrency")
    with pytest.raises(KeyError):
        wire.serialise(model, {"NoSuchMember": 1}, "id")


@pytest.mark.parametrize("service", ["lambda", "stepfunctions", "sagemaker", "sts", "s3", "sqs", "ec2"])
def test_errors_in_every_protocol(service):
    api = wire.api_for(service)
    error = ApiError("SomeCode", "what <was> wrong & ü", 418)
    response = wire.serialise_error(api, error, "the-id", "/path")
    raw = {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}
    read = create_parser(api.protocol).parse(raw, None)
    assert (read["Error"]["Code"], read["Error"]["Message"]) == ("SomeCode", "what <was> wrong & ü")
    assert read["ResponseMetadata"]["HTTPStatusCode"] == 418


def test_every_operation_of_the_rest_services_has_a_route_of_its_own():
    for service in ("lambda", "sagemaker-runtime"):
        api = wire.api_for(service)
        for name in api.model.operation_names:
            model = api.model.operation_model(name)
            if model.deprecated:
                continue
            required = model.input_shape.required_members if model.input_shape else []
            params = {member: _example(model.input_shape.members[member]) for member in required}
            assert api.route(request_of(service, name, params))[0].name == name


def _example(shape):
    if shape.type_name == "structure":
        return {name: _example(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_example(shape.member)]
    return {"string": "x", "integer": 1, "long": 1, "boolean": True, "blob": b"x", "map": {}}[shape.type_name]


@pytest.mark.parametrize(
    ("service", "operation", "params", "words"),
    [
        ("sagemaker", "CreateProcessingJob", {"ProcessingJobName": "a_b"}, [
            "Value null at 'processingResources' failed to satisfy constraint: Member must not be null",
            "Value 'a_b' at 'processingJobName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        ]),
        ("lambda", "Invoke", {"FunctionName": "f", "InvocationType": "Never"}, [
            "Value 'Never' at 'invocationType' failed to satisfy constraint: "
            "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
        ]),
        ("stepfunctions", "ListExecutions", {"statusFilter": "failed"}, [
            "Value 'failed' at 'statusFilter' failed to satisfy constraint: "
            "Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
        ]),
        ("lambda", "PutFunctionConcurrency", {"FunctionName": "f", "ReservedConcurrentExecutions": -1}, [
            "Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0",
        ]),
        ("sagemaker", "CreateTransformJob", {"Environment": {"1": "x"}}, [
            "at 'environment' failed to satisfy constraint: Member must satisfy regular expression pattern",
        ]),
        ("sagemaker", "CreateTrainingJob", {"InputDataConfig": [{"ChannelName": "a b"}]}, [
            "Value 'a b' at 'inputDataConfig.1.member.channelName' failed to satisfy constraint",
            "Value null at 'inputDataConfig.1.member.dataSource' failed to satisfy constraint: Member must not be null",
        ]),
    ],
)  # fmt: skip
def test_validation(service, operation, params, words):
    with pytest.raises(ApiError) as refused:
        wire.validate(wire.api_for(service).model.operation_model(operation), params)
    assert refused.value.code == "ValidationException"
    for text in words:
        assert text in refused.value.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"stateMachineArn": 1}', "NUMBER_VALUE cannot be converted to String"),
        (b'{"stateMachineArn": {}}', "START_OBJECT cannot be converted to String"),
        (b'{"stateMachineArn": true}', "TRUE_VALUE cannot be converted to String"),
    ],
)
def test_bodies_of_the_wrong_kind(body, words):
    request = wire.Request("POST", "/", wire.query(""), {"x-amz-target": "AWSStepFunctions.StartExecution"}, body)
    operation, values = wire.api_for("stepfunctions").route(request)
    with pytest.raises(ApiError) as refused:
        wire.parse(request, operation, values)
    assert (refused.value.code, words in refused.value.message) == ("SerializationException", True)


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("MaxResults", "1e30", "NUMBER_VALUE cannot be converted to Integer"),
        ("MaxResults", "2147483648", "NUMBER_VALUE cannot be converted to Integer"),
        ("MaxResults", "1.5", "NUMBER_VALUE cannot be converted to Integer"),
        ("MaxResults", "NaN", "not JSON"),
        ("CreationTimeAfter", "1e308", "NUMBER_VALUE can not be converted to milliseconds since epoch"),
        ("CreationTimeAfter", '"inf"', "STRING_VALUE can not be converted to milliseconds since epoch"),
        ("CreationTimeAfter", "true", "TRUE_VALUE cannot be converted to Timestamp"),
        ("CreationTimeAfter", "[1]", "START_ARRAY cannot be converted to Timestamp"),
    ],
)
def test_numbers_and_times_that_are_none(member, value, words):
    body = f'{{"{member}": {value}}}'.encode()
    request = wire.Request("POST", "/", wire.query(""), {"x-amz-target": "SageMaker.ListModels"}, body)
    operation, values = wire.api_for("sagemaker").route(request)
    with pytest.raises(ApiError) as refused:
        wire.parse(request, operation, values)
    assert (refused.value.code, words in refused.value.message) == ("SerializationException", True)


@pytest.mark.parametrize("text", ["1_000", "\u0663", "nan", " 1", "", "9" * 30, "1.0"])
def test_text_that_only_python_would_call_a_whole_number(text):
    request = wire.Request("GET", "/2015-03-31/functions", wire.query(f"MaxItems={quote(text)}"), {}, b"")
    operation, values = wire.api_for("lambda").route(request)
    with pytest.raises(ApiError) as refused:
        wire.parse(request, operation, values)
    assert refused.value.code == "SerializationException"


def test_an_error_with_a_character_that_no_document_can_hold():
    response = wire.serialise_error(wire.api_for("iam"), ApiError("ValidationError", "a\x00b\uffff<\r"), "id")
    message = ElementTree.fromstring(response.body).findtext(".//{*}Message")
    assert message == "a\ufffdb\ufffd<\r"


def test_a_refused_list_is_shown_as_java_prints_it():
    operation = wire.api_for("kms").model.operation_model("TagResource")
    with pytest.raises(ApiError) as refused:
        wire.validate(operation, {"KeyId": "k", "Tags": [{"TagKey": "", "TagValue": "v"}]})
    assert "Value '' at 'tags.1.member.tagKey' failed" in refused.value.message
    operation = wire.api_for("iam").model.operation_model("TagRole")
    with pytest.raises(ApiError) as refused:
        wire.validate(operation, {"RoleName": "r", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}] * 26})
    assert "Value '[Tag(key=a, value=b), Tag(key=c, value=null)," in refused.value.message


def test_a_null_member_is_an_absent_one():
    body = b'{"stateMachineArn": "a", "name": null, "noSuchMember": 1}'
    request = wire.Request("POST", "/", wire.query(""), {"x-amz-target": "AWSStepFunctions.StartExecution"}, body)
    operation, values = wire.api_for("stepfunctions").route(request)
    assert wire.parse(request, operation, values) == {"stateMachineArn": "a"}


def test_a_form_that_is_no_text():
    request = wire.Request("POST", "/", wire.query(""), {}, b"Action=\xff\xfe")
    with pytest.raises(ApiError, match="syntax error"):
        wire.api_for("sts").route(request)


def test_models_of_botocore_are_shared():
    assert wire.api_for("lambda") is wire.api_for("lambda")
    assert set(botocore.session.get_session().get_available_services()) > {"lambda", "stepfunctions", "sagemaker"}

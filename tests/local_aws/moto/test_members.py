"""No member of a request is dropped in silence where moto answers: it is read, done here, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import Shape

from local_aws import wire
from local_aws.moto import members
from local_aws.moto.backend import SERVICES
from tests.local_aws.moto import moto_reading
from tests.served import served
from tests.unchecked import client, some_value

REFUSED = [
    (service, operation)
    for service in sorted(SERVICES.values())
    for operation in members.ignored(service)
    if members.refused(service, operation)
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.mark.slow
def test_the_table_is_what_motos_source_says():
    """An upgrade of moto or botocore that brings a member, or has moto read one, changes the table: see what to do."""
    found = members.TABLE.read_text(encoding="utf-8")
    assert found == moto_reading.written(moto_reading.table()), "Run: python -m tests.local_aws.moto.moto_reading"


@pytest.mark.parametrize("table", ["_DONE_HERE", "_WITHOUT_EFFECT", "_SO_ANYWAY"])
def test_what_is_said_of_ignored_members_is_about_ignored_members(table):
    for service, name in getattr(members, table):
        assert any(name in ignored for ignored in members.ignored(service).values()), f"{service}: {name}"


@pytest.mark.slow
@pytest.mark.parametrize(("service", "operation"), REFUSED)
def test_each_refused_member_is_refused_by_its_name(endpoint, service, operation):
    shape = wire.api_for(service).model.operation_model(operation).input_shape
    required = {name: some_value(shape.members[name]) for name in shape.required_members}
    call = getattr(client(service, endpoint), xform_name(operation))
    for name in members.refused(service, operation):
        others = {key: harmless(service, key, value) for key, value in required.items()}
        top, *inner = members.steps(name)
        with pytest.raises(ClientError) as refused:
            call(**others | {top: around(service, name, shape.members[top], inner)})
        error = refused.value.response["Error"]
        if operation.startswith("Head"):  # whose answers have no body
            assert error["Code"] == "501"
            continue
        named = f"{service}:{operation} with {name} is not there"
        assert (error["Code"], error["Message"][: len(named)]) == ("NotImplemented", named)


def harmless(service: str, name: str, value: Any) -> Any:
    return members._SO_ANYWAY.get((service, name), False if value is True else value)


def around(service: str, name: str, shape: Shape, path: list[str]) -> Any:
    """A value of a shape that asks, at the end of a path, for what isn't so anyway."""
    if not path:
        return another_value(service, name, shape)
    match path[0]:
        case "[]":
            return [around(service, name, shape.member, path[1:])]
        case "{}":
            return {some_value(shape.key): around(service, name, shape.value, path[1:])}
    others = {one: some_value(shape.members[one], least=True) for one in shape.required_members}
    return others | {path[0]: around(service, name, shape.members[path[0]], path[1:])}


def another_value(service: str, name: str, shape: Shape) -> Any:
    """A value that asks for what isn't so anyway."""
    usual = members._SO_ANYWAY.get((service, name))
    if isinstance(usual, dict):
        return {one: another_of(shape.members[one], value) for one, value in usual.items()}
    return another_of(shape, usual)


def another_of(shape: Shape, usual: Any) -> Any:
    others = [value for value in getattr(shape, "enum", None) or () if value != usual]
    return others[0] if others else some_value(shape)


# ---- pages -----------------------------------------------------------------------------------------------------


def test_a_list_comes_in_the_pages_that_are_asked_for(endpoint):
    iam = client("iam", endpoint)
    for number in range(5):
        iam.create_group(GroupName=f"paged-{number}")
    pages = list(iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Groups"]) for page in pages] == [2, 2, 1]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    names = [group["GroupName"] for page in pages for group in page["Groups"]]
    assert names == [f"paged-{number}" for number in range(5)]


def test_a_page_of_queues_tells_addresses_that_can_be_called(endpoint):
    sqs = client("sqs", endpoint)
    made = sorted(sqs.create_queue(QueueName=f"paged-{number}")["QueueUrl"] for number in range(3))
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix="paged-", PaginationConfig={"PageSize": 2}))
    assert [len(page["QueueUrls"]) for page in pages] == [2, 1]
    assert sorted(url for page in pages for url in page["QueueUrls"]) == made
    assert sqs.get_queue_attributes(QueueUrl=made[0], AttributeNames=["QueueArn"])["Attributes"]


@pytest.mark.parametrize(
    ("service", "operation", "token", "code"),
    [
        ("iam", "list_groups", {"Marker": "nonsense"}, "ValidationError"),
        ("kms", "list_keys", {"Marker": "nonsense"}, "InvalidMarkerException"),
        ("logs", "describe_resource_policies", {"nextToken": "nonsense"}, "InvalidParameterException"),
        ("ssm", "describe_parameters", {"NextToken": "nonsense"}, "InvalidNextToken"),
    ],
)
def test_a_token_that_is_none(endpoint, service, operation, token, code):
    with pytest.raises(ClientError) as refused:
        getattr(client(service, endpoint), operation)(**token)
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3, 50])
def test_parameters_and_queues_in_pages(endpoint, size):
    ssm, sqs = client("ssm", endpoint), client("sqs", endpoint)
    for number in range(12):
        ssm.put_parameter(Name=f"p{number:02}", Value="x", Type="String", Overwrite=True)
        sqs.create_queue(QueueName=f"q{number:02}")
    paginated = ssm.get_paginator("describe_parameters").paginate(PaginationConfig={"PageSize": size})
    pages = [[one["Name"] for one in page["Parameters"]] for page in paginated]
    assert max(map(len, pages)) == min(size, 12) and sorted(name for page in pages for name in page) == [
        f"p{n:02}" for n in range(12)
    ]
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix="q", PaginationConfig={"PageSize": size}))
    assert len({url for page in pages for url in page["QueueUrls"]}) == 12 and len(pages) == -(-12 // size)


# ---- tokens ----------------------------------------------------------------------------------------------------


def test_a_transaction_with_the_same_token_is_done_once(endpoint):
    dynamodb = client("dynamodb", endpoint)
    dynamodb.create_table(
        TableName="counts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
    )

    def add(amount: int, token: str) -> None:
        update = {
            "TableName": "counts",
            "Key": {"k": {"S": "x"}},
            "UpdateExpression": "ADD n :a",
            "ExpressionAttributeValues": {":a": {"N": str(amount)}},
        }
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)

    add(1, "one")
    add(1, "one")
    add(1, "two")
    item = dynamodb.get_item(TableName="counts", Key={"k": {"S": "x"}}, ConsistentRead=True)["Item"]
    assert item["n"] == {"N": "2"}
    with pytest.raises(ClientError) as refused:
        add(5, "one")
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_each_operation_stands_in_the_table():
    table = json.loads(members.TABLE.read_text(encoding="utf-8"))
    assert set(table) == set(SERVICES.values()) and all(table.values())


# ---- what moto keeps whole -------------------------------------------------------------------------------------


def test_what_is_kept_whole_is_told_again(endpoint):
    """What each entry of `_KEPT_WHOLE` claims."""
    s3, logs, kms, ssm = (client(service, endpoint) for service in ("s3", "logs", "kms", "ssm"))
    s3.create_bucket(Bucket="kept-whole")
    s3.put_bucket_versioning(Bucket="kept-whole", VersioningConfiguration={"Status": "Enabled"})
    redirect = {"HostName": "example.org", "HttpRedirectCode": "301", "Protocol": "https", "ReplaceKeyPrefixWith": "b/"}
    website = {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "error.html"},
        "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": redirect}],
    }
    s3.put_bucket_website(Bucket="kept-whole", WebsiteConfiguration=website)
    found = s3.get_bucket_website(Bucket="kept-whole")
    assert {name: found[name] for name in website} == website
    destination = {
        "Bucket": "arn:aws:s3:::kept-whole",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": "a-key"},
        "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
    }
    rule = {"ID": "a", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "Destination": destination}
    replication = {"Role": "arn:aws:iam::123456789012:role/r", "Rules": [rule]}
    s3.put_bucket_replication(Bucket="kept-whole", ReplicationConfiguration=replication)
    told = s3.get_bucket_replication(Bucket="kept-whole")["ReplicationConfiguration"]["Rules"][0]["Destination"]
    assert told == destination
    logs.create_log_group(logGroupName="kept-whole")
    named = {"metricName": "m", "metricNamespace": "n", "metricValue": "$.v"}
    metric = {**named, "dimensions": {"a": "$.b"}, "unit": "Count"}
    which = {"logGroupName": "kept-whole", "filterName": "f"}
    logs.put_metric_filter(**which, filterPattern="x", metricTransformations=[metric])
    assert logs.describe_metric_filters(logGroupName="kept-whole")["metricFilters"][0]["metricTransformations"] == [
        metric
    ]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    grant = {"GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Decrypt"]}
    constraints = {"EncryptionContextSubset": {"a": "b"}}
    kms.create_grant(KeyId=key, **grant, Constraints=constraints)
    assert kms.list_grants(KeyId=key)["Grants"][0]["Constraints"] == constraints
    window = ssm.create_maintenance_window(
        Name="kept", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]
    command = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-12345678"]}
    notified = {"NotificationArn": "arn:x", "NotificationEvents": ["All"], "NotificationType": "Command"}
    sent = ssm.send_command(**command, NotificationConfig=notified)["Command"]["CommandId"]
    assert ssm.list_commands(CommandId=sent)["Commands"][0]["NotificationConfig"] == notified
    distribution = "arn:aws:cloudfront::123456789012:distribution/E1"
    logs.put_delivery_source(name="kept-whole", resourceArn=distribution, logType="ACCESS_LOGS")
    target = {"destinationResourceArn": "arn:aws:s3:::kept-whole"}
    goal = logs.put_delivery_destination(name="kept-whole", deliveryDestinationConfiguration=target)
    where = {"suffixPath": "/x", "enableHiveCompatiblePath": True}
    arn = goal["deliveryDestination"]["arn"]
    made = logs.create_delivery(
        deliverySourceName="kept-whole", deliveryDestinationArn=arn, s3DeliveryConfiguration=where
    )
    found = logs.get_delivery(id=made["delivery"]["id"])["delivery"]
    assert found["s3DeliveryConfiguration"] == where
    log = {"S3BucketName": "kept-whole", "S3Region": "us-east-1"}
    ssm.register_task_with_maintenance_window(WindowId=window, TaskArn="a", TaskType="LAMBDA", LoggingInfo=log)
    assert ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"][0]["LoggingInfo"] == log

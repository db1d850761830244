"""The Resource Groups Tagging API: resources of all services by their tags."""

from __future__ import annotations

import json
import secrets

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import zipped

pytestmark = pytest.mark.slow

ACCOUNT = "123456789012"


@pytest.fixture
def client(aws):
    return aws.client("resourcegroupstaggingapi")


@pytest.fixture(scope="module")
def mark():
    """The value of a tag that only these tests' resources have."""
    return secrets.token_hex(4)


@pytest.fixture(scope="module")
def made(aws, mark):
    """One resource of each kind, tagged as it is made: its ARN by the kind's type."""
    name, tags = f"tagged-{mark}", {"mark": mark, "of": "all"}
    pairs, lower = [{"Key": k, "Value": v} for k, v in tags.items()], [{"key": k, "value": v} for k, v in tags.items()]
    arns = {}
    role = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    does = aws.role("states.amazonaws.com", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    arns["lambda:function"] = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="lambda_function.handler",
        Code={"ZipFile": zipped("def handler(event, context): return 1")},
        Tags=tags,
    )["FunctionArn"]
    states = aws.client("stepfunctions")
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    machine = states.create_state_machine(name=name, definition=definition, roleArn=does, tags=lower)
    arns["states:stateMachine"] = machine["stateMachineArn"]
    arns["states:activity"] = states.create_activity(name=name, tags=lower)["activityArn"]
    events = aws.client("events")
    arns["events:event-bus"] = events.create_event_bus(Name=name, Tags=pairs)["EventBusArn"]
    arns["events:rule"] = events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["x"]}', Tags=pairs)[
        "RuleArn"
    ]
    group = aws.client("scheduler").create_schedule_group(Name=name, Tags=pairs)
    arns["scheduler:schedule-group"] = group["ScheduleGroupArn"]
    aws.client("logs").create_log_group(logGroupName=f"/{name}", tags=tags)
    arns["logs:log-group"] = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/{name}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs})
    arns["s3:bucket"] = f"arn:aws:s3:::{name}"
    aws.client("sqs").create_queue(QueueName=name, tags=tags)
    arns["sqs:queue"] = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    arns["sns:topic"] = aws.client("sns").create_topic(Name=name, Tags=pairs)["TopicArn"]
    arns["dynamodb:table"] = aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=pairs,
    )["TableDescription"]["TableArn"]
    aws.client("ssm").put_parameter(Name=f"/{name}/p", Value="v", Type="String", Tags=pairs)
    arns["ssm:parameter"] = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/{name}/p"
    secret = aws.client("secretsmanager").create_secret(Name=name, SecretString="s", Tags=pairs)
    arns["secretsmanager:secret"] = secret["ARN"]
    key = aws.client("kms").create_key(Tags=[{"TagKey": k, "TagValue": v} for k, v in tags.items()])
    arns["kms:key"] = key["KeyMetadata"]["Arn"]
    return arns


def found(client, **asked):
    pages = client.get_paginator("get_resources").paginate(**asked)
    return {one["ResourceARN"]: one["Tags"] for page in pages for one in page["ResourceTagMappingList"]}


def test_what_was_made_with_a_tag_is_found_by_it(client, made, mark):
    answered = found(client, TagFilters=[{"Key": "mark", "Values": [mark]}])
    assert sorted(answered) == sorted(made.values())
    assert all(tags == [{"Key": "mark", "Value": mark}, {"Key": "of", "Value": "all"}] for tags in answered.values())


def test_a_type_is_a_service_or_one_of_its_types(client, made, mark):
    filters = [{"Key": "mark", "Values": [mark]}]
    for kind, arn in made.items():
        assert list(found(client, TagFilters=filters, ResourceTypeFilters=[kind])) == [arn]
        assert arn in found(client, TagFilters=filters, ResourceTypeFilters=[kind.partition(":")[0]])
    assert found(client, TagFilters=filters, ResourceTypeFilters=["ec2:instance"]) == {}


def test_filters_are_all_met_and_values_are_a_choice(client, made, mark):
    both = [{"Key": "mark", "Values": [mark, "other"]}, {"Key": "of"}]
    assert len(found(client, TagFilters=both)) == len(made)
    assert found(client, TagFilters=[*both, {"Key": "of", "Values": ["none"]}]) == {}
    some = sorted(made.values())[:2]
    assert sorted(found(client, ResourceARNList=some)) == some


def test_pages(client, made, mark):
    asked = {"TagFilters": [{"Key": "mark", "Values": [mark]}], "ResourcesPerPage": 4}
    first = client.get_resources(**asked)
    assert len(first["ResourceTagMappingList"]) == 4 and first["PaginationToken"]
    assert len(found(client, **asked)) == len(made)
    last = client.get_resources(TagFilters=asked["TagFilters"])
    assert last["PaginationToken"] == ""


def test_tags_are_set_and_removed_in_every_service(client, made):
    arns = list(made.values())
    assert client.tag_resources(ResourceARNList=arns[:20], Tags={"late": "yes"})["FailedResourcesMap"] == {}
    assert sorted(found(client, TagFilters=[{"Key": "late"}])) == sorted(arns)
    assert "late" in client.get_tag_keys()["TagKeys"]
    assert client.get_tag_values(Key="late")["TagValues"] == ["yes"]
    assert client.untag_resources(ResourceARNList=arns[:20], TagKeys=["late"])["FailedResourcesMap"] == {}
    assert found(client, TagFilters=[{"Key": "late"}]) == {}


def test_what_could_not_be_tagged_is_told(client, made):
    gone = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:none"
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    failed = client.tag_resources(ResourceARNList=[gone, role], Tags={"a": "1"})["FailedResourcesMap"]
    assert {arn: one["ErrorCode"] for arn, one in failed.items()} == dict.fromkeys(
        (gone, role), "InvalidParameterException"
    )


def test_who_may_tag_here_must_be_allowed_to_in_the_service_too(aws, client, made):
    queue = made["sqs:queue"]
    limited_role = aws.role("ec2.amazonaws.com", {"Effect": "Allow", "Action": ["tag:*"], "Resource": "*"})
    limited = aws.client("resourcegroupstaggingapi", limited_role)
    failed = limited.tag_resources(ResourceARNList=[queue], Tags={"a": "1"})["FailedResourcesMap"]
    assert "sqs:TagQueue" in failed[queue]["ErrorMessage"]
    assert limited.get_resources(TagFilters=[{"Key": "mark"}])["ResourceTagMappingList"]


def test_without_the_right_nothing_is_told(aws):
    role = aws.role("ec2.amazonaws.com", {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"})
    stranger = aws.client("resourcegroupstaggingapi", role)
    with pytest.raises(ClientError, match=r"not authorized to perform: tag:GetResources"):
        stranger.get_resources()


@pytest.mark.parametrize(
    "asked",
    [
        {"ResourcesPerPage": 101},
        {"ResourcesPerPage": 0},
        {"TagsPerPage": 99},
        {"TagFilters": [{"Values": ["x"]}]},
        {"PaginationToken": "%"},
        {"ResourceARNList": ["arn:aws:s3:::b"], "ResourceTypeFilters": ["s3"]},
    ],
)
def test_what_makes_no_sense_is_refused(client, asked):
    with pytest.raises(ClientError) as refused:
        client.get_resources(**asked)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"

"""Condition keys of a request and of the resource that it is about, from policy to answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws import REGION
from local_aws.access.actions import wanted
from local_aws.access.policy import Policies, evaluate
from local_aws.access.wanted import Place
from tests.local_aws.functions.functions_support import zipped

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
TEAM = {"team": "Blue"}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}],
    }
)
Made = tuple[str, dict[str, Any]]


def name() -> str:
    return f"tagged-{secrets.token_hex(4)}"


def key_value(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def of_lambda(aws: Any, tags: dict[str, str]) -> Made:
    function = name()
    aws.client("lambda").create_function(
        FunctionName=function,
        Role=aws.role("lambda.amazonaws.com"),
        Runtime="python3.13",
        Handler="lambda_function.handler",
        Code={"ZipFile": zipped("def handler(event, context): return 1")},
        Tags=tags,
    )
    return "get_function_configuration", {"FunctionName": function}


def of_states(aws: Any, tags: dict[str, str]) -> Made:
    made = aws.client("stepfunctions").create_activity(name=name(), tags=key_value(tags, "key", "value"))
    return "describe_activity", {"activityArn": made["activityArn"]}


def of_sagemaker(aws: Any, tags: dict[str, str]) -> Made:
    image = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
    model = name()
    aws.client("sagemaker").create_model(
        ModelName=model,
        ExecutionRoleArn=aws.role("sagemaker.amazonaws.com"),
        PrimaryContainer={"Image": image},
        Tags=key_value(tags),
    )
    return "describe_model", {"ModelName": model}


def of_iam(aws: Any, tags: dict[str, str]) -> Made:
    role = name()
    aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST, Tags=key_value(tags))
    return "get_role", {"RoleName": role}


def of_logs(aws: Any, tags: dict[str, str]) -> Made:
    group = name()
    aws.client("logs").create_log_group(logGroupName=group, **({"tags": tags} if tags else {}))
    return "describe_log_streams", {"logGroupName": group}


def of_sqs(aws: Any, tags: dict[str, str]) -> Made:
    made = aws.client("sqs").create_queue(QueueName=name(), tags=tags)
    return "get_queue_attributes", {"QueueUrl": made["QueueUrl"]}


def of_sns(aws: Any, tags: dict[str, str]) -> Made:
    made = aws.client("sns").create_topic(Name=name(), Tags=key_value(tags))
    return "get_topic_attributes", {"TopicArn": made["TopicArn"]}


def of_events(aws: Any, tags: dict[str, str]) -> Made:
    bus = name()
    aws.client("events").create_event_bus(Name=bus, Tags=key_value(tags))
    return "describe_event_bus", {"Name": bus}


def of_dynamodb(aws: Any, tags: dict[str, str]) -> Made:
    table = name()
    aws.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=key_value(tags),
    )
    return "describe_table", {"TableName": table}


def of_secretsmanager(aws: Any, tags: dict[str, str]) -> Made:
    secret = name()
    aws.client("secretsmanager").create_secret(Name=secret, SecretString="s", Tags=key_value(tags))
    return "get_secret_value", {"SecretId": secret}


def of_ssm(aws: Any, tags: dict[str, str]) -> Made:
    parameter = f"/course/{name()}"
    aws.client("ssm").put_parameter(Name=parameter, Value="v", Type="String", Tags=key_value(tags))
    return "get_parameter", {"Name": parameter}


def of_kms(aws: Any, tags: dict[str, str]) -> Made:
    made = aws.client("kms").create_key(Tags=key_value(tags, "TagKey", "TagValue"))
    return "describe_key", {"KeyId": made["KeyMetadata"]["KeyId"]}


SERVICES: dict[str, tuple[str, Callable[[Any, dict[str, str]], Made]]] = {
    "dynamodb": ("aws:ResourceTag", of_dynamodb),
    "events": ("aws:ResourceTag", of_events),
    "iam": ("iam:ResourceTag", of_iam),
    "kms": ("aws:ResourceTag", of_kms),
    "lambda": ("aws:ResourceTag", of_lambda),
    "logs": ("aws:ResourceTag", of_logs),
    "sagemaker": ("sagemaker:ResourceTag", of_sagemaker),
    "secretsmanager": ("secretsmanager:ResourceTag", of_secretsmanager),
    "sns": ("aws:ResourceTag", of_sns),
    "sqs": ("aws:ResourceTag", of_sqs),
    "ssm": ("ssm:resourceTag", of_ssm),
    "stepfunctions": ("aws:ResourceTag", of_states),
}


def as_user(aws: Any, *statements: dict[str, Any]) -> Callable[[str], Any]:
    """Makes clients of a user with these rights."""
    iam, user = aws.client("iam"), name()
    iam.create_user(UserName=user, Tags=[{"Key": "team", "Value": "Blue"}])
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=user, PolicyName="may", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    config = Config(retries={"total_max_attempts": 1})
    return lambda service: session.client(service, endpoint_url=aws.endpoint_url, config=config)


def may(client: Any, operation: str, params: dict[str, Any]) -> bool:
    try:
        getattr(client, operation)(**params)
    except ClientError as error:
        assert "is not authorized to perform" in error.response["Error"]["Message"], error
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_a_right_by_the_tag_of_the_resource(aws, service):
    """By the service's own key where it has one, and by the user's tag in a variable."""
    key, make = SERVICES[service]
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    client = as_user(
        aws,
        allow | {"Condition": {"StringEquals": {f"{key}/Team": "${aws:PrincipalTag/team}"}}},
        allow | {"Condition": {"StringEquals": {"aws:ResourceTag/all": "yes"}}},
    )(service)
    assert may(client, *make(aws, TEAM))
    assert may(client, *make(aws, {"all": "yes"}))
    assert not may(client, *make(aws, {"team": "Red"}))
    assert not may(client, *make(aws, {}))


def test_a_refusal_by_the_tag_of_the_resource(aws):
    """A missing key: Null matches, a negated operator matches, IfExists matches, and a plain one does not."""
    allow = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    tagged, plain = of_sqs(aws, {"env": "prod"}), of_sqs(aws, {})
    for operator, value, expected in (
        ("StringEquals", "prod", (False, True)),
        ("StringNotEquals", "test", (False, False)),
        ("StringEqualsIfExists", "prod", (False, False)),
        ("Null", "true", (True, False)),
    ):
        deny = allow | {"Effect": "Deny", "Condition": {operator: {"aws:ResourceTag/env": value}}}
        client = as_user(aws, allow, deny)("sqs")
        assert (may(client, *tagged), may(client, *plain)) == expected, operator


def test_an_object_by_its_own_tags(aws):
    bucket, s3 = aws.bucket(), aws.client("s3")
    s3.put_object(Bucket=bucket, Key="a b/ä", Body=b"x", Tagging="public=yes")
    s3.put_object(Bucket=bucket, Key="private", Body=b"x")
    tagged = {"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}
    client = as_user(aws, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": tagged})("s3")
    assert client.get_object(Bucket=bucket, Key="a b/ä")["Body"].read() == b"x"
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_object(Bucket=bucket, Key="private")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operator", "value", "allowed"),
    [
        ("StringEquals", {"s3:authType": "REST-HEADER"}, True),
        ("StringEquals", {"s3:authType": "REST-QUERY-STRING"}, False),
        ("NumericLessThan", {"s3:signatureAge": "600000"}, True),
        ("NumericLessThan", {"s3:TlsVersion": "1.2"}, False),
        ("StringEquals", {"s3:ResourceAccount": "${aws:PrincipalAccount}"}, True),
        ("StringLike", {"aws:UserAgent": "Boto3/*"}, True),
        ("StringEquals", {"aws:Referer": "https://example.com/"}, False),
        ("Bool", {"aws:SecureTransport": "true"}, True),
        ("Bool", {"aws:MultiFactorAuthPresent": "true"}, False),
        ("BoolIfExists", {"aws:MultiFactorAuthPresent": "true"}, True),
        ("Null", {"aws:TokenIssueTime": "true"}, True),
        ("StringEquals", {"aws:RequestedRegion": "us-east-1"}, True),
        ("ArnLike", {"aws:PrincipalArn": "arn:aws:iam::*:user/tagged-*"}, True),
        ("Null", {"aws:SourceArn": "true"}, True),
    ],
)
def test_keys_of_how_a_request_was_sent(aws, operator, value, allowed):
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": {operator: value}}
    client = as_user(aws, statement)("s3")
    assert may(client, "list_buckets", {}) == allowed


def test_a_session_tells_when_it_began(aws):
    """As the console's *Revoke sessions* needs it."""
    iam, role = aws.client("iam"), name()
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    older = {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
    newer = {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
    for action, condition in (("sqs:ListQueues", older), ("sns:ListTopics", newer)):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=role, PolicyName=action.partition(":")[0], PolicyDocument=document)
    key = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="ada")["Credentials"]
    session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=REGION)
    assert not may(session.client("sqs", endpoint_url=aws.endpoint_url), "list_queues", {})
    assert may(session.client("sns", endpoint_url=aws.endpoint_url), "list_topics", {})


TRAINING = {
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "TrainingJobName": "t",
    "EnableNetworkIsolation": True,
    "ResourceConfig": {"InstanceType": "ml.m5.large", "VolumeKmsKeyId": "k", "InstanceCount": 1},
    "OutputDataConfig": {"KmsKeyId": "o", "S3OutputPath": "s3://b"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "VpcConfig": {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
    "Tags": [{"Key": "team", "Value": "Blue"}],
}
VARIANTS = [
    {"VariantName": "a", "ModelName": "One", "InstanceType": "ml.m5.large"},
    {"VariantName": "b", "ModelName": "One", "InstanceType": "ml.p3.2xlarge"},
]


@pytest.mark.parametrize(
    ("service", "operation", "params", "condition", "expected"),
    [
        ("sagemaker", "CreateTrainingJob", TRAINING, {"Bool": {"sagemaker:NetworkIsolation": "true"}}, True),
        ("sagemaker", "CreateTrainingJob", TRAINING, {"StringEquals": {"sagemaker:VolumeKmsKey": "k"}}, True),
        ("sagemaker", "CreateTrainingJob", TRAINING, {"StringEquals": {"sagemaker:OutputKmsKey": "x"}}, False),
        ("sagemaker", "CreateTrainingJob", TRAINING, {"NumericLessThan": {"sagemaker:MaxRuntimeInSeconds": 61}}, True),
        (
            *("sagemaker", "CreateTrainingJob", TRAINING),
            *({"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": ["subnet-1"]}}, False),
        ),
        ("sagemaker", "CreateTrainingJob", TRAINING, {"StringEquals": {"aws:RequestTag/team": "Blue"}}, True),
        ("sagemaker", "CreateTrainingJob", TRAINING, {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, False),
        (
            *("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "c", "ProductionVariants": VARIANTS}),
            *({"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.m5.*"}}, False),
        ),
        (
            *("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "c", "ProductionVariants": VARIANTS}),
            *({"ForAnyValue:StringLike": {"sagemaker:InstanceTypes": "ml.m5.*"}}, True),
        ),
        (
            *("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "c", "ProductionVariants": VARIANTS}),
            *({"ArnLike": {"sagemaker:ModelArn": "arn:aws:sagemaker:*:*:model/one"}}, True),
        ),
        (
            *("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "VpcConfig": {"SubnetIds": ["subnet-1"]}}),
            *({"ForAllValues:StringEquals": {"lambda:SubnetIds": ["subnet-1"]}}, True),
        ),
        (
            *("lambda", "CreateEventSourceMapping", {"FunctionName": "f", "EventSourceArn": "arn:aws:sqs:r:a:q"}),
            *({"ArnEquals": {"lambda:FunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"}}, True),
        ),
        (
            "stepfunctions",
            "StartExecution",
            {"stateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m:PROD"},
            {"StringEquals": {"states:StateMachineQualifier": "PROD"}},
            True,
        ),
        (
            *("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "data/x"}),
            *({"StringLike": {"s3:prefix": "data/*"}}, True),
        ),
        (*("s3", "ListObjectsV2", {"Bucket": "b"}), *({"StringLike": {"s3:prefix": "data/*"}}, False)),
        (*("events", "PutRule", {"Name": "r"}), {"StringEquals": {"events:creatorAccount": ACCOUNT}}, True),
        (
            *("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s", "ExternalId": "x"}),
            *({"StringEquals": {"sts:ExternalId": "x"}}, True),
        ),
        (
            *(
                "events",
                "PutRule",
                {"Name": "r", "EventPattern": '{"source": ["a", {"prefix": "b"}], "detail": {"service": ["S3"]}}'},
            ),
            *(
                {"ForAllValues:StringEquals": {"events:source": "a"}, "StringEquals": {"events:detail.service": "S3"}},
                True,
            ),
        ),
        (*("events", "PutRule", {"Name": "r", "EventPattern": "{"}), {"Null": {"events:source": "true"}}, True),
        # A key that AWS gives to other actions of the service alone.
        ("iam", "CreatePolicy", {"PolicyName": "p", "PolicyDocument": "{}"}, {"Null": {"iam:PolicyARN": "true"}}, True),
        (*("s3", "PutObject", {"Bucket": "b", "Key": "k"}), *({"Null": {"s3:prefix": "true"}}, True)),
    ],
)
def test_keys_of_what_a_request_asks_for(service, operation, params, condition, expected):
    found = wanted(service, operation, params, Place("us-east-1", ACCOUNT))[0]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policies = Policies([{"Version": "2012-10-17", "Statement": [statement]}])
    assert evaluate(policies, {}, found.action, found.resource, found.context).allowed == expected


def test_tags_at_the_making_are_told_from_tags_later():
    """`sagemaker:TaggingAction`, a key of AddTags alone."""
    place = Place("us-east-1", ACCOUNT)
    making, tagging = wanted("sagemaker", "CreateTrainingJob", TRAINING, place)
    assert (tagging.action, tagging.context["sagemaker:TaggingAction"]) == ("sagemaker:AddTags", "CreateTrainingJob")
    assert "sagemaker:TaggingAction" not in making.context
    model = {"ResourceArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model/m", "Tags": [{"Key": "a", "Value": "b"}]}
    [later] = wanted("sagemaker", "AddTags", model, place)
    assert "sagemaker:TaggingAction" not in later.context


@pytest.mark.parametrize("kind", ["role", "user"])
def test_the_boundary_of_whom_a_request_is_about(aws, kind):
    """A delegated administrator gives policies to those alone who have the boundary, and lets nobody go."""
    iam, member = aws.client("iam"), f"{kind.title()}Name"
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    fence = iam.create_policy(
        PolicyName=name(), PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )["Policy"]["Arn"]
    with_fence = allow | {"Condition": {"StringEquals": {"iam:PermissionsBoundary": fence}}}
    client = as_user(aws, with_fence)("iam")
    inline = {"PolicyName": "p", "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [allow]})}
    managed = {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    trust = {"AssumeRolePolicyDocument": TRUST} if kind == "role" else {}
    for bounded in (True, False):
        who = {member: name()}
        made = trust | ({"PermissionsBoundary": fence} if bounded else {})
        assert may(client, f"create_{kind}", who | made) == bounded
        if not bounded:
            getattr(iam, f"create_{kind}")(**who, **made)
        for operation, params in (
            (f"put_{kind}_policy", inline),
            (f"attach_{kind}_policy", managed),
            (f"detach_{kind}_policy", managed),
            (f"delete_{kind}_policy", {"PolicyName": "p"}),
        ):
            assert may(client, operation, who | params) == bounded, operation
        assert may(client, f"put_{kind}_permissions_boundary", who | {"PermissionsBoundary": fence})
        other = {"PermissionsBoundary": managed["PolicyArn"]}
        assert not may(client, f"put_{kind}_permissions_boundary", who | other)


def test_the_function_of_an_event_source_mapping(aws):
    """A mapping is named by an id; whose it is tells a key."""
    function = of_lambda(aws, {})[1]["FunctionName"]
    role = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    aws.client("lambda").update_function_configuration(FunctionName=function, Role=role)
    queue = aws.client("sqs").create_queue(QueueName=name())["QueueUrl"].rpartition("/")[2]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"
    made = aws.client("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=arn, Enabled=False)
    for whose, expected in ((function, True), ("other", False)):
        own = {"ArnLike": {"lambda:FunctionArn": f"arn:aws:lambda:*:*:function:{whose}"}}
        allow = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*", "Condition": own}
        assert may(as_user(aws, allow)("lambda"), "get_event_source_mapping", {"UUID": made["UUID"]}) == expected

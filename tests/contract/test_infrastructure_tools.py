"""What Terraform's AWS provider and SAM read after each thing they make, answered as AWS answers: "there is none".

Neither tool can be had from a package index. These are the calls that they make, from the provider's sources and from
public reports of tools that failed on one of them (hashicorp/terraform-provider-aws 16430, localstack 3270 and 8855,
floci 226 and 1562, ministack 470). The codes are AWS's.
"""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.__main__ import environment
from tests.served import served

NAME = f"made-{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Any]]:
    """A client of each service, of an embedded AWS in which one of each thing has been made."""
    with served() as endpoint_url:
        keys = environment(endpoint_url)
        session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        services = ("s3", "iam", "lambda", "stepfunctions", "logs", "sqs", "sns")
        made = {name: session.client(name, endpoint_url=endpoint_url) for name in services}
        _make(made)
        yield made


def _make(made: dict[str, Any]) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"} | {
        "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = made["iam"].create_role(RoleName=NAME, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    made["iam"].create_policy(PolicyName=NAME, PolicyDocument=json.dumps(rights))
    made["s3"].create_bucket(Bucket=NAME)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("f.py", "def h(event, context): return 1")
    function = {"Runtime": "python3.13", "Handler": "f.h", "Role": role, "Code": {"ZipFile": package.getvalue()}}
    made["lambda"].create_function(FunctionName=NAME, **function)
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    made["stepfunctions"].create_state_machine(name=NAME, roleArn=role, definition=json.dumps(definition))
    made["logs"].create_log_group(logGroupName=NAME)
    made["sqs"].create_queue(QueueName=NAME)
    made["sns"].create_topic(Name=NAME)


FUNCTION = f"arn:aws:lambda:us-east-1:123456789012:function:{NAME}"
MACHINE = f"arn:aws:states:us-east-1:123456789012:stateMachine:{NAME}"
GROUP = f"arn:aws:logs:us-east-1:123456789012:log-group:{NAME}"
TOPIC = f"arn:aws:sns:us-east-1:123456789012:{NAME}"
POLICY = f"arn:aws:iam::123456789012:policy/{NAME}"

READS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # service, operation, parameters, members that the answer has (`...` for whatever value)
    ("s3", "get_bucket_acl", {"Bucket": NAME}, {"Grants": ...}),
    ("s3", "get_bucket_versioning", {"Bucket": NAME}, {}),
    ("s3", "get_bucket_accelerate_configuration", {"Bucket": NAME}, {}),
    ("s3", "get_bucket_request_payment", {"Bucket": NAME}, {"Payer": "BucketOwner"}),
    ("s3", "get_bucket_logging", {"Bucket": NAME}, {}),
    ("s3", "get_bucket_encryption", {"Bucket": NAME}, {"ServerSideEncryptionConfiguration": ...}),
    ("s3", "get_bucket_location", {"Bucket": NAME}, {"LocationConstraint": None}),
    ("s3", "get_bucket_notification_configuration", {"Bucket": NAME}, {}),
    ("s3", "get_bucket_ownership_controls", {"Bucket": NAME}, {"OwnershipControls": ...}),
    ("s3", "get_public_access_block", {"Bucket": NAME}, {"PublicAccessBlockConfiguration": ...}),
    ("iam", "get_role", {"RoleName": NAME}, {"Role": ...}),
    ("iam", "list_role_policies", {"RoleName": NAME}, {"PolicyNames": [], "IsTruncated": False}),
    ("iam", "list_attached_role_policies", {"RoleName": NAME}, {"AttachedPolicies": [], "IsTruncated": False}),
    ("iam", "list_role_tags", {"RoleName": NAME}, {"Tags": [], "IsTruncated": False}),
    ("iam", "list_instance_profiles_for_role", {"RoleName": NAME}, {"InstanceProfiles": []}),
    ("iam", "get_policy", {"PolicyArn": POLICY}, {"Policy": ...}),
    ("iam", "get_policy_version", {"PolicyArn": POLICY, "VersionId": "v1"}, {"PolicyVersion": ...}),
    ("iam", "list_policy_versions", {"PolicyArn": POLICY}, {"Versions": ...}),
    ("iam", "list_policy_tags", {"PolicyArn": POLICY}, {"Tags": [], "IsTruncated": False}),
    ("lambda", "get_function", {"FunctionName": NAME}, {"Configuration": ..., "Code": ...}),
    ("lambda", "list_versions_by_function", {"FunctionName": NAME}, {"Versions": ...}),
    ("lambda", "get_function_code_signing_config", {"FunctionName": NAME}, {}),
    ("lambda", "get_function_concurrency", {"FunctionName": NAME}, {}),
    ("lambda", "get_function_recursion_config", {"FunctionName": NAME}, {"RecursiveLoop": "Terminate"}),
    ("lambda", "get_runtime_management_config", {"FunctionName": NAME}, {"UpdateRuntimeOn": "Auto"}),
    ("lambda", "list_tags", {"Resource": FUNCTION}, {"Tags": {}}),
    ("lambda", "list_aliases", {"FunctionName": NAME}, {"Aliases": []}),
    ("lambda", "list_function_event_invoke_configs", {"FunctionName": NAME}, {"FunctionEventInvokeConfigs": []}),
    ("lambda", "list_event_source_mappings", {"FunctionName": NAME}, {"EventSourceMappings": []}),
    ("lambda", "list_function_url_configs", {"FunctionName": NAME}, {"FunctionUrlConfigs": []}),
    ("lambda", "get_account_settings", {}, {"AccountLimit": ..., "AccountUsage": ...}),
    ("stepfunctions", "describe_state_machine", {"stateMachineArn": MACHINE}, {"status": "ACTIVE", "type": "STANDARD"}),
    ("stepfunctions", "list_state_machine_versions", {"stateMachineArn": MACHINE}, {"stateMachineVersions": []}),
    ("stepfunctions", "list_state_machine_aliases", {"stateMachineArn": MACHINE}, {"stateMachineAliases": []}),
    ("stepfunctions", "list_tags_for_resource", {"resourceArn": MACHINE}, {"tags": []}),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": NAME}, {"logGroups": ...}),
    ("logs", "list_tags_for_resource", {"resourceArn": GROUP}, {"tags": {}}),
    ("logs", "list_tags_log_group", {"logGroupName": NAME}, {"tags": {}}),
    ("logs", "describe_subscription_filters", {"logGroupName": NAME}, {"subscriptionFilters": []}),
    ("logs", "describe_metric_filters", {"logGroupName": NAME}, {"metricFilters": []}),
    ("sns", "get_topic_attributes", {"TopicArn": TOPIC}, {"Attributes": ...}),
    ("sns", "list_tags_for_resource", {"ResourceArn": TOPIC}, {"Tags": []}),
]
ABSENT: list[tuple[str, str, dict[str, Any], str]] = [
    ("s3", "get_bucket_policy", {"Bucket": NAME}, "NoSuchBucketPolicy"),
    ("s3", "get_bucket_cors", {"Bucket": NAME}, "NoSuchCORSConfiguration"),
    ("s3", "get_bucket_website", {"Bucket": NAME}, "NoSuchWebsiteConfiguration"),
    ("s3", "get_bucket_lifecycle_configuration", {"Bucket": NAME}, "NoSuchLifecycleConfiguration"),
    ("s3", "get_bucket_replication", {"Bucket": NAME}, "ReplicationConfigurationNotFoundError"),
    ("s3", "get_object_lock_configuration", {"Bucket": NAME}, "ObjectLockConfigurationNotFoundError"),
    ("s3", "get_bucket_tagging", {"Bucket": NAME}, "NoSuchTagSet"),
    ("s3", "head_bucket", {"Bucket": f"{NAME}-not"}, "404"),
    ("iam", "get_role", {"RoleName": "not-there"}, "NoSuchEntity"),
    ("iam", "get_role_policy", {"RoleName": NAME, "PolicyName": "none"}, "NoSuchEntity"),
    ("lambda", "get_policy", {"FunctionName": NAME}, "ResourceNotFoundException"),
    ("lambda", "get_function_event_invoke_config", {"FunctionName": NAME}, "ResourceNotFoundException"),
    ("lambda", "get_function_url_config", {"FunctionName": NAME}, "ResourceNotFoundException"),
    ("lambda", "get_alias", {"FunctionName": NAME, "Name": "live"}, "ResourceNotFoundException"),
    ("stepfunctions", "describe_state_machine", {"stateMachineArn": f"{MACHINE}x"}, "StateMachineDoesNotExist"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "operation", "params", "members"), READS)
def test_a_thing_just_made_is_read(clients, service, operation, params, members):
    answer = getattr(clients[service], operation)(**params)
    del answer["ResponseMetadata"]
    assert members.keys() <= answer.keys()
    assert {name: answer[name] for name, value in members.items() if value is not ...} == {
        name: value for name, value in members.items() if value is not ...
    }


@pytest.mark.parametrize(("service", "operation", "params", "code"), ABSENT)
def test_what_it_has_not_is_said_in_aws_s_code(clients, service, operation, params, code):
    with pytest.raises(ClientError) as caught:
        getattr(clients[service], operation)(**params)
    assert caught.value.response["Error"]["Code"] == code


def test_a_queue_just_made_is_read(clients):
    url = clients["sqs"].get_queue_url(QueueName=NAME)["QueueUrl"]
    attributes = clients["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["QueueArn"] == f"arn:aws:sqs:us-east-1:123456789012:{NAME}"
    assert clients["sqs"].list_queue_tags(QueueUrl=url).get("Tags", {}) == {}

"""A right or a ban that names one resource holds for it and for no other, by whatever name it is asked for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"id": {"S": "ada"}}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass(frozen=True)
class Thing:
    """A resource: its service, its ARN, and calls that touch it, each by another name for it."""

    service: str
    arn: str
    calls: list[tuple[str, dict[str, Any]]]


def table(aws: Any, name: str) -> Thing:
    found = aws.client("dynamodb").create_table(TableName=name, **TABLE)["TableDescription"]
    arn, put = found["TableArn"], {"Item": ITEM}
    return Thing(
        "dynamodb",
        arn,
        [
            ("put_item", {"TableName": name, **put}),
            ("put_item", {"TableName": arn, **put}),
            ("get_item", {"TableName": name, "Key": ITEM}),
            ("query", {"TableName": name, "KeyConditions": _equal}),
            ("scan", {"TableName": name}),
            ("batch_get_item", {"RequestItems": {name: {"Keys": [ITEM]}}}),
            ("batch_write_item", {"RequestItems": {name: [{"PutRequest": put}]}}),
            ("transact_write_items", {"TransactItems": [{"Put": {"TableName": name, **put}}]}),
            ("transact_get_items", {"TransactItems": [{"Get": {"TableName": name, "Key": ITEM}}]}),
            ("execute_statement", {"Statement": f"SELECT * FROM \"{name}\" WHERE id = 'ada'"}),
            ("execute_statement", {"Statement": f"select * from {name}"}),
            ("batch_execute_statement", {"Statements": [{"Statement": f"SELECT * FROM \"{name}\" WHERE id='x'"}]}),
            ("describe_table", {"TableName": name}),
            ("list_tags_of_resource", {"ResourceArn": arn}),
        ],
    )


_equal = {"id": {"AttributeValueList": [{"S": "ada"}], "ComparisonOperator": "EQ"}}


def parameter(aws: Any, name: str) -> Thing:
    aws.client("ssm").put_parameter(Name=f"/{name}/x", Value="v", Type="String")
    arn = f"arn:aws:ssm:us-east-1:123456789012:parameter/{name}/x"
    return Thing(
        "ssm",
        arn,
        [
            ("get_parameter", {"Name": f"/{name}/x"}),
            ("get_parameter", {"Name": f"/{name}/x:1"}),
            ("get_parameter", {"Name": arn}),
            ("get_parameters", {"Names": [f"/{name}/x"]}),
            ("get_parameter_history", {"Name": f"/{name}/x"}),
            ("put_parameter", {"Name": f"/{name}/x", "Value": "w", "Type": "String", "Overwrite": True}),
            ("add_tags_to_resource", {"ResourceType": "Parameter", "ResourceId": f"/{name}/x", "Tags": []}),
        ],
    )


def secret(aws: Any, name: str) -> Thing:
    arn = aws.client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    names = [name, arn, arn[: -len("-abcdef")]]
    calls: list[tuple[str, dict]] = [("get_secret_value", {"SecretId": one}) for one in names]
    calls += [
        ("batch_get_secret_value", {"SecretIdList": [name]}),
        ("put_secret_value", {"SecretId": name, "SecretString": "t"}),
    ]
    return Thing("secretsmanager", arn, [*calls, ("describe_secret", {"SecretId": name})])


def queue(aws: Any, name: str) -> Thing:
    url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    entries = [{"Id": "1", "MessageBody": "m"}]
    return Thing(
        "sqs",
        f"arn:aws:sqs:us-east-1:123456789012:{name}",
        [
            ("send_message", {"QueueUrl": url, "MessageBody": "m"}),
            ("send_message", {"QueueUrl": name, "MessageBody": "m"}),
            ("send_message_batch", {"QueueUrl": url, "Entries": entries}),
            ("receive_message", {"QueueUrl": url}),
            ("get_queue_url", {"QueueName": name}),
            ("get_queue_attributes", {"QueueUrl": url}),
            ("tag_queue", {"QueueUrl": url, "Tags": {"a": "b"}}),
        ],
    )


def topic(aws: Any, name: str) -> Thing:
    arn = aws.client("sns").create_topic(Name=name)["TopicArn"]
    return Thing(
        "sns",
        arn,
        [
            ("publish", {"TopicArn": arn, "Message": "m"}),
            ("publish", {"TargetArn": arn, "Message": "m"}),
            ("publish_batch", {"TopicArn": arn, "PublishBatchRequestEntries": [{"Id": "1", "Message": "m"}]}),
            ("get_topic_attributes", {"TopicArn": arn}),
            ("list_tags_for_resource", {"ResourceArn": arn}),
            ("create_topic", {"Name": name}),
        ],
    )


def log_group(aws: Any, name: str) -> Thing:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"
    return Thing(
        "logs",
        f"{arn}*",
        [
            ("filter_log_events", {"logGroupName": name}),
            ("filter_log_events", {"logGroupIdentifier": arn}),
            ("get_log_events", {"logGroupName": name, "logStreamName": "s"}),
            ("describe_log_streams", {"logGroupName": name}),
            ("put_retention_policy", {"logGroupName": name, "retentionInDays": 1}),
            ("list_tags_for_resource", {"resourceArn": arn}),
            ("start_query", {"logGroupNames": [name], "startTime": 0, "endTime": 1, "queryString": "fields @message"}),
        ],
    )


def key(aws: Any, name: str) -> Thing:
    kms = aws.client("kms")
    found = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=found["KeyId"])
    blob = kms.encrypt(KeyId=found["KeyId"], Plaintext=b"p")["CiphertextBlob"]
    return Thing(
        "kms",
        found["Arn"],
        [
            ("encrypt", {"KeyId": found["KeyId"], "Plaintext": b"p"}),
            ("encrypt", {"KeyId": found["Arn"], "Plaintext": b"p"}),
            ("encrypt", {"KeyId": f"alias/{name}", "Plaintext": b"p"}),
            ("decrypt", {"CiphertextBlob": blob}),
            ("re_encrypt", {"CiphertextBlob": blob, "DestinationKeyId": found["KeyId"]}),
            ("generate_data_key", {"KeyId": found["KeyId"], "KeySpec": "AES_256"}),
            ("describe_key", {"KeyId": f"alias/{name}"}),
        ],
    )


def role(aws: Any, name: str) -> Thing:
    arn = aws.client("iam").create_role(RoleName=name, Path="/deep/", AssumeRolePolicyDocument=document(TRUST))["Role"][
        "Arn"
    ]
    return Thing(
        "iam",
        arn,
        [
            ("get_role", {"RoleName": name}),
            ("put_role_policy", {"RoleName": name, "PolicyName": "p", "PolicyDocument": document(EVERYTHING)}),
            ("list_role_policies", {"RoleName": name}),
            ("tag_role", {"RoleName": name, "Tags": [{"Key": "a", "Value": "b"}]}),
            ("update_assume_role_policy", {"RoleName": name, "PolicyDocument": document(TRUST)}),
        ],
    )


def user(aws: Any, name: str) -> Thing:
    iam = aws.client("iam")
    arn = iam.create_user(UserName=name, Path="/deep/")["User"]["Arn"]
    access_key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    return Thing(
        "iam",
        arn,
        [
            ("get_user", {"UserName": name}),
            ("list_access_keys", {"UserName": name}),
            ("get_access_key_last_used", {"AccessKeyId": access_key}),
            ("update_access_key", {"AccessKeyId": access_key, "Status": "Inactive"}),
            ("delete_access_key", {"AccessKeyId": access_key}),
        ],
    )


def managed_policy(aws: Any, name: str) -> Thing:
    arn = aws.client("iam").create_policy(PolicyName=name, Path="/deep/", PolicyDocument=document(EVERYTHING))[
        "Policy"
    ]["Arn"]
    return Thing("iam", arn, [("get_policy", {"PolicyArn": arn}), ("list_policy_versions", {"PolicyArn": arn})])


KINDS = [table, parameter, secret, queue, topic, log_group, key, role, user, managed_policy]


def refused(client: Any, operation: str, params: dict[str, Any]) -> bool:
    """Whether a call is refused for want of rights; any other answer is one."""
    try:
        answer = getattr(client, operation)(**params)
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status < 500, error
        return code in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
    parts = answer.get("Responses", [])
    return isinstance(parts, list) and any(part.get("Error", {}).get("Code") == "AccessDenied" for part in parts)


def under(aws: Any, service: str, *statements: dict) -> Any:
    """A client with just these rights."""
    return aws.client(service, aws.role("lambda.amazonaws.com", *statements))


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_ban_on_one_resource_holds_by_every_name_and_for_it_alone(aws: Any, make: Callable[..., Thing]):
    banned, free = (make(aws, f"thing-{secrets.token_hex(4)}") for _ in range(2))
    client = under(aws, banned.service, EVERYTHING, {"Effect": "Deny", "Action": "*", "Resource": banned.arn})
    assert [call for call in banned.calls if not refused(client, *call)] == []
    assert [call for call in free.calls if refused(client, *call)] == []


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_right_to_one_resource_suffices_for_it_and_for_it_alone(aws: Any, make: Callable[..., Thing]):
    own, other = (make(aws, f"thing-{secrets.token_hex(4)}") for _ in range(2))
    allowed = [{"Effect": "Allow", "Action": f"{own.service}:*", "Resource": own.arn}]
    allowed.append({"Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*"})
    client = under(aws, own.service, *allowed)
    assert [call for call in own.calls if refused(client, *call)] == []
    assert [call for call in other.calls if not refused(client, *call)] == []


def test_a_text_is_judged_by_the_key_that_it_was_encrypted_with(aws: Any):
    """Naming an allowed key beside it doesn't help."""
    own, other = key(aws, f"own-{secrets.token_hex(4)}"), key(aws, f"other-{secrets.token_hex(4)}")
    client = under(aws, "kms", {"Effect": "Allow", "Action": "kms:*", "Resource": own.arn})
    blob = dict(other.calls)["decrypt"]["CiphertextBlob"]
    assert refused(client, "decrypt", {"CiphertextBlob": blob, "KeyId": own.arn})


def test_a_queue_in_the_address_of_the_request_is_no_way_around(aws: Any):
    """Moto finds the queue in the path where the request names none."""
    banned = queue(aws, f"queue-{secrets.token_hex(4)}")
    rights = [EVERYTHING, {"Effect": "Deny", "Action": "*", "Resource": banned.arn}]
    client = under(aws, "sqs", *rights)
    name = banned.arn.rpartition(":")[2]

    def without_queue(request: Any, **_: Any) -> None:
        request.url = f"{aws.endpoint_url}/123456789012/{name}"
        request.data = b'{"MessageBody": "m"}'

    client.meta.events.register("before-sign.sqs.SendMessage", without_queue)
    with pytest.raises(ClientError) as missing:
        client.send_message(QueueUrl=f"{aws.endpoint_url}/123456789012/free", MessageBody="m")
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=f"{aws.endpoint_url}/123456789012/{name}")


def test_leading_keys_are_those_of_the_request(aws: Any):
    """Each to their own items, as the DynamoDB developer guide writes such a policy."""
    name = f"table-{secrets.token_hex(4)}"
    rights = {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": table(aws, name).arn,
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ada"]}},
    }
    client = under(aws, "dynamodb", rights)
    assert not refused(client, "get_item", {"TableName": name, "Key": ITEM})
    bob = {"id": {"S": "bob"}}
    others = [
        ("get_item", {"TableName": name, "Key": bob}),
        ("put_item", {"TableName": name, "Item": bob}),
        ("batch_get_item", {"RequestItems": {name: {"Keys": [ITEM, bob]}}}),
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": name, "Item": bob}}]}),
        (
            "query",
            {
                "TableName": name,
                "KeyConditionExpression": "#k = :v",
                "ExpressionAttributeNames": {"#k": "id"},
                "ExpressionAttributeValues": {":v": {"S": "bob"}},
            },
        ),
    ]
    assert [call for call in others if not refused(client, *call)] == []


@pytest.mark.parametrize("kind", ["stateMachine", "activity"])
def test_to_tag_what_is_made_is_a_right_on_that_alone(aws: Any, kind: str):
    """Step Functions tags machines and activities: the right is asked for on the one that is made."""
    name = f"made-{secrets.token_hex(4)}"
    rights = {"Effect": "Allow", "Action": "states:*", "Resource": f"arn:aws:states:us-east-1:123456789012:{kind}:*"}
    pass_role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    client = under(aws, "stepfunctions", rights, pass_role)
    tags = [{"key": "course", "value": "x"}]
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = {"name": name, "definition": definition, "roleArn": aws.role("states.amazonaws.com"), "tags": tags}
    made = {
        "stateMachine": ("create_state_machine", machine),
        "activity": ("create_activity", {"name": name, "tags": tags}),
    }
    assert [one for one, call in made.items() if not refused(client, *call)] == [kind]

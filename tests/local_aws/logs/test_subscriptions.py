"""Filters on log events: a function is told of what a pattern means and of nothing else; a pattern is tried."""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import time
from typing import Any

import pytest

from tests.local_aws.functions.functions_support import Lambda
from tests.refusals import refusal, refused

HANDLER = """
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl={url!r}, MessageBody=event["awslogs"]["data"])
"""
SENDS = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


@pytest.fixture(scope="module")
def client(aws: Any) -> Any:
    """A client of CloudWatch Logs."""
    return aws.client("logs")


@pytest.fixture
def group(client: Any) -> str:
    """A log group with the stream `s`."""
    name = f"/subscribed/{secrets.token_hex(4)}"
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def put(client: Any, group: str, *messages: str) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    client.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


@pytest.fixture(scope="module")
def told(aws: Any) -> tuple[str, Any]:
    """A function that sends on what it is told, and the queue that it sends it to."""
    url = aws.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    functions = Lambda(aws)
    role = aws.role("lambda.amazonaws.com", SENDS)
    name = functions.create(HANDLER.format(url=url), Role=role, Timeout=30)
    return functions.client.get_function_configuration(FunctionName=name)["FunctionArn"], url


def permit(aws: Any, function: str, principal: str) -> None:
    permission = {"FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": principal}
    aws.client("lambda").add_permission(**permission, StatementId=secrets.token_hex(4))


@pytest.mark.parametrize("principal", ["logs.amazonaws.com", "logs.us-east-1.amazonaws.com"])
def test_a_function_is_told_of_what_a_pattern_means(aws, client, group, told, wait_until, principal):
    function, url = told
    permit(aws, function, principal)
    subscription = {"logGroupName": group, "filterName": "errors", "filterPattern": "ERROR"}
    client.put_subscription_filter(**subscription, destinationArn=function)
    [found] = client.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert (found["filterPattern"], found["destinationArn"]) == ("ERROR", function)
    put(client, group, "INFO a", "ERROR b", "ERROR c")
    sqs = aws.client("sqs")

    def received() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        bodies = [json.loads(gzip.decompress(base64.b64decode(one["Body"]))) for one in messages]
        return [one for one in bodies if one["logGroup"] == group]

    [data] = wait_until(received)
    assert {name: data[name] for name in ("messageType", "owner", "logStream", "subscriptionFilters")} == {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logStream": "s",
        "subscriptionFilters": ["errors"],
    }
    assert [event["message"] for event in data["logEvents"]] == ["ERROR b", "ERROR c"]
    assert all(len(event["id"]) == 56 and event["timestamp"] for event in data["logEvents"])
    client.delete_subscription_filter(logGroupName=group, filterName="errors")
    put(client, group, "ERROR d")
    assert client.describe_subscription_filters(logGroupName=group)["subscriptionFilters"] == []


def test_a_function_that_logs_may_not_call(aws, client, group):
    functions = Lambda(aws)
    name = functions.create("def handler(event, context): pass")
    arn = functions.client.get_function_configuration(FunctionName=name)["FunctionArn"]
    subscription = {"logGroupName": group, "filterName": "f", "filterPattern": ""}
    sentence = (
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
        "function."
    )
    for function in (arn, f"{arn}-not-there"):
        assert refusal(client.put_subscription_filter, **subscription, destinationArn=function) == (
            "InvalidParameterException",
            sentence,
        )


def test_two_filters_a_group(aws, client, group, told):
    function, _ = told
    permit(aws, function, "logs.amazonaws.com")

    def subscribe(name: str) -> None:
        named = {"logGroupName": group, "filterName": name, "filterPattern": ""}
        client.put_subscription_filter(**named, destinationArn=function)

    for name in ("one", "two", "two"):
        subscribe(name)
    assert refusal(subscribe, "three") == ("LimitExceededException", "Resource limit exceeded.")


@pytest.mark.parametrize(
    "destination",
    [
        "arn:aws:kinesis:us-east-1:123456789012:stream/s",
        "arn:aws:firehose:us-east-1:123456789012:deliverystream/s",
        "arn:aws:logs:us-east-1:123456789012:destination:d",
    ],
)
def test_another_kind_of_destination_is_refused_by_name(client, group, destination):
    subscription = {"logGroupName": group, "filterName": "f", "filterPattern": ""}
    code, message = refusal(client.put_subscription_filter, **subscription, destinationArn=destination)
    assert code == "NotImplemented" and message.startswith(
        f"logs:PutSubscriptionFilter with the destination {destination} is not"
    )


@pytest.mark.parametrize(
    "member",
    [
        {"applyOnTransformedLogs": True},
        {"distribution": "Random"},
        {"emitSystemFields": ["@aws.account"]},
        {"fieldSelectionCriteria": "x"},
    ],
)
def test_a_member_that_nothing_heeds_is_refused_by_name(client, group, told, member):
    [name] = member
    subscription = {"logGroupName": group, "filterName": "f", "filterPattern": "", "destinationArn": told[0]}
    code, message = refusal(client.put_subscription_filter, **subscription, **member)
    assert code == "NotImplemented" and message.startswith(f"logs:PutSubscriptionFilter with {name} is not there")


# ---- TestMetricFilter ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "messages", "matches"),
    [
        ("ERROR -quiet", ["ERROR a", "INFO", "ERROR quiet"], [(1, {})]),
        (
            "[ip, ..., status = 4*, bytes]",
            ['127.0.0.1 - frank "GET /" 404 1534', "127.0.0.1 - - 200 10"],
            [(1, {"$ip": "127.0.0.1", "$status": "404", "$bytes": "1534"})],
        ),
        (
            '{ $.level = "ERROR" && ($.user.id > 5 || $.tags[0] NOT EXISTS) }',
            ['{"level": "INFO"}', '{"level": "ERROR", "user": {"id": 6}, "tags": [true]}', "no JSON"],
            [(2, {"$.level": "ERROR", "$.user.id": "6", "$.tags[0]": "true"})],
        ),
        ("", ["a", "b"], [(1, {}), (2, {})]),
    ],
)
def test_a_pattern_is_tried(client, pattern, messages, matches):
    found = client.test_metric_filter(filterPattern=pattern, logEventMessages=messages)["matches"]
    assert [(one["eventNumber"], one["extractedValues"]) for one in found] == matches
    assert [one["eventMessage"] for one in found] == [messages[number - 1] for number, _ in matches]


def test_a_broken_pattern_is_not_tried(client):
    assert refused(client.test_metric_filter, filterPattern="[a", logEventMessages=["a"]) == (
        "InvalidParameterException",
        400,
    )

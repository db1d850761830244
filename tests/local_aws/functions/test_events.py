"""Asynchronous invocations: retries, destinations, dead letters, throttling, recursion."""

from __future__ import annotations

import json
import secrets

import pytest
from botocore.exceptions import ClientError

from local_aws.functions.events import lineage
from tests.local_aws.functions.functions_support import LOGS, Lambda


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    functions = Lambda(aws)
    allow = {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction"],
        "Resource": "*",
    }
    functions.role = aws.role("lambda.amazonaws.com", allow, managed=(LOGS,))
    return functions


@pytest.fixture
def queue(functions):
    sqs = functions.aws.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{secrets.token_hex(4)}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    class Queue:
        def __init__(self):
            self.arn = arn

        def receive(self) -> dict | None:
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0, MessageAttributeNames=["All"])
            return (answer.get("Messages") or [None])[0]

    return Queue()


def send(functions, name, event, **options):
    answer = functions.client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event), **options)
    return answer["ResponseMetadata"]["RequestId"]


def test_failed_event_is_tried_three_times_with_the_same_request_id(functions, queue, wait_until):
    name = functions.create("def handler(event, context):\n    raise Exception('intentional failure')")
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue.arn}}
    )
    request_id = send(functions, name, {"message": "m"})
    record = json.loads(wait_until(queue.receive)["Body"])
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"message": "m"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {
            "errorMessage": "intentional failure",
            "errorType": "Exception",
            "requestId": request_id,
            "stackTrace": [
                '  File "/var/task/lambda_function.py", line 2, in handler\n'
                "    raise Exception('intentional failure')\n"
            ],
        },
    }
    ends = wait_until(lambda: len(found := [e for e in functions.log(name) if e.startswith("END")]) == 3 and found)
    assert ends == [f"END RequestId: {request_id}\n"] * 3


def test_success_goes_to_its_destination(functions, queue, wait_until):
    name = functions.create("def handler(event, context):\n    return event['n'] + 1")
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    send(functions, name, {"n": 1})
    record = json.loads(wait_until(queue.receive)["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert record["responsePayload"] == 2


def test_no_retries_where_none_are_wanted(functions, queue, wait_until):
    name = functions.create("def handler(event, context):\n    raise Exception('once')")
    functions.client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue.arn}},
    )
    send(functions, name, {})
    record = json.loads(wait_until(queue.receive)["Body"])
    assert record["requestContext"]["approximateInvokeCount"] == 1


def test_dead_letter_queue_gets_the_event_itself(functions, queue, wait_until):
    name = functions.create(
        "def handler(event, context):\n    raise Exception('dead')", DeadLetterConfig={"TargetArn": queue.arn}
    )
    functions.client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    request_id = send(functions, name, {"the": "event"})
    message = wait_until(queue.receive)
    assert json.loads(message["Body"]) == {"the": "event"}
    attributes = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "dead"}


def test_destination_that_is_a_function(functions, queue, wait_until):
    second = functions.create("def handler(event, context):\n    return event['responsePayload']")
    functions.client.put_function_event_invoke_config(
        FunctionName=second, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    first = functions.create("def handler(event, context):\n    return 'from the first'")
    arn = functions.client.get_function_configuration(FunctionName=second)["FunctionArn"]
    functions.client.put_function_event_invoke_config(
        FunctionName=first, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    send(functions, first, {})
    assert json.loads(wait_until(queue.receive)["Body"])["responsePayload"] == "from the first"


def test_destination_under_a_role_that_may_not_gets_nothing(functions, queue, wait_until):
    role = functions.aws.role("lambda.amazonaws.com", managed=(LOGS,))
    name = functions.create("def handler(event, context):\n    return 1", Role=role)
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    send(functions, name, {})
    wait_until(lambda: any(event.startswith("REPORT") for event in functions.log(name)))
    assert queue.receive() is None


def test_reserved_concurrency_of_none_sends_events_straight_to_the_destination(functions, queue, wait_until):
    name = functions.create("def handler(event, context):\n    return 1")
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue.arn}}
    )
    with pytest.raises(ClientError) as throttled:
        functions.client.invoke(FunctionName=name)
    answer = throttled.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("TooManyRequestsException", "Rate Exceeded.")
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    send(functions, name, {"never": "run"})
    record = json.loads(wait_until(queue.receive)["Body"])
    assert record["requestPayload"] == {"never": "run"}
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in record


def test_throttled_event_waits_and_then_runs(functions, queue, wait_until):
    name = functions.create(
        "import os, time\ndef handler(event, context):\n    time.sleep(0.3)\n    return event", Timeout=10
    )
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    for number in range(3):
        send(functions, name, number)
    results = {json.loads(wait_until(queue.receive)["Body"])["responsePayload"] for _ in range(3)}
    assert results == {0, 1, 2}
    streams = functions.aws.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")
    assert len(streams["logStreams"]) == 1


def test_function_that_sets_itself_off_is_stopped(functions, queue, wait_until):
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('lambda').invoke(FunctionName=context.function_name, InvocationType='Event', Payload='{}')"
    )
    name = functions.create(source, Timeout=20, DeadLetterConfig={"TargetArn": queue.arn})
    send(functions, name, {"first": True})
    message = wait_until(queue.receive, 40)
    assert message["Body"] == "{}"
    functions_ran = wait_until(
        lambda: len(found := [e for e in functions.log(name) if e.startswith("REPORT")]) == 16 and found
    )
    assert len(functions_ran) == lineage.MAXIMUM_CALLS
    functions.client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert functions.client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"


def test_event_invoke_config(functions, queue):
    name = functions.create("def handler(event, context):\n    pass")
    client = functions.client
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="doesn't have an EventInvokeConfig"):
        client.get_function_event_invoke_config(FunctionName=name)
    put = client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": queue.arn}, "OnSuccess": {"Destination": queue.arn}},
    )
    assert put["FunctionArn"].endswith(f":function:{name}:$LATEST")
    assert put["DestinationConfig"]["OnFailure"] == {"Destination": queue.arn}
    updated = client.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 60)
    assert len(client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]) == 1
    client.delete_function_event_invoke_config(FunctionName=name)
    assert client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"] == []
    for arn in ("arn:aws:s3:::bucket", "arn:aws:events:us-east-1:123456789012:event-bus/default"):
        with pytest.raises(ClientError, match="is not there"):
            client.put_function_event_invoke_config(
                FunctionName=name, DestinationConfig={"OnFailure": {"Destination": arn}}
            )


def test_lineage_counts_each_function_of_a_chain():
    a, b = "arn:aws:lambda:us-east-1:123456789012:function:a", "arn:aws:lambda:us-east-1:123456789012:function:b"
    first = lineage.read(None).header(a)
    second = lineage.read(first).header(b)
    third = lineage.read(lineage.read(second).header(a))
    assert (third.count(a), third.count(b)) == (2, 1)
    assert third.root == lineage.read(first).root
    assert lineage.read("Root=1-67;Parent=5;Sampled=0;Lineage=9:unknown|1:x").counts == {}

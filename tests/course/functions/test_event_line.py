"""The life of an event on a time line, of a function that really fails three times."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import boto3
import pytest

import course

FAILS = """
def lambda_handler(event, context):
    raise ValueError("never")
"""


@pytest.mark.slow
def test_a_failed_event_has_its_tries_its_waits_and_its_report(settings: course.Settings) -> None:
    name, iam, sqs = "course-test-fails", boto3.client("iam"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="course-test-failed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role_arn = course.logging_role(f"{name}-role")
    may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
    iam.put_role_policy(RoleName=f"{name}-role", PolicyName="report", PolicyDocument=document)
    course.deploy(
        name,
        course.package(FAILS),
        Runtime="python3.13",
        Role=role_arn,
        Handler="lambda_function.lambda_handler",
    )
    client = boto3.client("lambda")
    client.put_function_event_invoke_config(FunctionName=name, DestinationConfig={"OnFailure": {"Destination": arn}})
    sent = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = json.dumps({"Records": [{"eventTime": sent}]})
    client.invoke(FunctionName=name, InvocationType="Event", Payload=event)

    def received() -> list[dict[str, str]] | None:
        return sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages")

    [message] = course.wait_until(received, "the report", 60)
    line = course.event_time_line(json.loads(message["Body"]), name)
    assert [span.name for span in line.spans] == [
        "in Lambda's queue",
        "cold start",
        "try 1",
        "wait before try 2",
        "try 2",
        "wait before try 3",
        "try 3",
        "report",
    ]
    assert all(span.end >= span.begin for span in line.spans)
    ends = [span.end for span in line.spans]
    assert ends == sorted(ends)
    waits = [span.end - span.begin for span in line.spans if span.name.startswith("wait")]
    assert waits[1] > waits[0] > 0

"""The life of an event on a time line, of a function that really fails three times."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

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


WORKS = """
def lambda_handler(event, context):
    return "done"
"""


def test_a_run_that_went_well_has_its_cold_start_and_its_outputs(settings: course.Settings) -> None:
    name = "course-test-works"
    course.deploy(
        name,
        course.package(WORKS),
        Runtime="python3.13",
        Role=course.logging_role(f"{name}-role"),
        Handler="lambda_function.lambda_handler",
    )
    sent = datetime.now(UTC)
    cold, warm = (course.test_function(name, {}).request_id for _ in range(2))
    [first], [second] = (course.invocations(name, request_id=one) for one in (cold, warm))
    line = course.run_time_line(first, sent, ["a.txt", "b.txt"])
    assert [span.name for span in line.spans] == ["sent, on its way", "cold start", "run", "outputs"]
    assert all(before.end == after.begin for before, after in zip(line.spans, line.spans[1:], strict=False))
    assert repr(line).splitlines()[0] == "From the upload to its outputs:" and repr(line).endswith("2 objects")
    again = course.run_time_line(second, sent, title="Once more")
    assert [span.name for span in again.spans] == ["sent, on its way", "run"] and again.title == "Once more"
    # A clock that goes wrong by a minute makes no bar that begins before the beginning.
    assert all(0 <= one.begin <= one.end for one in course.run_time_line(first, sent + timedelta(minutes=1)).spans)

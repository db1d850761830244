"""The checks of lesson 07, on the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

import course
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("aws_compared")


@pytest.fixture(scope="module")
def names(settings: course.Settings) -> Iterator[dict[str, Any]]:
    """What the lesson has when it comes to the exercises."""
    states = boto3.client("stepfunctions")
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = states.create_state_machine(
        name="review-workflow",
        definition=json.dumps(definition),
        roleArn=course.workflow_role("review-workflow-role", settings),
    )["stateMachineArn"]
    yield {"settings": settings, "machine_arn": machine, "function": {"FunctionArn": "arn:aws:lambda:of-the-lesson"}}
    assert states.list_executions(stateMachineArn=machine)["executions"] == []


@pytest.mark.parametrize("name", ["07.handler", "07.policy", "07.trigger"])
def test_untouched_and_solved(name: str, names: dict[str, Any]) -> None:
    check_untouched_and_solved(name, lambda: dict(names))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{bucket}/{key}/{etag}", "{bucket}/{key}", "another content under the same key"),
        ("{bucket}/{key}/{etag}", "{etag}", "a key with a blank and an umlaut"),
        ("{bucket}/{key}/{etag}", "{bucket}/{key}/{os.urandom(4)}", "one execution for each content"),
        ('unquote_plus(record["s3"]["object"]["key"])', 'record["s3"]["object"]["key"]', "a key with a blank"),
        ('event["Records"]', 'event["Records"][:1]', "two records in one event"),
        ('key.rpartition("/")', 'key.partition("/")', "a folder further down"),
        ("/{folder}/", "/{folder}", "an upload"),
        (
            'os.environ["STATE_MACHINE_ARN"]',
            '"arn:aws:states:us-east-1:123456789012:stateMachine:x"',
            "StateMachineDoesNot",
        ),
        ("ExecutionAlreadyExists", "StateMachineDoesNotExist", "the same upload once more"),
        ('"upload-" +', '"upload/" +', "InvalidName"),
        ('"prefix": f"s3://{bucket}/{folder}/"', '"prefix": folder', "begins with s3://"),
        ('"dataset": data_set', '"dataset": key', "has no folder in it"),
        ('"dataset": data_set', '"data_set": data_set', "bucket, prefix and dataset"),
        ("name=name, ", "", "one execution for each content"),
        ('["eTag"]', '["etag"]', "has no such name"),
    ],
)
def test_a_handler_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("07.handler", changed("07.handler", (old, new)), **names), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("states:StartExecution", "states:*", "read its definition"),
        ("states:StartExecution", "states:DescribeStateMachine", "start the workflow"),
        ('"Resource": machine_arn', '"Resource": "*"', "start another one"),
        ('"Resource": machine_arn', '"Resource": machine_arn + "*"', "start another one"),
        (
            '"Action": "states:StartExecution", "Resource": machine_arn',
            '"Action": "*", "Resource": machine_arn',
            "read its",
        ),
        ('"Effect": "Allow"', '"Effect": "Deny"', "start the workflow"),
        ('"Effect": "Allow"', '"Effect": "Yes"', "AWS accepts it"),
        ("states:StartExecution", "stepfunctions:StartExecution", "Step Functions is called states"),
        (
            '"Resource": machine_arn',
            '"Resource": machine_arn.replace("stateMachine", "execution")',
            "the right on the machine",
        ),
    ],
)
def test_a_policy_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("07.policy", changed("07.policy", (old, new)), **names), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("s3:ObjectCreated:*", "s3:ObjectCreated:Put", "ObjectCreated:Post"),
        ("s3:ObjectCreated:*", "s3:*", "'s3:*' is not one of its values"),
        (".json.zip", "", "data/train/gardens_train.txt"),
        (".json.zip", ".zip", "data/gardens.zip"),
        ('"Value": "data/"', '"Value": "data"', "database.json.zip"),
        (".json.zip", "*.json.zip", "There are no wildcards"),
        ('"Value": "data/"', '"Value": ""', "old/data/gardens.json.zip"),
    ],
)
def test_a_trigger_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("07.trigger", changed("07.trigger", (old, new)), **names), said)

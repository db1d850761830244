"""Checks of lesson 08: what a child gets, how many failures are too many, and which objects failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from course.account.foundation import trust_policy
from course.checks.exercise import Cases, exercise
from course.checks.on_aws import client, let_spread, new_name, role_with
from course.checks.states import plainly, tried
from course.checks.trial import Case, compare
from course.checks.work import dug
from course.functions.logs import wait_until
from course.outcomes.outcome import NotAttempted, NotYet, Said
from course.state_machines.expressions import remedy_for

_ITEMS = 40


@exercise(
    "08.selector",
    "An event for each item",
    "The function wants the event of lesson 02: Records, and in each record s3 with a bucket and an object.",
    "The item is `$states.context.Map.Item.Value`, and one of its fields is `Key`.",
    '`"object": {"key": "{% $states.context.Map.Item.Value.Key %}"}`, and the bucket\'s name beside it.',
)
def selector(work: Any, bucket: str) -> Cases:
    """Evaluated by Step Functions, with an item in the context as the Map gives one."""
    for case, key in (
        ("the first object of the folder", "many/part-00.json.zip"),
        ("another one", "many/part-39.json.zip"),
    ):
        expected = {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]}
        value = {"Key": key, "Size": 1234, "ETag": '"abc"', "StorageClass": "STANDARD"}
        context = {"Map": {"Item": {"Index": 0, "Value": value}}}
        # TestState takes a context beside a mock, so this is a task; its result is of no account.
        state = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "any"},
            "Output": work,
            "End": True,
        }
        mock = {"result": "{}", "fieldValidationMode": "NONE"}
        answer = tried(case, state, {}, expected, _EVENT, context=json.dumps(context), mock=mock)
        if answer["status"] != "SUCCEEDED":
            said = plainly(answer["cause"])
            raise NotYet(case, expected, said, _NOT_THERE if "returned nothing" in said else remedy_for(said))
        got = json.loads(answer["output"])
        if got != expected:
            raise NotYet(case, expected, got, _wrong_record(got, bucket, key))
        yield case


_EVENT = "It has the shape of the event of lesson 02, with one record."
_NOT_THERE = "There is nothing of this name: the item is in the context, not in the input, and its field is Key."


def _wrong_record(got: Any, bucket: str, right: str) -> str:
    """What is wrong with an event that has the right shape, or nearly so."""
    case, path = "the event", ("Records", 0, "s3")
    if dug(case, got, (*path, "bucket", "name"), _EVENT) != bucket:
        return "The bucket is not the course's, whose name is among the lesson's settings."
    key = dug(case, got, (*path, "object", "key"), _EVENT)
    if isinstance(key, str) and key.endswith(right):
        return "The key of the item is whole already: nothing comes in front of it."
    if isinstance(key, str) and key.startswith("many/"):
        return "The key is the same for each item: it has to come from the item."
    return (
        "The key is a field of the item, a text: not the whole item, and no text in which the name of the field stands."
    )


@exercise(
    "08.tolerance",
    "How many failures are too many",
    "It is a percentage of the items. How many per cent are two of forty?",
    "From 5 on, two of forty are tolerated; at 100, everything is.",
    "Any number from 5 to below 100 does it; 10 leaves room for two more.",
)
def tolerance(work: Any) -> Cases:
    """A Distributed Map of the check's own, whose children fail where they are told to."""
    if work is ... or work is None:
        raise NotAttempted
    a_number = isinstance(work, int | float) and not isinstance(work, bool)
    if not a_number or not 0 <= work <= 100:
        advice = (
            "A percentage is from 0 to 100." if a_number else "A number is needed: not a text, and without a % sign."
        )
        raise NotYet("the tolerance", Said("a number from 0 to 100"), work, advice)
    strict = "It is too strict: how many per cent of forty are two?"
    mild = "Everything has failed, and it was tolerated: how many per cent is that?"
    for case, spoilt, expected, advice in (
        ("two of forty are spoilt", 2, "SUCCEEDED", strict),
        ("all of them are spoilt", _ITEMS, "FAILED", mild),
    ):
        got = _outcome(work, spoilt)
        if got != expected:
            raise NotYet(case, Said(f"the execution has {expected.lower()}"), Said(f"it has {got.lower()}"), advice)
        yield f"{case}: {expected.lower()}"


def _outcome(percentage: float, spoilt: int) -> str:
    """The status of an execution over forty items, of which so many fail."""
    child = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Spoilt?",
        "States": {
            "Spoilt?": {
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% $states.input < {spoilt} %}}", "Next": "Spoilt"}],
                "Default": "Good",
            },
            "Spoilt": {"Type": "Fail", "Error": "Spoilt"},
            "Good": {"Type": "Succeed"},
        },
    }
    each = {
        "Type": "Map",
        "Label": "check",
        "Items": list(range(_ITEMS)),
        "ItemProcessor": child,
        "MaxConcurrency": 8,
        "ToleratedFailurePercentage": percentage,
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": each}}
    with _machine(definition) as arn:
        states = client("stepfunctions")
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]

        def ended() -> str | None:
            status = states.describe_execution(executionArn=execution)["status"]
            return None if status == "RUNNING" else status

        return wait_until(ended, "the end of the check's execution")


@contextmanager
def _machine(definition: dict[str, Any]) -> Iterator[str]:
    """A state machine that may start itself, for as long as the block runs; gives its ARN."""
    states, name = client("stepfunctions"), new_name()
    account = client("sts").get_caller_identity()["Account"]
    arn = f"arn:aws:states:{states.meta.region_name}:{account}:stateMachine:{name}"
    runs = arn.replace(":stateMachine:", ":execution:")
    actions = ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": [arn, f"{runs}:*"]}
    with role_with({"Version": "2012-10-17", "Statement": [allowed]}, trust_policy("states.amazonaws.com")) as role_arn:
        let_spread()
        states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role_arn)
        try:
            yield arn
        finally:
            states.delete_state_machine(stateMachineArn=arn)


@exercise(
    "08.failed",
    "The list of what failed",
    "The manifest names the files of each kind under ResultFiles; each file is a list of children.",
    "A child's Input is a JSON text, the event that it got: json.loads gives its Records.",
    'For each file of `manifest["ResultFiles"]["FAILED"]`, and each child of `files[file["Key"]]`: the keys of '
    '`json.loads(child["Input"])["Records"]`. At the end, sorted.',
)
def failed(work: Callable[..., Any]) -> Cases:
    """Manifests as Step Functions writes them: one file, several, none, and a child that got several records."""
    return compare(
        work,
        [
            Case(
                "two of them failed", _results([["many/b.zip"], ["many/a.zip"]]), ["many/a.zip", "many/b.zip"], _WHERE
            ),
            Case("nothing failed", _results(), [], "Then the list under FAILED is empty."),
            Case(
                "two files, and a child that had three records",
                _results([["c"]], [["d", "b", "a"]]),
                ["a", "b", "c", "d"],
                "There may be several files, and a child of a batch has several records.",
            ),
        ],
    )


_WHERE = "Two keys are expected, sorted: each stands in the input of a child that failed."


def _results(*files: list[list[str]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A manifest, and the files that it names, with children that failed."""
    named = {f"many/results/1/FAILED_{number}.json": children for number, children in enumerate(files)}
    manifest = {
        "DestinationBucket": "a-bucket",
        "MapRunArn": "arn:aws:states:us-east-1:123456789012:mapRun:scale-out/many:1",
        "ResultFiles": {
            "FAILED": [{"Key": key, "Size": 100} for key in named],
            "PENDING": [],
            "SUCCEEDED": [{"Key": "many/results/1/SUCCEEDED_0.json", "Size": 100}],
        },
    }
    contents = {key: [_child(keys) for keys in children] for key, children in named.items()}
    return manifest, contents


def _child(keys: list[str]) -> dict[str, Any]:
    records = [{"s3": {"bucket": {"name": "a-bucket"}, "object": {"key": key}}} for key in keys]
    return {
        "Status": "FAILED",
        "Error": "PreprocessingFailed",
        "Cause": "{}",
        "Input": json.dumps({"Records": records}),
    }

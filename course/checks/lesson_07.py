"""Checks of lesson 07: the function that starts the workflow, its role's policy, and its trigger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

import account_guard
from course.account.foundation import trust_policy
from course.checks.exercise import Cases, exercise
from course.checks.on_aws import acting_under, client, is_allowed, let_spread, new_name, role_with
from course.checks.trial import results, value_of
from course.checks.trigger import ALL_CREATIONS, must
from course.outcomes.outcome import NotYet, Said

_SECONDS = 60.0
"""The cell imports boto3 and calls AWS several times."""


@exercise(
    "07.handler",
    "A function that starts the workflow",
    "The name is made of what was uploaded: bucket, key and eTag. What has the same content has the same eTag.",
    "A hash of the three makes a name without odd characters: `hashlib.sha256(text.encode()).hexdigest()[:32]`. "
    "Catch `states.exceptions.ExecutionAlreadyExists`.",
    "For each record: undo the key's encoding, `folder, _, data_set = key.rpartition('/')`, and start with the "
    "input `{'bucket': bucket, 'prefix': f's3://{bucket}/{folder}/', 'dataset': data_set}`.",
)
def handler(work: Callable[..., Any]) -> Cases:
    """A state machine of the check's own, and what is started on it: once for each content, whatever the key."""
    events = [
        _event(("data/reviews.json.zip", "1")),
        _event(("data/reviews.json.zip", "1")),
        _event(("data/reviews.json.zip", "2")),
        _event(("data/my grüne reviews.json.zip", "1")),
        _event(("data/2026/july/gardens.json.zip", "1")),
        _event(("data/first.json.zip", "1"), ("data/second.json.zip", "1")),
    ]
    cases = (
        ("an upload", "data/", "reviews.json.zip", _INPUT),
        ("the same upload once more", "data/", "reviews.json.zip", _TWICE),
        (
            "another content under the same key",
            "data/",
            "reviews.json.zip",
            "Another content has to give another name. What in the event depends on the content?",
        ),
        (
            "a key with a blank and an umlaut",
            "data/",
            "my grüne reviews.json.zip",
            "Keys in an event are encoded, as in lesson 02.",
        ),
        (
            "a folder further down",
            "data/2026/july/",
            "gardens.json.zip",
            "Folders may lie in folders: the data set's name begins behind the last slash.",
        ),
        ("two records in one event", "data/", "second.json.zip", "One event may report several uploads."),
    )
    with _machine() as arn:
        calls = [(event, None) for event in events]
        variables = account_guard.settings() | {"STATE_MACHINE_ARN": arn}
        answers = results(work, calls, variables=variables, seconds=_SECONDS)
        for case, *_ in cases:
            value_of(next(answers), case, Said("no error"))
        started = _started(arn)
    for (case, folder, data_set, advice), times in zip(cases, (1, 1, 2, 1, 1, 1), strict=True):
        expected = json.dumps({"bucket": "a-bucket", "prefix": f"s3://a-bucket/{folder}", "dataset": data_set})
        least = 1 if times == 1 else 2
        if started[expected] < least:
            wanted = Said(f"an execution with the input {expected}")
            raise NotYet(case, wanted, _said(started), _wrong_input(started, data_set) or advice)
        if started[expected] > (2 if data_set == "reviews.json.zip" else 1):
            raise NotYet(case, Said("one execution for each content"), _said(started), _TWICE)
        yield case


def _wrong_input(started: Counter[str], data_set: str) -> str:
    """What is wrong with the inputs, where something was started and no input is in order."""
    if not started:
        return "Nothing was started: is the call inside the loop, and is it reached?"
    given = [json.loads(text) for text in started]
    if not all(isinstance(one, dict) and one.keys() >= {"bucket", "prefix", "dataset"} for one in given):
        return "The workflow wants three names in its input: bucket, prefix and dataset."
    prefixes = [str(one["prefix"]) for one in given]
    if not all(one.startswith("s3://") for one in prefixes):
        return "The prefix is an address: it begins with s3:// and the bucket."
    if not all(one.endswith("/") for one in prefixes):
        return "The prefix ends with a slash: the data set's name comes right behind it."
    if any("//" in one.removeprefix("s3://") for one in prefixes):
        return "A prefix has two slashes, one behind the other."
    if any("/" in str(one["dataset"]) for one in given):
        return "The data set's name has no folder in it: that is the prefix's part."
    if any("%" in str(one) or "+" in str(one) for one in given):
        return "The key in the event is encoded, as in lesson 02."
    return ""


_INPUT = "The input is a JSON text with bucket, prefix and dataset; the prefix is an address that ends with a slash."
_TWICE = "The same upload has to give the same name; and a name that is taken is no error here."


def _event(*uploads: tuple[str, str]) -> dict[str, Any]:
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "a-bucket"}, "object": {"key": quote_plus(key, safe="/"), "eTag": etag * 32}},
        }
        for key, etag in uploads
    ]
    return {"Records": records}


@contextmanager
def _machine() -> Iterator[str]:
    """A state machine that does nothing, for as long as the block runs; gives its ARN."""
    states = client("stepfunctions")
    nothing = {"Type": "Pass", "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Nothing", "States": {"Nothing": nothing}}
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    with role_with(denied, trust_policy("states.amazonaws.com")) as role_arn:
        let_spread()
        arn = states.create_state_machine(name=new_name(), definition=json.dumps(definition), roleArn=role_arn)[
            "stateMachineArn"
        ]
        try:
            yield arn
        finally:
            states.delete_state_machine(stateMachineArn=arn)


def _started(machine_arn: str) -> Counter[str]:
    """The inputs of a machine's executions, each with how often it was started."""
    states = client("stepfunctions")
    found: Counter[str] = Counter()
    for execution in states.list_executions(stateMachineArn=machine_arn)["executions"]:
        given = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
        order = ("bucket", "prefix", "dataset")
        known = {name: given[name] for name in order if isinstance(given, dict) and name in given}
        found[json.dumps(known if known.keys() == set(order) else given)] += 1
    return found


def _said(started: Counter[str]) -> Said:
    return Said("\n".join(f"{count} x {text}" for text, count in sorted(started.items())) or "no execution")


@exercise(
    "07.policy",
    "A policy that may start one state machine",
    "One action, on one resource.",
    "The action is `states:StartExecution`; the resource is the state machine's ARN.",
)
def policy(work: Any, machine_arn: str) -> Cases:
    """Starting this machine is allowed; another one, looking into it, and S3 are not."""
    document = {"Version": "2012-10-17", "Statement": [work]}
    with acting_under(document, "stepfunctions", "s3") as [states, s3]:
        # A text that is no JSON: whoever may start is told so, and nothing is started.
        start = {"input": "no JSON"}
        for case, expected, allowed, advice in (
            (
                "start the workflow",
                True,
                is_allowed(states.start_execution, stateMachineArn=machine_arn, **start),
                _why_denied(work, machine_arn),
            ),
            (
                "start another one",
                False,
                is_allowed(states.start_execution, stateMachineArn=machine_arn + "-2", **start),
                "The resource covers other state machines, too.",
            ),
            (
                "read its definition",
                False,
                is_allowed(states.describe_state_machine, stateMachineArn=machine_arn),
                "More is allowed than starting.",
            ),
            ("list the account's buckets", False, is_allowed(s3.list_buckets), "More is allowed than starting."),
        ):
            if allowed != expected:
                words = {True: Said("allowed"), False: Said("denied")}
                raise NotYet(case, words[expected], words[allowed], advice)
            yield f"{case}: {'allowed' if expected else 'denied'}"


def _why_denied(statement: Any, machine_arn: str) -> str:
    """Why a statement does not let somebody start the machine, where it doesn't."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return "The statement allows nothing: look at its Effect."
    if "states:" not in str(statement.get("Action")):
        return "In the names of actions, Step Functions is called states."
    if machine_arn not in str(statement.get("Resource")):
        return "The resource is not the state machine's ARN: who starts an execution needs the right on the machine."
    return "The action is another one than that which starts an execution."


@exercise(
    "07.trigger",
    "A trigger for the workflow",
    "As in lesson 03, but for every way in which an object can come into being.",
    "Events `['s3:ObjectCreated:*']`, prefix `data/`, suffix `.json.zip`.",
)
def trigger(work: Any) -> Cases:
    """Every upload of a data set, and nothing that the workflow writes."""
    for kind in ALL_CREATIONS:
        yield must(work, f"ObjectCreated:{kind}", "data/gardens.json.zip", True, "Every upload has to count.")
    yield must(work, "ObjectRemoved:Delete", "data/gardens.json.zip", False, "A deletion is no upload.")
    for key in ("data/train/gardens_train.txt", "models/BlazingText-1/output/model.tar.gz", "code/preprocess.py"):
        advice = "What the workflow writes or reads must not start it: prefix data/, suffix .json.zip."
        yield must(work, "ObjectCreated:Put", key, False, advice)
    for key, advice in (
        ("old/data/gardens.json.zip", "The prefix is how the key begins."),
        ("database.json.zip", "This key is in no folder: the folder's name ends with a slash."),
        ("data/gardens.zip", "This one is a zip, and no data set: its name ends in another way."),
    ):
        yield must(work, "ObjectCreated:Put", key, False, advice)

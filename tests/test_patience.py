"""Every wait of lessons and of `course` is long enough for a real account, where things take minutes.

What takes how long at most, in seconds, and who says so, is in the tables. A new waiter has to be added there.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import course
from course.functions.job_log import job_log
from course.state_machines.execution import StateRun
from tests.sources import modules

LASTS = {
    # "Typically delivered in seconds but can sometimes take a minute or longer" (Amazon S3 event notifications, S3
    # user guide); then the function has to run.
    "object_exists": 150,
    # Pending while the configuration is prepared (Lambda function states, Lambda developer guide): seconds.
    "function_active_v2": 120,
    "function_updated_v2": 120,
    # Instances are started first, which takes minutes (batch transform, SageMaker developer guide); botocore's own
    # waiter has the patience of an hour.
    "transform_job_completed_or_stopped": 3600,
}
SERVICES = {"object": "s3", "function": "lambda", "transform": "sagemaker"}
OURS = {
    course.wait_until: 150,  # in lesson 07 for what an upload has begun
    course.invocations: 150,
    # Logs of a job come some seconds after they are written, its instance minutes after it was asked for.
    job_log: 120,
    StateRun.log: 120,
}


PAUSES = {
    # One look after the other, until a limit that is given.
    "course/functions/logs.py": {"next(pause)"},
    "course/state_machines/execution.py": {"min(pause, left)"},
    "course/state_machines/upload_chain.py": {"min(next(pause), max(0.05, seconds - waited))"},
    "course/panels/following.py": {"next(pause)"},
    "course/panels/bucket_triggers.py": {"pause"},
    # As long as a change may take to be known everywhere, on an AWS that is late.
    "course/account/lateness.py": {"seconds"},
    "course/checks/on_aws.py": {"_SPREADING_SECONDS"},
    # For a process of this computer.
    "course/account/embedded.py": {"0.05", "0.02"},
    "course/checks/lesson_05.py": {"0.005"},
    # What a function does in its own time, not what a lesson waits for.
    "01_write_a_lambda_function.ipynb": {"60"},
    "02_preprocess_with_lambda.ipynb": {"event['seconds']"},
}
"""Where something sleeps, and for how long: a fixed time in place of a look is no wait, however long it is."""
LEAST = 120
"""Seconds that a wait of ours has at least where it is told how many."""

Waits = Iterator[tuple[str, str, dict[str, Any]]]


def waits(sources: Iterable[tuple[str, ast.Module]]) -> Waits:
    """Each call of a waiter: where, which, and the configuration that it is given."""
    for where, tree in sources:
        given = _given(tree)
        asked = [call for call in _calls(tree) if _name(call) == "get_waiter"]
        for call in _calls(tree):
            if not (isinstance(call.func, ast.Attribute) and call.func.attr == "wait"):
                continue
            waiter: ast.AST | None = call.func.value
            if isinstance(waiter, ast.Name):
                waiter = given.get(waiter.id)
            if waiter not in asked:
                continue
            asked.remove(waiter)
            config = next((one.value for one in call.keywords if one.arg == "WaiterConfig"), ast.Dict([], []))
            if isinstance(config, ast.Name):
                config = given[config.id]
            assert isinstance(config, ast.Dict), f"{where}: {ast.unparse(call)}"
            pairs = zip(config.keys, config.values, strict=True)
            named = {ast.literal_eval(key): given[one.id] if isinstance(one, ast.Name) else one for key, one in pairs}
            told = {key: ast.literal_eval(one) for key, one in named.items()}
            yield where, ast.literal_eval(waiter.args[0]), told
        assert not asked, f"{where}: nobody sees how long it waits: {ast.unparse(asked[0])}"


def pauses(sources: Iterable[tuple[str, ast.Module]]) -> Iterator[tuple[str, str]]:
    """Each sleep: where, and for how long, as it is written there."""
    for where, tree in sources:
        yield from ((where, ast.unparse(call.args[0])) for call in _calls(tree) if _name(call) == "sleep")


def limits(sources: Iterable[tuple[str, ast.Module]]) -> Iterator[tuple[str, str, float]]:
    """Each wait of ours that is told how many seconds it has: where, which, how many."""
    names = {function.__name__ for function in OURS}
    for where, tree in sources:
        given = _given(tree)
        for call in (call for call in _calls(tree) if _name(call) in names):
            told = [one.value for one in call.keywords if one.arg == "seconds"]
            told += call.args[2:3] if _name(call) == "wait_until" else []
            for one in (given.get(one.id, one) if isinstance(one, ast.Name) else one for one in told):
                if isinstance(one, ast.Constant):
                    yield where, ast.unparse(call.func), one.value


def _given(tree: ast.Module) -> dict[str, ast.expr]:
    return {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_there_are_waiters_in_lessons_and_in_the_course() -> None:
    found = [where for where, _, _ in waits(modules("course"))]
    assert {Path(where).suffix for where in found} == {".py", ".ipynb"}
    assert len(found) >= 8


@pytest.mark.parametrize(("where", "name", "config"), list(waits(modules("course"))))
def test_a_waiter_waits_as_long_as_it_may_take(where: str, name: str, config: dict[str, Any]) -> None:
    assert name in LASTS, f"{where}: say in this file how long {name} may take, and who says so."
    client = boto3.client(SERVICES[name.partition("_")[0]], region_name="us-east-1")
    usual = client.get_waiter(name).config
    patience = config.get("Delay", usual.delay) * config.get("MaxAttempts", usual.max_attempts)
    assert patience >= LASTS[name], where


@pytest.mark.parametrize("function", OURS, ids=lambda one: one.__qualname__)
def test_what_the_course_waits_for_may_take_as_long_as_on_aws(function: Any) -> None:
    assert inspect.signature(function).parameters["seconds"].default >= OURS[function]


def test_nothing_sleeps_where_it_should_look() -> None:
    found: dict[str, set[str]] = {}
    for where, how_long in pauses(modules("course")):
        found.setdefault(where, set()).add(how_long)
    assert found == PAUSES, "say in this file what it sleeps for"


def test_a_wait_that_is_told_how_long_has_enough() -> None:
    found = list(limits(modules("course")))
    assert {Path(where).suffix for where, _, _ in found} == {".py", ".ipynb"}
    assert [one for one in found if one[2] < LEAST] == []


def planted(text: str) -> list[tuple[str, ast.Module]]:
    return [("planted", ast.parse(text))]


@pytest.mark.parametrize(
    "text",
    [
        'boto3.client("s3").get_waiter("bucket_exists").wait(Bucket="b")',
        'waiter = s3.get_waiter("bucket_exists")\nwaiter.wait(Bucket="b", WaiterConfig={"Delay": 1})',
        'for name in names:\n    if name:\n        s3.get_waiter("bucket_exists").wait(Bucket=name)',
    ],
)
def test_a_waiter_that_is_planted_is_found(text: str) -> None:
    assert [name for _, name, _ in waits(planted(text))] == ["bucket_exists"]
    assert "bucket_exists" not in LASTS


@pytest.mark.parametrize("text", ['done(s3.get_waiter("bucket_exists"))', 'waiters["a"] = s3.get_waiter(name)'])
def test_a_waiter_of_which_nobody_sees_how_long_it_waits_is_found(text: str) -> None:
    with pytest.raises(AssertionError, match="nobody sees how long it waits"):
        list(waits(planted(text)))


def test_sleeps_and_short_limits_that_are_planted_are_found() -> None:
    text = "import time\nwhile not done():\n    time.sleep(5)\nfrom time import sleep\nsleep(60)"
    assert {how_long for _, how_long in pauses(planted(text))} == {"5", "60"}
    text = 'course.wait_until(done, "it", seconds=10)\nSHORT = 20\nwait_until(done, "it", SHORT)\nrun.log(seconds=30)'
    assert {seconds for _, _, seconds in limits(planted(text))} == {10, 20, 30}

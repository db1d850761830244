"""Every wait of lessons and of `course` is long enough for a real account, where things take minutes.

What takes how long at most, in seconds, and who says so, is in the tables. A new waiter has to be added there.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
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


def waits() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each call of a waiter: where, which, and the configuration that it is given."""
    for where, tree in modules("course"):
        given = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if not (isinstance(call.func, ast.Attribute) and call.func.attr == "wait"):
                continue
            waiter: ast.AST | None = call.func.value
            if isinstance(waiter, ast.Name):
                waiter = given.get(waiter.id)
            if not (isinstance(waiter, ast.Call) and getattr(waiter.func, "attr", "") == "get_waiter"):
                continue
            config = next((one.value for one in call.keywords if one.arg == "WaiterConfig"), ast.Dict([], []))
            if isinstance(config, ast.Name):
                config = given[config.id]
            assert isinstance(config, ast.Dict), f"{where}: {ast.unparse(call)}"
            pairs = zip(config.keys, config.values, strict=True)
            named = {ast.literal_eval(key): given[one.id] if isinstance(one, ast.Name) else one for key, one in pairs}
            told = {key: ast.literal_eval(one) for key, one in named.items()}
            yield where, ast.literal_eval(waiter.args[0]), told


def test_there_are_waiters_in_lessons_and_in_the_course() -> None:
    found = [where for where, _, _ in waits()]
    assert {Path(where).suffix for where in found} == {".py", ".ipynb"}
    assert len(found) >= 8


@pytest.mark.parametrize(("where", "name", "config"), list(waits()))
def test_a_waiter_waits_as_long_as_it_may_take(where: str, name: str, config: dict[str, Any]) -> None:
    assert name in LASTS, f"{where}: say in this file how long {name} may take, and who says so."
    client = boto3.client(SERVICES[name.partition("_")[0]], region_name="us-east-1")
    usual = client.get_waiter(name).config
    patience = config.get("Delay", usual.delay) * config.get("MaxAttempts", usual.max_attempts)
    assert patience >= LASTS[name], where


@pytest.mark.parametrize("function", OURS, ids=lambda one: one.__qualname__)
def test_what_the_course_waits_for_may_take_as_long_as_on_aws(function: Any) -> None:
    assert inspect.signature(function).parameters["seconds"].default >= OURS[function]

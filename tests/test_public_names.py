"""Names that others stand on: commands, imports and files that lessons, notes, CI and other tools use by name.

A change here is a change for them: it belongs into CHANGELOG.md, under Changed or Removed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import itertools
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import course
from benchmarks import lessons
from benchmarks.__main__ import SUBJECTS
from benchmarks.figures import Figure
from lambda_code.lambda_function import lambda_handler
from local_aws.__main__ import main
from local_aws.access import administrator
from processing import reviews

PROJECT = Path(__file__).resolve().parents[1]

# ---- commands ----------------------------------------------------------------------------------------


def helped(*command: str) -> str:
    """What a program of ours says about its options."""
    done = subprocess.run([sys.executable, "-m", *command, "--help"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_embedded_aws_is_served_with_these_options() -> None:
    said = helped("local_aws", "serve")
    for option in ("--port", "--clock", "--ready-file", "--log-file"):
        assert re.search(rf"^  {option} ", said, re.MULTILINE), f"{option} is not among\n{said}"


def test_a_shell_is_told_where_the_embedded_aws_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(administrator, "secret_for", lambda endpoint_url: "the secret of the one that runs there")
    assert main(["env", "--port", "4567"]) == 0
    said = capsys.readouterr().out
    for variable in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        assert re.search(rf"\b{variable}=", said), f"{variable} is not among\n{said}"
    assert "http://127.0.0.1:4567" in said


@pytest.mark.slow
def test_the_lessons_are_run_by_a_module_of_the_course() -> None:
    assert "--store" in helped("course.run_lessons")


# ---- what is imported --------------------------------------------------------------------------------


def test_preprocessing_is_one_function_its_errors_and_its_counts() -> None:
    parameters = inspect.signature(reviews.preprocess).parameters
    assert list(parameters) == ["zip_path", "train_path", "test_path", "name"]
    assert parameters["name"].default is None
    assert issubclass(reviews.BadArchive, reviews.DataSetError)
    assert issubclass(reviews.NoUsableReview, reviews.DataSetError)
    assert [field.name for field in dataclasses.fields(reviews.Summary)] == [
        "reviews",
        "training_reviews",
        "testing_reviews",
        "dropped",
        "training_sentences",
        "testing_sentences",
    ]
    assert reviews.output_names("reviews_X.json.zip") == ("reviews_X_train.txt", "reviews_X_test.txt")
    assert (reviews.HELPFUL, reviews.UNHELPFUL) == ("__label__1", "__label__2")


def test_lambda_finds_its_handler() -> None:
    assert list(inspect.signature(lambda_handler).parameters) == ["event", "context"]


EXPORTED = (
    "PRICES",
    "CourseError",
    "Draft",
    "Graph",
    "Settings",
    "agree",
    "bucket_panel",
    "check",
    "check_environment",
    "check_quotas",
    "clean_up",
    "costs_panel",
    "deploy",
    "draft_panel",
    "endpoint_cost",
    "evaluate",
    "execution_panel",
    "follow",
    "function_panel",
    "hint",
    "invocations",
    "job_cost",
    "jsonata_panel",
    "lambda_cost",
    "left",
    "let_changes_spread",
    "logging_role",
    "logs_panel",
    "package",
    "permissions_panel",
    "prices",
    "progress",
    "result",
    "run",
    "save_test_event",
    "solution",
    "start",
    "test_event",
    "test_function",
    "transitions_cost",
    "trigger_panel",
    "wait_until",
    "workflow",
    "workflow_role",
)
"""What a lesson may take from `course`; more may come."""


def test_the_course_exports_these_names() -> None:
    exported = set(course.__all__)
    assert [name for name in EXPORTED if name not in exported] == []
    assert [name for name in course.__all__ if not hasattr(course, name)] == []


@pytest.mark.parametrize("package", ["course", "lambda_code", "local_aws", "processing"])
def test_a_package_says_that_it_brings_its_types(package: str) -> None:
    (place,) = importlib.import_module(package).__path__
    assert (Path(place) / "py.typed").exists()


# ---- files -------------------------------------------------------------------------------------------


def test_nbval_is_told_what_may_differ_between_two_runs() -> None:
    lines = (PROJECT / "tests" / "nbval_sanitize.cfg").read_text(encoding="utf-8").splitlines()
    rules = [(one, other) for one, other in itertools.pairwise(lines) if one.startswith("regex: ")]
    assert rules
    for regex, replacement in rules:
        assert replacement.startswith("replace: "), f"no replacement below {regex}"
        re.compile(regex.removeprefix("regex: "))


# ---- rows of `make bench` ----------------------------------------------------------------------------


class Anything:
    """Stands for what a benchmark works on; nothing is measured here."""

    def __init__(self, *_: Any):
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: Path(name)


class Rows:
    """A bench that writes down the names of its rows, and measures nothing."""

    directory = Path()
    ours = None

    def say(self, what: str) -> None:
        pass

    def compare(self, what: str, *_: Any, **__: Any) -> Iterator[str]:
        yield what


def rows(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterable[str | Figure]:
    """The names of a subject's rows."""
    if name == "lessons":
        found = lessons.read("  01_write_a_lambda_function   ok  0 min 03 s")
        return [found.what] if found else []
    for part, stand_in in {
        "figures": Rows().compare,
        "take_turns": lambda *_, **__: {},
        "enlarged": lambda *_: Anything(),
        "Work": Anything,
        "boto3_alone": SimpleNamespace(NAME="", answering=lambda _: contextlib.nullcontext(Anything)),
        "_way": lambda *_: None,
    }.items():
        if hasattr(SUBJECTS[name], part):
            monkeypatch.setattr(SUBJECTS[name], part, stand_in)
    return list(SUBJECTS[name].measure(Rows()))


@pytest.mark.parametrize(
    ("subject", "names"),
    {
        "starting": ["start to first answer"],
        "s3": ["S3 put 1 KB", "S3 get 1 KB", "S3 put 10 MB", "S3 get 10 MB"],
        "functions": ["Lambda cold", "Lambda cold that imports boto3", "Lambda warm", "Lambda warm in 8 threads"],
        "preprocessing": [
            "preprocessing 1x: processor time",
            "preprocessing 1x: peak memory",
            "preprocessing 10x: processor time",
            "preprocessing 10x: peak memory",
            "preprocessing 100x: processor time",
            "preprocessing 100x: peak memory",
        ],
        "states": [
            "one Pass state end to end",
            "200 JSONata Pass states",
            "2,000 JSONata Pass states",
            "Map of 1,000 items",
            "one warm Lambda task",
            "50 executions at once",
        ],
        "sagemaker": [
            "training job end to end",
            "endpoint answer p50",
            "endpoint answer p99",
            "endpoint answers in 8 threads",
            "batch transform of 27,000 lines",
        ],
        "lessons": ["lesson 01 executed"],
    }.items(),
)
def test_a_benchmark_has_these_rows(subject: str, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # More rows may come; those that are here are compared from one release to the next.
    assert [name for name in names if name not in rows(subject, monkeypatch)] == []

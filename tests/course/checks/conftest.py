"""A learner's work for the checks: a text run as a cell, handed to the check as the lesson does."""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

import course
from course.checks.cells import LESSONS, exercise_cell
from course.checks.engine import examine, run_as_cell
from course.checks.exercise import find
from course.outcomes.outcome import Check, Outcome
from tests.course.checks.account_state import held

_numbers = itertools.count()


def judge(name: str, source: str, **names: Any) -> Check:
    """Run a text in place of the exercise's cell, where `names` are already there, and check what comes of it."""
    names = {"json": json, "boto3": boto3, "course": course} | names
    run_as_cell(source, f"<work {next(_numbers)}>", names)
    work = [eval(ast.unparse(argument), names) for argument in _handed_over(name)]
    return examine(find(name), *work)


def changed(name: str, *changes: tuple[str, str]) -> str:
    """The solution of an exercise with mistakes in it; each change must find what it changes."""
    source = exercise_cell(name).solution
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def check_untouched_and_solved(name: str, make_names: Callable[[], dict[str, Any]] = dict) -> None:
    """The starter is no failure, the lesson's own solution is right, and the check leaves the AWS as it was.

    Where a lesson goes on with the solution by itself, the solution leaves it so, too.
    """
    cell = exercise_cell(name)
    before = held()
    untouched = judge(name, cell.starter, **make_names())
    assert untouched.outcome is Outcome.NOT_ATTEMPTED, untouched
    solved = judge(name, cell.solution, **make_names())
    assert solved.outcome is Outcome.RIGHT, solved
    assert len(solved.passed) >= 1
    assert find(name).acts or held() == before, f"{name} has changed the learner's AWS"


def check_wrong(result: Check, *said: str) -> None:
    """The work is found not yet right, and the answer has these words; it always has something to try next."""
    assert result.outcome is Outcome.NOT_YET, result
    assert result.case and result.expected and result.got and result.advice, result
    for words in said:
        assert words in repr(result), result


def _handed_over(name: str) -> list[ast.expr]:
    """The arguments of `course.check` in the lesson, after the exercise's name."""
    [path] = LESSONS.glob(f"{name[:2]}_*.ipynb")
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and f'course.check("{name}"' in source:
            return ast.parse(source, mode="eval").body.args[1:]
    pytest.fail(f"The lesson does not check {name}.")

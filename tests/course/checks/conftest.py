"""A learner's work for the checks: a text run as a cell, handed to the check as the lesson does."""

from __future__ import annotations

import ast
import itertools
import json
import re
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
_looks_at_aws = False
_PYTHONS = re.compile(r"<class '|Traceback|\b[A-Z]\w*(?:Error|Exception): ")
_ENGINES = re.compile(r"at the event id|'StateName'|Invalid State Machine Definition|SCHEMA_VALIDATION")
_FRAGMENT = re.compile(r"`[^`]+`|\S*[$(\[{=:_/%]\S*")


@pytest.fixture(
    params=[pytest.param(False, id="quick"), pytest.param(True, marks=pytest.mark.long, id="the AWS is compared")]
)
def aws_compared(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the mark `long`, what is on the AWS is compared around each check, whether the answer is right or wrong."""
    monkeypatch.setattr(f"{__name__}._looks_at_aws", request.param)


def judge(name: str, source: str, **names: Any) -> Check:
    """Run a text in place of the exercise's cell, where `names` are already there, and check what comes of it."""
    names = {"json": json, "boto3": boto3, "course": course} | names
    run_as_cell(source, f"<work {next(_numbers)}>", names)
    work = [eval(ast.unparse(argument), names) for argument in _handed_over(name)]
    before = held() if _looks_at_aws else {}
    result = examine(find(name), *work)
    assert not _looks_at_aws or held() == before, f"{name} has changed the learner's AWS"
    return result


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
    """The work is found not yet right, and the answer has these words; it always has something to try next.

    It is said in the course's own words, and the first wrong try doesn't give the solution away.
    """
    assert result.outcome is Outcome.NOT_YET, result
    assert result.case and result.expected and result.got and result.advice, result
    for words in said:
        assert words in repr(result), result
    assert not _ENGINES.search(repr(result)), result
    assert "an error of your code" in result.got or not _PYTHONS.search(result.got), result
    assert given_away(result) == [], result


def given_away(result: Check) -> list[str]:
    """Pieces of the solution that the advice has, and the learner has not read yet."""
    cell = exercise_cell(result.name)
    known = cell.starter + _read_before(result.name) + result.expected + result.got
    pieces = {piece.strip("`.,;:?()'\"") for piece in _FRAGMENT.findall(result.advice)}
    return sorted(piece for piece in pieces if len(piece) > 2 and piece in cell.solution and piece not in known)


def _read_before(name: str) -> str:
    """What the lessons have said before the exercise."""
    read = ""
    for path in sorted(LESSONS.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("exercise", {}).get("name") == name:
                return read
            read += "".join(cell["source"])
    pytest.fail(f"No lesson has {name}.")


def _handed_over(name: str) -> list[ast.expr]:
    """The arguments of `course.check` in the lesson, after the exercise's name."""
    [path] = LESSONS.glob(f"{name[:2]}_*.ipynb")
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and f'course.check("{name}"' in source:
            return ast.parse(source, mode="eval").body.args[1:]
    pytest.fail(f"The lesson does not check {name}.")

"""The checks of lesson 08, on the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

from typing import Any

import pytest

import course
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("aws_compared")


@pytest.fixture(scope="module")
def names(settings: course.Settings) -> dict[str, Any]:
    """What the lesson has when it comes to the exercises."""
    return {"settings": settings}


@pytest.mark.parametrize("name", ["08.selector", "08.tolerance", "08.failed"])
def test_untouched_and_solved(name: str, names: dict[str, Any]) -> None:
    check_untouched_and_solved(name, lambda: dict(names))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Map.Item.Value.Key", "Map.Item.Value", "the first object of the folder"),
        ("$states.context.Map.Item.Value.Key", "$states.input.Key", "the first object of the folder"),
        ("{% $states.context.Map.Item.Value.Key %}", "many/part-00.json.zip", "another one"),
        ('{"name": settings.bucket}', '{"name": "a-bucket"}', "the first object of the folder"),
        ("{% $states.context.Map.Item.Value.Key %}", "$states.context.Map.Item.Value.Key", "was taken as a text"),
        ("$states.context.Map", "'many/' & $states.context.Map", "nothing comes in front of it"),
        ('"Records"', '"records"', "there is no 'Records'"),
    ],
)
def test_a_selector_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("08.selector", changed("08.selector", (old, new)), **names), said)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0.05", "how many per cent of forty are two"),
        ("4", "two of forty are spoilt"),
        ("100", "all of them are spoilt"),
        ("120", "from 0 to 100"),
        ('"10"', "a number"),
    ],
)
def test_a_tolerance_that_is_none(names: dict[str, Any], number: str, said: str) -> None:
    check_wrong(judge("08.tolerance", changed("08.tolerance", ("10", number)), **names), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sorted(keys)", "keys", "two of them failed"),
        ('["FAILED"]', '["SUCCEEDED"]', "two of them failed"),
        ('for record in event["Records"]', 'for record in event["Records"][:1]', "two files, and a child"),
        ('["ResultFiles"]["FAILED"]', '["ResultFiles"]["FAILED"][:1]', "two files, and a child"),
        ("    return sorted(keys)", "    print(sorted(keys))", "end with a return"),
        ("sorted(keys)", "set(keys)", "can't become JSON"),
        ('json.loads(child["Input"])', 'child["Input"]', "two of them failed"),
    ],
)
def test_a_list_of_failures_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("08.failed", changed("08.failed", (old, new)), **names), said)

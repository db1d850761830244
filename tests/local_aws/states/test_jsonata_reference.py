"""Expressions give what JSONata's reference implementation gives: 2,313 answers recorded from jsonata 2.0.6 of npm.

Some are plain uses of each function and operator, the others were drawn from a grammar. What it answers in words of
JavaScript's (`Cannot read properties of undefined`) is left out, and so is what AWS refuses or does otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.states.languages import jsonata

RECORDED = json.loads(Path(__file__).with_name("jsonata_2_0_6.json").read_text())
CASES = RECORDED["cases"]
PART = 100


def plain(value: Any) -> Any:
    """A value whose numbers have the 15 digits that both languages agree on."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return float(f"{value:.15g}")
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()}


def answer(expression: str) -> dict[str, Any]:
    """What an expression gives, as it is recorded."""
    try:
        value = jsonata.compile_expression(expression).evaluate(RECORDED["variables"])
    except jsonata.JSONataError as error:
        return {"error": str(error)}
    except jsonata.UnsupportedResultError:
        return {"function": True}
    return {"undefined": True} if value is jsonata.UNDEFINED else {"value": value}


def differences(cases: list[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
    found = []
    for case in cases:
        wanted = {name: value for name, value in case.items() if name != "expression"}
        given = answer(case["expression"])
        if plain(given) != plain(wanted):
            found.append((case["expression"], given, wanted))
    return found


@pytest.mark.parametrize("start", range(0, len(CASES), PART))
def test_answers_of_the_reference(start):
    assert differences(CASES[start : start + PART]) == []


def test_data_is_not_changed():
    """The variables that every case above shares are as they were read."""
    before = json.dumps(RECORDED["variables"])
    differences(CASES)
    assert json.dumps(RECORDED["variables"]) == before

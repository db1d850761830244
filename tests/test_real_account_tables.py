"""Each lesson says at its end which of its stored outputs differ on a real account."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

from docs.real_account import CELL, KINDS, LESSONS, given_roles, main, outputs, table

RULES = get_sanitize_patterns((Path(__file__).parent / "nbval_sanitize.cfg").read_text(encoding="utf-8"))
each_lesson = pytest.mark.parametrize("path", sorted(LESSONS.glob("*.ipynb")), ids=lambda path: path.stem)


def test_the_tables_are_what_the_outputs_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


@each_lesson
def test_the_table_stands_once_and_before_what_is_next(path: Path) -> None:
    ids = [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert ids.count(CELL) == 1
    assert ids.index(CELL) == len(ids) - 2


@each_lesson
def test_whatever_may_differ_from_run_to_run_has_a_row(path: Path) -> None:
    """What the comparison of outputs leaves out is what differs: no rule of it may find something without a row."""
    found = [text for _, text in outputs(json.loads(path.read_text(encoding="utf-8")))]
    seen = [match[0] for text in found for pattern, _ in RULES for match in re.finditer(pattern, text)]
    seen = [text for text in seen if text != "000 state transitions"]  # of the table of prices
    assert seen
    assert [text for text in seen if not any(re.search(kind, text) for kind, _ in KINDS.values())] == []


def test_an_output_is_told_of_in_its_section() -> None:
    def cell(kind: str, source: str, *said: str) -> dict:
        return {"cell_type": kind, "source": [source], "outputs": [{"text": [text]} for text in said]}

    lesson = [
        cell("markdown", "# Title"),
        cell("code", "", "no account, no cost"),
        cell("markdown", "## 1. One"),
        cell("code", "", "12 ms"),
        cell("markdown", "## 2. Two"),
        cell("code", "", "nothing"),
        cell("code", "", "3.5 ms"),
    ]
    rows = table({"cells": lesson}).splitlines()[6:]
    assert [row.split(" | ")[:2] for row in rows] == [["| where the lesson works", "start"], ["| milliseconds", "1, 2"]]


def test_what_differs_with_roles_that_are_there_is_told_of_in_its_section() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["## 3. Three"]},
        {"cell_type": "code", "source": ["course.logging_role(name)"], "outputs": []},
        {"cell_type": "markdown", "source": ["## 4. Four"]},
        {"cell_type": "code", "source": ["course.run()"], "outputs": [{"text": ["AccessDeniedException"]}]},
    ]
    [said] = [line for line in table({"cells": cells}).splitlines() if line.startswith("Where you work with")]
    assert "make or change a role (section 3) say that nothing was sent" in said
    assert "refused because a right is missing (section 4) may be allowed" in said
    assert given_roles({"cells": cells[2:]}) == []


def test_a_kind_that_no_lesson_shows_is_none() -> None:
    texts = [text for path in LESSONS.glob("*.ipynb") for _, text in outputs(json.loads(path.read_text("utf-8")))]
    assert [kind for kind, (pattern, _) in KINDS.items() if not any(re.search(pattern, text) for text in texts)] == []

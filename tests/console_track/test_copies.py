"""What a learner copies in a lesson is theirs, once their values are given: every button of every lesson."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from course.console import your_values
from course.console.your_values import YourValues
from tests.kernels import client

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EMBEDDED = "123456789012"
LOOK = """
import gc, json
from course.panels.front_end import CopyButton
json.dumps([[one.label, one.text] for one in gc.get_objects() if issubclass(type(one), CopyButton)])
"""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> YourValues:
    monkeypatch.setenv("COURSE_VALUES", str(tmp_path / "values.json"))
    values = YourValues("111122223333", "eu-central-1", "my-bucket")
    your_values.give(values)
    return values


def copied(path: Path) -> list[list[str]]:
    """Run a lesson; the label and the text of every copy button that it has shown."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LOOK))
    client(notebook, path.parent, 600).execute()
    return json.loads(eval(notebook.cells[-1].outputs[-1]["data"]["text/plain"]))


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_no_copied_text_of_a_lesson_holds_the_embedded_accounts_number(path: Path, given: YourValues) -> None:
    texts = copied(path)
    assert [one for one in texts if EMBEDDED in one[1]] == []
    assert any(text for _, text in texts)


def test_there_is_one_way_to_the_clipboard() -> None:
    """So that what is said of the copy button is said of everything that is copied."""
    course = Path(__file__).parents[2] / "course"
    scripts = [path.name for path in course.rglob("*.js") if "clipboard" in path.read_text(encoding="utf-8")]
    assert scripts == ["copy_button.js"]

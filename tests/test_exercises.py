"""The learner's edition: made from the lessons and from nothing else, whole, and safe to run untouched."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course.checks.exercise import exercises
from course.exercises import EDITION, LESSONS, editions, main, worked_in
from tests.kernels import run

_MADE = editions()
LINK = re.compile(r"!?\[[^\]]*\]\((?P<path>[^)\s#]+)\)")
CODE_PATH = re.compile(r"\.\./[\w./-]*")
NAMES = sorted(_MADE)

each_notebook = pytest.mark.parametrize("name", NAMES, ids=[Path(name).stem for name in NAMES])


def cells(name: str) -> list[dict[str, Any]]:
    """Of the edition as the lessons make it: in the folder, somebody may have done the course."""
    notebook = json.loads(_MADE[name])
    return [cell | {"text": "".join(cell["source"])} for cell in notebook["cells"]]


def drifted(edition: Path) -> set[str]:
    """What is not as the lessons make it, worked in or not."""
    there = {path.name: path.read_text(encoding="utf-8") for path in edition.glob("*.ipynb")}
    return {name for name in {*there, *_MADE} if there.get(name) != _MADE.get(name)}


def test_the_edition_is_what_the_lessons_make() -> None:
    """After a change in a lesson: `make exercises`. Where somebody has worked, their work is left in peace,
    and `make test` names it (tests/stored_outputs.py)."""
    assert drifted(EDITION) - set(worked_in(EDITION)) == set()


def test_doing_the_course_is_no_drift_and_a_forgotten_command_is(tmp_path: Path) -> None:
    main(tmp_path)
    assert drifted(tmp_path) == set()
    notebook = json.loads(_MADE[NAMES[1]])
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 1
    (tmp_path / NAMES[1]).write_text(json.dumps(notebook), encoding="utf-8")
    (tmp_path / NAMES[2]).write_text(_MADE[NAMES[2]].replace("Clean-up", "Cleaning"), encoding="utf-8")
    assert drifted(tmp_path) == {NAMES[1], NAMES[2]}
    assert worked_in(tmp_path) == [NAMES[1]]


def test_it_is_made_anew_and_what_no_lesson_stands_behind_goes(tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).write_text('{"cells": []}', encoding="utf-8")
    (tmp_path / "77_gone.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert main(tmp_path) == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == editions()


def test_what_a_learner_has_run_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads(_MADE[NAMES[1]])
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 1
    work = json.dumps(notebook)
    (tmp_path / NAMES[1]).write_text(work, encoding="utf-8")
    assert main(tmp_path) == 1
    assert f"somebody has worked in {NAMES[1]}. Move that away first." in capsys.readouterr().out
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {NAMES[1]: work}


def test_every_exercise_is_in_the_edition_once() -> None:
    found = [
        cell["metadata"]["exercise"]["name"] for name in NAMES for cell in cells(name) if "exercise" in cell["metadata"]
    ]
    assert sorted(found) == sorted(one.name for one in exercises())


@each_notebook
def test_an_exercise_is_asked_for_once_and_right_above_its_cell(name: str) -> None:
    asked = False
    for cell in cells(name):
        if cell["cell_type"] == "markdown":
            assert not asked, f"between an exercise and its cell: {cell['text']}"
            asked = "**Exercise.**" in cell["text"]
            assert cell["text"].count("**Exercise.**") <= 1, cell["text"]
        elif "exercise" in cell["metadata"]:
            asked = False


@each_notebook
def test_no_solution_and_no_output_is_in_it(name: str) -> None:
    lesson = json.loads((LESSONS / name).read_text(encoding="utf-8"))["cells"]
    exercise = {cell["id"]: cell for cell in lesson if "exercise" in cell["metadata"]}
    for cell in cells(name):
        if cell["id"] in exercise:
            assert cell["text"] == exercise[cell["id"]]["metadata"]["exercise"]["starter"]
            assert cell["text"] != "".join(exercise[cell["id"]]["source"])
        assert not cell.get("outputs") and cell.get("execution_count") is None
        assert "starter" not in cell["metadata"].get("exercise", {})


@each_notebook
def test_links_pictures_and_paths_lead_somewhere(name: str) -> None:
    for cell in cells(name):
        if cell["cell_type"] == "markdown":
            paths = [link["path"] for link in LINK.finditer(cell["text"]) if "://" not in link["path"]]
        else:
            paths = [path for path in CODE_PATH.findall(cell["text"]) if not path.endswith("/")]
        for path in paths:
            assert (EDITION / path).exists(), (path, cell["text"])


@each_notebook
def test_it_is_a_notebook(name: str) -> None:
    nbformat.validate(nbformat.reads(_MADE[name], as_version=4))


@each_notebook
def test_run_all_removes_nothing_before_the_learner_says_so(name: str) -> None:
    removing = ["".join(cell["source"]) for cell in cells(name) if "course.clean_up(" in "".join(cell["source"])]
    code = [source for source in removing if source.startswith(("finished", "course.clean_up"))]
    assert code and all(source.startswith("finished = False") for source in code)
    ast.parse(code[-1])


# Run as `Run All` runs them. Each run includes one with a job and one with the whole chain; the rest is long.
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name[:2] in {"02", "05", "07"} else pytest.mark.long) for name in NAMES],
    ids=[Path(name).stem for name in NAMES],
)
def test_untouched_it_runs_from_top_to_bottom(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    notebook = nbformat.reads(_MADE[name], as_version=4)
    run(notebook, EDITION, 300)
    checks = [cell for cell in notebook.cells if "check" in cell.metadata.get("tags", [])]
    assert len(checks) == sum(one.lesson == name[:2] for one in exercises())
    for cell in checks:
        assert ": not attempted\n" in cell.outputs[0]["data"]["text/plain"], cell.source
        assert "goes on with its solution" in cell.outputs[0]["data"]["text/plain"], cell.source
    assert not (tmp_path / "progress.json").exists()

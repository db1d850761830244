"""A class of fake learners is marked: by what their cells do, in the lesson as it was handed out."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course import mark
from course.checks.cells import LESSONS
from course.checks.exercise import exercises
from course.errors import CourseError
from course.exercises import EDITION, editions
from course.marking.marks import read_points
from course.marking.restored import exercise_name, restored
from course.marking.running import Limits, Run, run
from course.marking.submissions import submissions

pytestmark = pytest.mark.slow

LESSON = "04_learn_the_states_language.ipynb"
EXERCISES = [one.name for one in exercises("04")]
SOLUTIONS = {
    cell["metadata"]["exercise"]["name"]: "".join(cell["source"])
    for cell in json.loads((LESSONS / LESSON).read_text(encoding="utf-8"))["cells"]
    if "exercise" in cell["metadata"]
}


def handed_in(folder: Path, change: Callable[[list[dict[str, Any]]], Any] = lambda cells: None) -> Path:
    """A learner's notebook of lesson 04 in a folder, with something done to its cells."""
    folder.mkdir(parents=True, exist_ok=True)
    notebook = json.loads((EDITION / LESSON).read_text(encoding="utf-8"))
    change(notebook["cells"])
    (folder / LESSON).write_text(json.dumps(notebook), encoding="utf-8")
    return folder / LESSON


def solve(cells: list[dict[str, Any]], *names: str) -> None:
    for cell in cells:
        if exercise_name(cell) in (names or EXERCISES):
            cell["source"] = SOLUTIONS[exercise_name(cell)]


def cheat(cells: list[dict[str, Any]]) -> None:
    """Every check is made to say that all is right; a cell of one's own, which fails, stands first."""
    for cell in cells:
        if "check" in cell["metadata"].get("tags", ()):
            cell["source"] = "print('right')"
    cells.insert(0, {"cell_type": "code", "id": "mine", "metadata": {}, "source": "1 / 0", "outputs": []})


def spoil(cells: list[dict[str, Any]]) -> None:
    """The first exercise is solved, the second is no Python, the third's cell is gone, and the checks are changed."""
    cheat(cells)
    solve(cells, EXERCISES[0])
    for cell in list(cells):
        if exercise_name(cell) == EXERCISES[1]:
            cell["source"] = "def a_helper(:"
        elif exercise_name(cell) == EXERCISES[2]:
            cells.remove(cell)


def test_a_class_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handed_in(tmp_path / "class" / "cleo" / "04", spoil)
    (tmp_path / "class" / "dora").mkdir()
    points = tmp_path / "points.json"
    points.write_text(json.dumps({EXERCISES[0]: 2.5}))
    found, feedback = marked(tmp_path, "class", "--points", str(points))
    assert set(found) == {(learner, name) for learner in ("cleo", "dora") for name in EXERCISES}
    assert [found["cleo", name] for name in EXERCISES[:3]] == [
        ("2.5", "right"),
        ("0", "not yet right"),
        ("0", "not attempted"),
    ]
    assert {found["dora", name] for name in EXERCISES} == {("0", "not handed in")}
    most = f"{1.5 + len(EXERCISES):g}"
    assert feedback["cleo"].startswith(f"# cleo: 2.5 of {most} points\n")
    for words in ("SyntaxError", "The exercise's cell was gone.", "cells of the lesson itself had been changed"):
        assert words in feedback["cleo"]
    assert "VERDICT: 2 learners marked, 2.5 of" in capsys.readouterr().out


@pytest.mark.long
def test_solved_it_has_all_points_and_none_where_only_the_checks_were_changed(tmp_path: Path) -> None:
    handed_in(tmp_path / "class" / "ada", solve)
    handed_in(tmp_path / "class" / "bob", cheat)
    found, _ = marked(tmp_path, "class")
    for name in EXERCISES:
        assert (found["ada", name], found["bob", name]) == (("1", "right"), ("0", "not attempted"))


@pytest.mark.long
def test_what_does_not_end_is_ended(tmp_path: Path) -> None:
    """A cell alone: the others are run. A whole notebook: what was done until then counts."""

    def stuck(cells: list[dict[str, Any]]) -> None:
        solve(cells, EXERCISES[0])
        next(cell for cell in cells if exercise_name(cell) == EXERCISES[1])["source"] = "while True: pass"

    handed_in(tmp_path / "eve", stuck)
    for option, seconds in (("--cell-seconds", "60"), ("--seconds", "150")):
        found, feedback = marked(tmp_path, "eve", option, seconds)
        assert found["eve", EXERCISES[0]] == ("1", "right")
        assert found["eve", EXERCISES[1]][0] == "0"
        assert "did not end" in feedback["eve"]


def marked(tmp_path: Path, folder: str, *options: str) -> tuple[dict[tuple[str, str], tuple[str, str]], dict[str, str]]:
    """Mark lesson 04 of a folder: points and outcome by learner and exercise, and what each learner may read."""
    out = tmp_path / "out"
    assert mark.main([str(tmp_path / folder), "--lessons", "04", "--out", str(out), *options]) == 0
    with (out / "marks.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["learner", "lesson", "exercise", "points", "outcome"]
    found = {(learner, exercise): (points, outcome) for learner, _, exercise, points, outcome in rows}
    assert len(found) == len(rows)
    return found, {path.stem: path.read_text(encoding="utf-8") for path in (out / "feedback").iterdir()}


def test_what_is_no_notebook_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fay").mkdir()
    (tmp_path / "fay" / LESSON).write_text("{ half a note")
    assert mark.main([str(tmp_path / "fay"), "--lessons", "04", "--out", str(tmp_path / "out")]) == 1
    assert "Some work could not be read." in capsys.readouterr().out
    assert f"{LESSON} is no notebook" in (tmp_path / "out" / "feedback" / "fay.md").read_text()


@pytest.mark.parametrize("place", ["gil", "gil/notebooks/exercises", "submitted/gil/04", "submitted/gil/any/where"])
def test_where_work_is_found(tmp_path: Path, place: str) -> None:
    path = handed_in(tmp_path / place)
    folder = tmp_path / place.partition("/")[0]
    assert [(one.learner, one.notebooks) for one in submissions([folder])] == [("gil", {"04": path})]


def test_of_two_notebooks_the_learners_edition_counts(tmp_path: Path) -> None:
    path = handed_in(tmp_path / "hal" / "notebooks" / "exercises")
    shutil.copy(path, tmp_path / "hal" / "notebooks" / LESSON)
    assert submissions([tmp_path / "hal"])[0].notebooks == {"04": path}


def test_folders_that_are_no_class(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folders, words in (([tmp_path / "gone"], "There is no folder"), ([tmp_path / "empty"], "Nobody's work is in")):
        with pytest.raises(CourseError, match=words):
            submissions(folders)
    one, two = handed_in(tmp_path / "a" / "ian").parent, handed_in(tmp_path / "b" / "ian").parent
    with pytest.raises(CourseError, match="Two folders are named 'ian'"):
        submissions([one, two])


@pytest.mark.parametrize("text", ["[1]", "{", '{"04.nope": 1}', '{"04.choice": -1}', '{"04.choice": "many"}'])
def test_points_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "points.json").write_text(text)
    with pytest.raises(CourseError, match="points"):
        read_points(tmp_path / "points.json")


def test_only_the_work_is_the_learners(tmp_path: Path) -> None:
    """The lesson's cells are its own again, the work and what was added are where they were."""

    def work(cells: list[dict[str, Any]]) -> None:
        place = next(index for index, cell in enumerate(cells) if exercise_name(cell) == EXERCISES[0])
        cells[place]["source"] = ["x = 1\n", "y = 2"]
        cells.insert(place + 1, {"cell_type": "code", "id": "mine", "metadata": {}, "source": "helper = 1"})
        del cells[-1]

    edition = editions()[LESSON]
    found = restored(handed_in(tmp_path, work), edition)
    given = json.loads(edition)["cells"]
    place = next(index for index, cell in enumerate(given) if exercise_name(cell) == EXERCISES[0])
    texts = [cell.source for cell in found.notebook.cells]
    assert texts[place : place + 2] == ["x = 1\ny = 2", "helper = 1"]
    del texts[place + 1]
    given[place]["source"] = ["x = 1\n", "y = 2"]
    assert texts == ["".join(cell["source"]) for cell in given]
    assert (found.changed, found.missing) == (1, ())


def test_a_notebook_from_a_program_that_knows_of_no_ids_is_the_lesson_s_all_the_same(tmp_path: Path) -> None:
    """Such as one of an older Jupyter, or of Colab: the lesson's cells don't run twice."""

    def old(cells: list[dict[str, Any]]) -> None:
        place = next(index for index, cell in enumerate(cells) if exercise_name(cell) == EXERCISES[0])
        cells[place]["source"] = "x = 1"
        cells.insert(place + 1, {"cell_type": "code", "metadata": {}, "source": "helper = 1"})
        for cell in cells:
            cell.pop("id", None)

    edition = editions()[LESSON]
    found = restored(handed_in(tmp_path, old), edition)
    assert (found.changed, found.missing) == (0, ())
    texts = [cell.source for cell in found.notebook.cells]
    assert len(texts) == len(json.loads(edition)["cells"]) + 1
    assert texts[texts.index("x = 1") + 1] == "helper = 1"


@pytest.mark.parametrize("before", [True, False])
def test_of_copies_of_an_exercise_the_lesson_s_own_cell_is_the_place(tmp_path: Path, before: bool) -> None:
    """JupyterLab copies a cell with its metadata; the copy runs where it stands, as it did for the learner."""

    def copied(cells: list[dict[str, Any]]) -> None:
        place = next(index for index, cell in enumerate(cells) if exercise_name(cell) == EXERCISES[0])
        cells[place]["source"] = "mine = 1"
        copy = cells[place] | {"id": "copy", "source": "kept = 1"}
        cells.insert(place + (not before), copy)

    found = restored(handed_in(tmp_path, copied), editions()[LESSON])
    texts = [cell.source for cell in found.notebook.cells]
    assert (texts.count("mine = 1"), texts.count("kept = 1"), found.missing) == (1, 1, ())
    assert (texts.index("kept = 1") < texts.index("mine = 1")) == before
    [place] = [cell for cell in found.notebook.cells if exercise_name(cell) == EXERCISES[0]]
    assert place.source == "mine = 1"


@pytest.mark.parametrize("metadata", [{"exercise": "04.x"}, {"nbgrader": True}, {"exercise": {"name": 4}}, {"tags": 1}])
def test_metadata_of_another_program_is_no_trouble(tmp_path: Path, metadata: dict[str, Any]) -> None:
    path = handed_in(tmp_path, lambda cells: cells[0].update(metadata=metadata, id="other"))
    assert restored(path, editions()[LESSON]).missing == ()


@pytest.mark.parametrize("text", ["[" * 100_000, "null", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{}]}', "\x00"])
def test_whatever_is_no_notebook_is_said_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / LESSON).write_text(text)
    with pytest.raises(CourseError, match="is no notebook"):
        restored(tmp_path / LESSON, editions()[LESSON])


@pytest.mark.parametrize("name", ["mine.ipynb", "04 - José's work.ipynb", "Untitled.ipynb"])
def test_a_notebook_that_was_renamed_is_known_by_its_exercises(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "class" / "Zoë van Dijk"
    path = handed_in(folder).rename(folder / name)
    (folder / "notes.ipynb").write_text('{"cells": []}')
    (folder / "half.ipynb").write_text('{"cells')
    for given in (tmp_path / "class", folder):
        assert [(one.learner, one.notebooks) for one in submissions([given])] == [("Zoë van Dijk", {"04": path})]


def ran(*sources: str, seconds: int = 60) -> Run:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return run(nbformat.v4.new_notebook(cells=cells), LESSON, Limits(seconds, 300))


def test_what_prints_too_much_is_cut_and_a_kernel_that_dies_is_said() -> None:
    done = ran("for _ in range(50):\n    print('x' * 1_000_000)\n1 / 0", "1 + 1", "import os\nos._exit(3)", "never")
    first, second, _, last = done.notebook.cells
    assert sum(len(str(output)) for output in first.outputs) < 3_000_000
    assert [output.ename for output in first.outputs if output.output_type == "error"] == ["ZeroDivisionError"]
    assert second.outputs[0].data["text/plain"] == "2"
    assert "The kernel died" in done.failure
    assert last.outputs == []


@pytest.mark.long
def test_what_prints_without_an_end_is_interrupted() -> None:
    done = ran("while True:\n    print('x' * 1_000_000)", "1 + 1", seconds=200)
    first, second = done.notebook.cells
    assert [output.ename for output in first.outputs if output.output_type == "error"] == ["KeyboardInterrupt"]
    assert second.outputs[0].data["text/plain"] == "2"

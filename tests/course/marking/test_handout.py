"""What is handed out for nbgrader: its marks are where it looks for them, and no solution is anywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course.checks.cells import LESSONS
from course.checks.exercise import exercises
from course.exercises import editions
from course.marking import handout
from course.marking.restored import exercise_name, grade_id

CLEARED = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n.*?### END \1", re.DOTALL)
"""What nbgrader leaves out of what learners get."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("nbgrader")
    (made / "points.json").write_text('{"04.choice": 3}')
    assert handout.main(["--points", str(made / "points.json"), "--out", str(made)]) == 0
    return made


def cells(path: Path) -> list[dict[str, Any]]:
    return [cell | {"text": "".join(cell["source"])} for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def solutions() -> dict[str, str]:
    found = (cell for path in LESSONS.glob("*.ipynb") for cell in cells(path))
    return {exercise_name(cell): cell["text"] for cell in found if exercise_name(cell)}


def test_every_exercise_has_a_cell_to_solve_and_one_that_is_graded(folder: Path) -> None:
    """The fields are those of nbgrader's metadata, version 3; its ids take letters, digits, `_` and `-`."""
    graded: dict[str, float] = {}
    for path in sorted((folder / "source").glob("*/*.ipynb")):
        nbformat.validate(nbformat.read(path, as_version=4))
        about = [cell["metadata"]["nbgrader"] for cell in cells(path) if "nbgrader" in cell["metadata"]]
        assert len({one["grade_id"] for one in about}) == len(about)
        assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one["grade_id"]) and one["schema_version"] == 3 for one in about)
        names = [one["grade_id"] for one in about if one["solution"] and not one["grade"]]
        assert names == [one["grade_id"].removeprefix("check_") for one in about if one["grade"]]
        graded |= {one["grade_id"].removeprefix("check_"): one["points"] for one in about if one["grade"]}
    assert graded == {grade_id(one.name): 3 if one.name == "04.choice" else 1 for one in exercises()}


def test_what_learners_get_has_no_solution(folder: Path) -> None:
    texts = [CLEARED.sub("", cell["text"]) for path in (folder / "source").glob("*/*.ipynb") for cell in cells(path)]
    texts += [path.read_text(encoding="utf-8") for path in (folder / "environment").rglob("*.py")]
    texts += [cell["text"] for path in (folder / "environment").rglob("*.ipynb") for cell in cells(path)]
    whole = {name: text for name, text in solutions().items() if len(text) > 40}  # what is one short call is no secret
    assert len(whole) > len(exercises()) / 2
    assert [name for name, solution in whole.items() if any(solution in text for text in texts)] == []


def test_what_a_lesson_reads_lies_beside_it(folder: Path) -> None:
    for name, edition in editions().items():
        read = re.findall(r"\.\./\.\./((?:data|img|lambda_code|processing)/[\w./-]+\w)", edition)
        assert [path for path in read if not (folder / "source" / name[:2] / path).exists()] == []
        assert "../../data" not in (folder / "source" / name[:2] / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_there_nothing_gives_a_solution_away(folder: Path) -> None:
    """In a Python of its own, whose `course` is the one that was handed out."""
    code = (
        "import course\n"
        "try: print(course.solution('04.address'))\n"
        "except course.CourseError as error: print(error)\n"
        "print(course.check('04.address', '?'))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(folder / "environment")}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "04.address is to be marked: there is no solution here." in done.stdout
    assert ": not attempted" in done.stdout and "goes on with its solution" not in done.stdout


def test_what_is_there_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert handout.main(["--out", str(folder)]) == 1
    assert "is there. Move it away first; it may hold marks." in capsys.readouterr().out

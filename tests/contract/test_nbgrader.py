"""nbgrader, in an environment of its own, marks what `make nbgrader` hands out."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from course.marking import handout
from tests.contract.environments import programs_beside

pytestmark = pytest.mark.long

SECONDS = 900
LESSONS = {"00": 2.0, "01": 3.0}
_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*)\n### END SOLUTION", re.DOTALL)


def solve(source: Path, submitted: Path) -> None:
    """Write the solutions of an assignment into what somebody hands in."""
    given, own = (json.loads(path.read_text(encoding="utf-8")) for path in (source, submitted))
    solutions = {_id(cell): _SOLUTION.search("".join(cell["source"])) for cell in given["cells"] if _id(cell)}
    for cell in own["cells"]:
        found = solutions.get(_id(cell)) if cell["metadata"].get("nbgrader", {}).get("solution") else None
        if found:
            cell["source"] = found[1]
    submitted.write_text(json.dumps(own), encoding="utf-8")


def _id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def test_who_has_solved_all_has_all_points_and_who_has_done_nothing_has_none(tmp_path):
    assert handout.main(["--out", str(tmp_path / "class")]) == 0
    room = tmp_path / "class"
    programs = programs_beside("nbgrader", room / "environment", ("nbgrader",))
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    variables |= {"PATH": f"{programs}:{os.environ['PATH']}"}

    def nbgrader(*arguments: str) -> None:
        command = [programs / "nbgrader", *arguments]
        done = subprocess.run(
            command, cwd=room, env=variables, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr[-3000:]}"

    for lesson in LESSONS:
        nbgrader("generate_assignment", lesson)
        for learner in ("ada", "bob"):
            shutil.copytree(room / "release" / lesson, room / "submitted" / learner / lesson)
        [source] = (room / "source" / lesson).glob("*.ipynb")
        assert "BEGIN SOLUTION" not in (room / "release" / lesson / source.name).read_text(encoding="utf-8")
        solve(source, room / "submitted" / "ada" / lesson / source.name)
        nbgrader("autograde", lesson)
        nbgrader("generate_feedback", lesson)
        assert (room / "feedback" / "ada" / lesson / source.name).with_suffix(".html").exists()
    nbgrader("export")
    with (room / "grades.csv").open(newline="", encoding="utf-8") as file:
        grades = {(row["student_id"], row["assignment"]): float(row["score"]) for row in csv.DictReader(file)}
    assert grades == {
        **{("ada", lesson): points for lesson, points in LESSONS.items()},
        **{("bob", lesson): 0.0 for lesson in LESSONS},
    }

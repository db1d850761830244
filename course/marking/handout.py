"""Hands the exercises out for nbgrader: `python -m course.marking.handout` (`make nbgrader`) writes `build/nbgrader/`.

`source/` are nbgrader's assignments, one a lesson, each with the files that it reads: an exercise is a starter with
the solution between nbgrader's marks, its check is a graded cell with a hidden test. `environment/` is what learners'
kernels have installed: this project without solutions, so that none can be imported or asked for.

Source: nbgrader's documentation, "Creating and grading assignments" and "nbgrader cell metadata" (schema version 3).
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from course.checks.cells import LESSONS
from course.errors import CourseError
from course.exercises import editions
from course.marking.marks import read_points
from course.marking.restored import exercise_name, grade_id

_PROJECT = LESSONS.parent
_HANDED_OUT = _PROJECT / "build" / "nbgrader"
_BESIDE = ("data", "processing", "lambda_code", "img")
_INSTALLED = (
    "account_guard",
    "course",
    "lambda_code",
    "local_aws",
    "processing",
    "pyproject.toml",
    "README.md",
    "requirements.txt",
)
_PATH = re.compile(r"\.\./\.\./(?=(?:data|img|lambda_code|processing)\b)")
_CHECK = re.compile(r'course\.check\("(?P<name>\d\d\.\w+)"')
_TO_DO = "# Replace each ... and each ? above."
_CONFIGURATION = f'''\
c = get_config()  # noqa: F821 - nbgrader reads this file

c.CourseDirectory.course_id = "workflow-automation"
c.ClearSolutions.code_stub = {{"python": "{_TO_DO}"}}
c.ExecutePreprocessor.timeout = 300
c.ExecutePreprocessor.interrupt_on_timeout = True
'''


def main(arguments: list[str] | None = None) -> int:
    """Write the handout; 1 where the points can't be read, or something of somebody's is in the way."""
    parser = argparse.ArgumentParser(prog="make nbgrader", description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=Path, metavar="FILE", help='JSON such as {"01.handler": 2}; 1 without it')
    parser.add_argument("--out", type=Path, default=_HANDED_OUT, help="where to write (default: build/nbgrader)")
    options = parser.parse_args(arguments)
    try:
        points = read_points(options.points)
    except CourseError as error:
        print(error)
        return 1
    made = [options.out / name for name in ("source", "environment", "nbgrader_config.py")]
    if there := [path for path in made if path.exists()]:
        print(f"Nothing was written: {there[0]} is there. Move it away first; it may hold marks.")
        return 1
    made_of = editions()
    for name, text in made_of.items():
        _assignment(options.out / "source" / name[:2], name, json.loads(text), points)
    _environment(options.out / "environment", made_of)
    (options.out / "nbgrader_config.py").write_text(_CONFIGURATION, encoding="utf-8")
    print(f"{options.out}: {len(made_of)} assignments in source/, what learners install in environment/.")
    print("Next, in that folder: nbgrader generate_assignment 01")
    return 0


def _assignment(folder: Path, name: str, edition: dict[str, Any], points: dict[str, float]) -> None:
    folder.mkdir(parents=True)
    solutions = _solutions(name)
    cells = [_cell(cell, solutions, points) for cell in edition["cells"]]
    text = json.dumps({**edition, "cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / name).write_text(_PATH.sub("", text), encoding="utf-8")
    for one in _BESIDE:
        if f"../../{one}" in json.dumps(edition["cells"]):
            shutil.copytree(_PROJECT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__"))


def _solutions(name: str) -> dict[str, str]:
    cells = json.loads((LESSONS / name).read_text(encoding="utf-8"))["cells"]
    return {exercise_name(cell): "".join(cell["source"]) for cell in cells if exercise_name(cell)}


def _cell(given: dict[str, Any], solutions: dict[str, str], points: dict[str, float]) -> dict[str, Any]:
    """A cell as nbgrader's assignment has it."""
    cell, source, name = copy.deepcopy(given), "".join(given["source"]), exercise_name(given)
    check = _CHECK.search(source) if "check" in given["metadata"].get("tags", ()) else None
    if name:
        # Paths are as in the edition, whose place in the folders the solution doesn't know.
        solution = solutions[name].replace('"../', '"../../')
        source = f"{source}\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
        about: dict[str, Any] = {"grade": False, "locked": False, "solution": True, "grade_id": grade_id(name)}
    elif check:
        source = f"found = {source}\ndisplay(found)\n### BEGIN HIDDEN TESTS\n"
        source += 'assert found.outcome.value == "right", found\n### END HIDDEN TESTS'
        about = {"grade": True, "locked": True, "solution": False, "grade_id": f"check_{grade_id(check['name'])}"}
        about["points"] = points[check["name"]]
    else:
        return cell
    cell["metadata"]["nbgrader"] = {**about, "schema_version": 3, "task": False}
    return cell | {"source": source.splitlines(keepends=True)}


def _environment(folder: Path, editions: dict[str, str]) -> None:
    """The project as learners have it: its lessons are the editions, and what makes or tests solutions is left out."""
    folder.mkdir(parents=True)
    left_out = shutil.ignore_patterns("__pycache__", "marking", "mark.py", "proving", "exercises.py", "run_lessons.py")
    for name in _INSTALLED:
        path = _PROJECT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=left_out)
        else:
            shutil.copy(path, folder / name)
    (folder / "notebooks").mkdir()
    for name, text in editions.items():
        (folder / "notebooks" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

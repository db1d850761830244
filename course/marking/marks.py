"""What a learner gets for each exercise, and why."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.checks.exercise import exercises
from course.errors import CourseError
from course.exercises import editions
from course.marking.restored import exercise_name, restored
from course.marking.running import Limits, Run, run
from course.marking.submissions import Submission
from course.outcomes.outcome import Outcome

NOT_HANDED_IN = "not handed in"
NOT_READABLE = "could not be read"
"""What stands for an outcome where there is nothing to be run."""


@dataclass(frozen=True)
class Mark:
    """An exercise of one learner.

    Attributes:
        exercise: its name, such as `01.handler`.
        points, most: what it gets, and what it could have got.
        outcome: of the check, in the course's words, or why there is none.
        said: what the learner may read about it: what the check said, or what stood in its way.
    """

    exercise: str
    points: float
    most: float
    outcome: str
    said: str

    @property
    def lesson(self) -> str:
        """The lesson's two digits."""
        return self.exercise[:2]


def read_points(path: Path | None) -> dict[str, float]:
    """The points of each exercise: those in a JSON file, `{"01.handler": 2}`; 1 for what it doesn't name.

    Raises:
        CourseError: the file is not so, or names an exercise that there is none of.
    """
    points = {one.name: 1.0 for one in exercises()}
    if path is None:
        return points
    try:
        given = {name: float(number) for name, number in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CourseError(
            f'{path} holds no points ({error}). It has to be JSON such as {{"01.handler": 2}}.'
        ) from error
    if unknown := sorted(set(given) - set(points)):
        raise CourseError(f"{path} names {', '.join(unknown)}, and no exercise is called so.")
    if below := sorted(name for name, number in given.items() if not 0 <= number < float("inf")):
        raise CourseError(f"{path}: the points of {', '.join(below)} are not a number from 0 on.")
    return points | given


def mark(submission: Submission, lesson: str, points: dict[str, float], limits: Limits) -> list[Mark]:
    """The marks of a learner in a lesson, whose notebook is run for them."""
    names = [one.name for one in exercises(lesson)]
    path = submission.notebooks.get(lesson)
    if path is None:
        return [Mark(name, 0, points[name], NOT_HANDED_IN, "There was no notebook of this lesson.") for name in names]
    file, edition = next((name, text) for name, text in _editions().items() if name[:2] == lesson)
    try:
        theirs = restored(path, edition)
    except CourseError as error:
        return [Mark(name, 0, points[name], NOT_READABLE, str(error)) for name in names]
    done = run(theirs.notebook, file, limits)
    note = _note(theirs.changed)
    return [_marked(name, points[name], done, note, gone=name in theirs.missing) for name in names]


_editions = functools.cache(editions)
"""The same for every learner."""


def _note(changed: int) -> str:
    if not changed:
        return ""
    return f"{changed} cells of the lesson itself had been changed or removed; it was run with them as they were."


def _marked(name: str, most: float, done: Run, note: str, gone: bool) -> Mark:
    place, check = _cells(done.notebook, name)
    errors, entry = [_error(place), _error(check)], done.entries.get(name)
    ran = bool(check and check.get("outputs"))
    if entry is not None:
        outcome = entry.outcome
    elif ran and not errors[1]:
        outcome = Outcome.NOT_ATTEMPTED.value
    elif errors[0] or errors[1]:
        outcome = Outcome.NOT_YET.value
    else:
        outcome = Outcome.UNCHECKED.value
    said = [_said(check), f"The cell stopped with {errors[0]}" if errors[0] else ""]
    said += [f"The check stopped with {errors[1]}" if errors[1] else "", "" if ran else done.failure]
    said += ["The exercise's cell was gone." if gone else "", note]
    earned = most if outcome == Outcome.RIGHT.value else 0
    return Mark(name, earned, most, outcome, "\n\n".join(filter(None, said)))


def _cells(notebook: Any, name: str) -> tuple[Any, Any]:
    """The cell of an exercise, and the one that checks it."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    place = next(cell for cell in code if exercise_name(cell) == name)
    checks = (cell for cell in code if "check" in cell.metadata.get("tags", ()) and f'"{name}"' in cell.source)
    return place, next(checks, None)


def _error(cell: Any) -> str:
    found = (output for output in (cell or {}).get("outputs", ()) if output["output_type"] == "error")
    return next((f"{one['ename']}: {one['evalue']}" for one in found), "")


def _said(check: Any) -> str:
    shown = (output.get("data", {}) for output in (check or {}).get("outputs", ()))
    return next((data["text/markdown"] for data in shown if "text/markdown" in data), "")

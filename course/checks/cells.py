"""The exercise cells of the lessons: what an exercise starts with, and its solution. Both stand in the lesson.

A cell is an exercise by its tag `exercise`; its metadata has the name and the starter,
`{"exercise": {"name": "01.handler", "starter": "..."}}`; its source is the solution.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import CourseError

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"

PLACEHOLDER = "?"
"""What the learner is to replace, in a starter's data; in its code it is `...`."""


@dataclass(frozen=True)
class ExerciseCell:
    """An exercise as the lesson has it: the text that a learner begins with, and a solution."""

    name: str
    starter: str
    solution: str

    def is_starter(self, source: str) -> bool:
        """Whether a cell's text is the starter, but for blank space and comments."""
        return _shape(source) == _shape(self.starter)

    def has_placeholders(self) -> int:
        """How many places of the starter's data are to be filled."""
        values = (node.value for node in ast.walk(ast.parse(self.starter)) if isinstance(node, ast.Constant))
        return sum(placeholders(value) for value in values)


def exercise_cell(name: str) -> ExerciseCell:
    """The exercise's cell.

    Raises:
        CourseError: no lesson has one of this name.
    """
    for path in sorted(LESSONS.glob(f"{name[:2]}_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            about = cell["metadata"].get("exercise", {})
            if about.get("name") == name:
                return ExerciseCell(name, about["starter"], "".join(cell["source"]))
    raise CourseError(f"No lesson in {LESSONS.name}/ has a cell for the exercise '{name}'.")


def placeholders(value: Any) -> int:
    """How many places of some data are still to be filled: `"?"` in data or in a JSON text, `...` anywhere."""
    if value is ...:
        return 1
    if isinstance(value, str):
        return 1 if value == PLACEHOLDER else value.count(f'"{PLACEHOLDER}"')
    if isinstance(value, dict):
        return sum(placeholders(one) for one in value.values())
    if isinstance(value, list | tuple):
        return sum(placeholders(one) for one in value)
    return 0


def _shape(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return source.strip()

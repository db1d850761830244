"""The exercise cells of the lessons: what an exercise starts with, and its solution. Both stand in the lesson.

A cell is an exercise by its tag `exercise`; its metadata has the name and the starter,
`{"exercise": {"name": "01.handler", "starter": "..."}}`; its source is the solution.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import CourseError

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"

PLACEHOLDER = "?"
"""What the learner is to replace, in a starter's data; in its code it is `...`."""
_UPWARDS = re.compile(r"\.\./(?=(?:data|img|lambda_code|processing|docs)\b)")
_START = re.compile(r'course\.start\("(\d\d)"\)')
_CLEAN_UP = re.compile(r'course\.clean_up\((?:"\d\d")?\)')
_WHEN_FINISHED = """\
finished = False  # when you have finished, write True, and run this cell again
{call} if finished else "Nothing was removed: finished is False.\""""


@dataclass(frozen=True)
class ExerciseCell:
    """An exercise as the lesson has it: the text that a learner begins with, and a solution.

    `lesson` are the texts of the lesson's cells as a learner finds them, the starter among them. Where exercises are
    handed out to be marked (`course.marking.handout`), the lesson has the starter alone, and `solution` is empty.
    """

    name: str
    starter: str
    solution: str
    lesson: tuple[str, ...]

    def is_starter(self, source: str) -> bool:
        """Whether a cell's text is the starter, but for blank space and comments."""
        return _shape(source) == _shape(self.starter)

    def is_attempted_by(self, source: str) -> bool:
        """Whether a cell's text is a learner's: no cell of the lesson, and it sets a name that the starter leaves open.

        Where the starter leaves no name open, any text that is not the lesson's may do what is asked for.
        """
        if _shape(source) in map(_shape, self.lesson):
            return False
        left_open = {name for one in ast.parse(self.starter).body if _has_gap(one) for name in names_set(one)}
        return not left_open or bool(left_open & names_set(parsed(source)))

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
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            about = cell["metadata"].get("exercise", {})
            if about.get("name") == name:
                lesson = tuple(as_found(one) for one in cells if one["cell_type"] == "code")
                source = "".join(cell["source"])
                starter = about.get("starter", source)
                return ExerciseCell(name, starter, source if "starter" in about else "", lesson)
    raise CourseError(f"No lesson in {LESSONS.name}/ has a cell for the exercise '{name}'.")


def as_found(cell: dict[str, Any]) -> str:
    """A lesson's cell as the learner's edition has it: the starter for the solution, and what the edition's place asks.

    Paths lead one folder further up, `course.start` keeps the learner's progress, and the clean-up waits for a word.
    """
    about, source = cell["metadata"].get("exercise"), "".join(cell["source"])
    source = _UPWARDS.sub("../../", about.get("starter", source) if about else source)
    if not about and _CLEAN_UP.fullmatch(source):
        return _WHEN_FINISHED.format(call=source)
    return _START.sub(r'course.start("\1", exercises=True)', source) if cell["cell_type"] == "code" else source


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


def parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def _has_gap(statement: ast.stmt) -> bool:
    return any(placeholders(node.value) for node in ast.walk(statement) if isinstance(node, ast.Constant))


def names_set(code: ast.AST) -> set[str]:
    """The names that code binds, or whose value it changes in a place: of `a["b"] = 1`, it is `a`."""
    found = set()
    for node in ast.walk(code):
        if isinstance(node, ast.FunctionDef | ast.alias):
            found.add(getattr(node, "asname", None) or node.name)
        elif isinstance(getattr(node, "ctx", None), ast.Store):
            while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
                node = node.value
            if isinstance(node, ast.Name):
                found.add(node.id)
    return found

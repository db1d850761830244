"""A learner's notebook as it is marked: the lesson's cells from the source, the learner's work in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.errors import CourseError


@dataclass(frozen=True)
class Restored:
    """A notebook to be run.

    Attributes:
        notebook: the edition's cells in their order, with the learner's text in the exercises, and the cells that the
            learner has added, each after the cell that it followed.
        changed: how many cells of the lesson the learner had changed or removed; they are as in the lesson again.
        missing: the exercises whose cell is gone.
    """

    notebook: nbformat.NotebookNode
    changed: int
    missing: tuple[str, ...]


def restored(path: Path, edition: str) -> Restored:
    """Put a learner's work into the lesson's edition.

    Args:
        path: the learner's notebook.
        edition: the text of the notebook that the learner was given.

    Raises:
        CourseError: the file is no notebook.
    """
    given = nbformat.reads(edition, as_version=4)
    known = {cell.id: cell for cell in given.cells}
    theirs = _with_ids(cells_of(path), given.cells)
    places = {exercise_name(cell): cell.id for cell in given.cells if exercise_name(cell)}
    work: dict[str, Any] = {}
    for cell in theirs:
        name = exercise_name(cell)
        # Of copies of an exercise's cell, that with the lesson's id is the place; the others are the learner's own.
        if name in places and (name not in work or cell.get("id") in known):
            work[name] = cell
    added: dict[str | None, list[Any]] = {}
    after: str | None = None
    for cell in theirs:
        if cell.get("id") in known:
            after = cell["id"]
        elif all(cell is not one for one in work.values()):
            added.setdefault(after, []).append(cell)
        else:
            after = places[exercise_name(cell)]
    cells, missing = _new(added.get(None, [])), []
    for cell in given.cells:
        name = exercise_name(cell)
        if name in work:
            cell.source = _source(work[name])
        elif name:
            missing.append(name)
        cells += [cell, *_new(added.get(cell.id, []))]
    same = {cell["id"] for cell in theirs if cell.get("id") in known and _source(cell) == known[cell["id"]].source}
    changed = sum(cell.id not in same for cell in given.cells if not exercise_name(cell))
    given.cells = cells
    return Restored(given, changed, tuple(missing))


def exercise_name(cell: Any) -> str:
    """The exercise that a cell is the place of, as the course or as nbgrader writes it down; empty for none."""
    handed_out, exercise = (_object(cell["metadata"], name) for name in ("nbgrader", "exercise"))
    if handed_out.get("solution"):
        return str(handed_out.get("grade_id", "")).replace("_", ".", 1)
    return str(exercise.get("name", ""))


def _object(metadata: Any, name: str) -> Any:
    """A member of a cell's metadata; an empty one where a program has put something else there."""
    member = metadata.get(name)
    return member if isinstance(member, dict) else {}


def grade_id(exercise: str) -> str:
    """The name of an exercise as nbgrader takes it: without a dot."""
    return exercise.replace(".", "_", 1)


def _with_ids(theirs: list[Any], given: list[Any]) -> list[Any]:
    """A learner's cells; those of the lesson have its ids also where the program that wrote them knows of none."""
    if any("id" in cell for cell in theirs):
        return theirs
    left = list(given)
    for cell in theirs:
        same = (one for one in left if _is_of(one, cell))
        found = next(same, None)
        if found is not None:
            left.remove(found)
            cell["id"] = found.id
    return theirs


def _is_of(given: Any, cell: Any) -> bool:
    name = exercise_name(given)
    return exercise_name(cell) == name if name else _source(cell).strip() == given.source.strip()


def cells_of(path: Path) -> list[Any]:
    """The cells of a learner's notebook, as they stand in the file.

    Raises:
        CourseError: the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if isinstance(cell["metadata"], dict) and isinstance(_source(cell), str)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CourseError(f"{path.name} is no notebook ({type(error).__name__}: {error}).") from error


def _source(cell: Any) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _new(cells: list[Any]) -> list[nbformat.NotebookNode]:
    """The code among the cells that a learner has added."""
    return [nbformat.v4.new_code_cell(_source(cell)) for cell in cells if cell.get("cell_type") == "code"]

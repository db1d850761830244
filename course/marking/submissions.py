"""Whose notebooks are to be marked: found in the folders that an instructor has collected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.marking.restored import cells_of, exercise_name

_NOT_LOOKED_INTO = {".ipynb_checkpoints", ".venv", "build", "node_modules", "site-packages"}
_ANY = "*.ipynb"
_NOTEBOOK = "[0-9][0-9]_*.ipynb"
_EXERCISE = re.compile(r"\d\d\.\w+")


@dataclass(frozen=True)
class Submission:
    """What a learner has handed in: the notebook of each lesson, by its two digits."""

    learner: str
    notebooks: dict[str, Path]


def submissions(folders: Iterable[Path]) -> list[Submission]:
    """What the learners of some folders have handed in, by name.

    A folder with notebooks of the lessons in it, or in its `notebooks/exercises/` (a learner's clone), is a learner's.
    Any other holds a folder for each learner, as nbgrader's `submitted/` does: what lies at any depth of it is theirs.
    Of two notebooks of one lesson, the learner's edition counts, else the one that was saved last. One that was renamed
    is known by the exercises in it.

    Raises:
        CourseError: a folder isn't there, holds nobody's work, or two learners have one name.
    """
    found: dict[str, Submission] = {}
    for folder in folders:
        if not folder.is_dir():
            raise CourseError(f"There is no folder {folder}.")
        theirs = list(_of_one_or_many(folder))
        if not theirs:
            raise CourseError(f"Nobody's work is in {folder}: no notebook named like those of the lessons.")
        for one in theirs:
            if one.learner in found:
                raise CourseError(f"Two folders are named '{one.learner}'. Rename one: the name is the learner's.")
            found[one.learner] = one
    return [found[name] for name in sorted(found)]


def _of_one_or_many(folder: Path) -> Iterator[Submission]:
    edition = folder / "notebooks" / "exercises"
    if any(_lesson_of(path) for path in folder.glob(_ANY)) or edition.is_dir():
        yield _submission(folder)
        return
    for one in sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in _NOT_LOOKED_INTO):
        if not one.name.startswith("."):
            yield _submission(one)


def _submission(folder: Path) -> Submission:
    notebooks: dict[str, Path] = {}
    for path in sorted(_notebooks(folder), key=_rank):
        notebooks[_lesson_of(path)] = path
    return Submission(folder.resolve().name, notebooks)


def _rank(path: Path) -> tuple[bool, float]:
    """What counts more comes later: the learner's edition, then what was saved last."""
    return path.parent.name == "exercises", path.stat().st_mtime


def _notebooks(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink() and path.name not in _NOT_LOOKED_INTO:
            yield from _notebooks(path)
        elif path.match(_ANY) and _lesson_of(path):
            yield path


def _lesson_of(path: Path) -> str:
    """The lesson's two digits: by the file's name, else by the exercises in it; empty where it is no lesson's."""
    if not path.is_file():
        return ""
    if path.match(_NOTEBOOK):
        return path.name[:2]
    try:
        names = [exercise_name(cell) for cell in cells_of(path)]
    except CourseError:
        return ""
    return next((name[:2] for name in names if _EXERCISE.fullmatch(name)), "")

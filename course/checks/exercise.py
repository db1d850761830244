"""The exercises of the course: each has a name, a title, hints in steps, and a function that examines the work."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from course.errors import CourseError

Cases = Iterator[str]
"""What an examination yields: after each case that is right, the case in words. It raises `NotYet` at the first that
isn't, `NotAttempted` where nothing has been done, and `CourseError` where the work can't be looked at."""


@dataclass(frozen=True)
class Exercise:
    """An exercise: `name` is the lesson's two digits, a dot, a word; `hints` go from a pointer to nearly all of it."""

    name: str
    title: str
    hints: tuple[str, ...]
    examine: Callable[..., Cases]
    acts: bool = False
    """Its solution changes something on AWS: nobody but the learner runs it."""

    @property
    def lesson(self) -> str:
        """The lesson's two digits."""
        return self.name.partition(".")[0]


def exercise(
    name: str, title: str, *hints: str, acts: bool = False
) -> Callable[[Callable[..., Cases]], Callable[..., Cases]]:
    """Enter a function that examines a learner's work as the exercise of this name."""

    def enter(examine: Callable[..., Cases]) -> Callable[..., Cases]:
        _EXERCISES[name] = Exercise(name, title, hints, examine, acts)
        return examine

    return enter


def exercises(lesson: str | None = None) -> list[Exercise]:
    """The exercises of a lesson, or of all, in the order of the course."""
    _load()
    return [one for one in sorted(_EXERCISES.values(), key=lambda one: one.lesson) if lesson in (None, one.lesson)]


def find(name: str) -> Exercise:
    """The exercise of this name.

    Raises:
        CourseError: there is none.
    """
    _load()
    if name not in _EXERCISES:
        lesson = [one.name for one in exercises(name[:2])] or list(_EXERCISES)
        raise CourseError(f"There is no exercise '{name}'. There are: {', '.join(lesson)}.")
    return _EXERCISES[name]


_EXERCISES: dict[str, Exercise] = {}


@cache
def _load() -> None:
    """Import the file of each lesson: importing it enters its exercises."""
    package = importlib.import_module("course.checks")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        if module.startswith("lesson_"):
            importlib.import_module(f"course.checks.{module}")

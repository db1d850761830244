"""A learner's data, looked into: what isn't there is said in words, never as an error of Python's."""

from __future__ import annotations

from typing import Any

from course.outcomes.outcome import NotYet, Said


def dug(case: str, work: Any, path: tuple[str | int, ...], advice: str) -> Any:
    """What stands at a place in some data.

    Args:
        case, advice: for what is said where nothing stands there.
        path: names of dicts and numbers of list items, from the outside in.

    Raises:
        NotYet: the data have no such place.
    """
    there = work
    for at, step in enumerate(path):
        holds = isinstance(there, list if isinstance(step, int) else dict)
        if not holds or not (step in there if isinstance(step, str) else step < len(there)):
            raise NotYet(case, Said(f"something at {_place(path)}"), Said(_lack(path[: at + 1])), advice)
        there = there[step]
    return there


def _lack(path: tuple[str | int, ...]) -> str:
    *before, last = path
    kind = f"item {last + 1}" if isinstance(last, int) else f"'{last}'"
    return f"there is no {kind}" + (f" in {_place(tuple(before))}" if before else "")


def _place(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")

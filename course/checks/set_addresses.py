"""The address of a training or testing set, made from an execution's input: what is wrong with one, piece by piece."""

from __future__ import annotations

from typing import Any

from course.checks.states import evaluated, in_expressions
from course.outcomes.outcome import NotYet


def address_of_a_set(case: str, work: Any, data: dict[str, str], part: str, advice: str) -> str:
    """The case, where an expression gives the address of a set.

    Args:
        work: the expression.
        data: the execution's input: `prefix` and `dataset`.
        part: `train` or `test`.
        advice: for an address of which no piece is plainly wrong.

    Raises:
        NotYet: it gives another one.
    """
    expected = set_address(data, part)
    got = evaluated(case, work, data, expected, advice)
    if got != expected:
        raise NotYet(case, expected, got, in_expressions(work, data, {}) or wrong_piece(got, data, part) or advice)
    return case


def set_address(data: dict[str, str], part: str) -> str:
    """Where the set is, by the course's rule."""
    return f"{data['prefix']}{part}/{data['dataset'].split('.')[0]}_{part}.txt"


def wrong_piece(got: Any, data: dict[str, str], part: str) -> str:
    """A sentence about the first piece of an address that isn't right; empty where each looks right."""
    if not isinstance(got, str):
        return ""
    if not got.startswith(data["prefix"]):
        return "The address begins with the prefix of this input, as it is."
    rest = got.removeprefix(data["prefix"])
    if rest.startswith("/"):
        return "The prefix ends with a slash already."
    if not rest.startswith(f"{part}/"):
        return f"Behind the prefix comes the folder, {part}/."
    name = rest.removeprefix(f"{part}/")
    stem = data["dataset"].split(".")[0]
    if data["dataset"] != stem and name.startswith(data["dataset"]):
        return "The name is still whole: it has to end before its first dot."
    if not name.startswith(stem):
        return "Behind the folder comes the name of this input's data set."
    if not name.endswith(f"_{part}.txt"):
        return f"The address ends with _{part}.txt."
    return "Compare what stands between the folder and the ending."

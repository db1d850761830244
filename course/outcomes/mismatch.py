"""How a value differs in its make from the one that was expected: its kind, its names, and the place to look at."""

from __future__ import annotations

import re
from typing import Any

_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a dict"}
_EXPRESSION = re.compile(r"\$[A-Za-z]\w*")
_NOTHING = "Nothing came back (None). Does every way through the function end with a return?"


def mismatch(expected: Any, got: Any, advice: str) -> str:
    """What to try next where a value came back that isn't the expected one.

    Args:
        expected, got: the two values, as JSON has them.
        advice: for values of the same make.

    Returns:
        A sentence about the first difference in kind or in names, or about an expression that was taken as a text; or
        else the advice, behind the place where a value with several names differs.
    """
    if expected is None:
        return advice
    if got is None:
        return _NOTHING
    place = _place(expected, got)
    kinds = "" if place else _kinds(expected, got, "")
    said = _taken_as_text(expected, got, "") or kinds or _names(expected, got, "")
    return said or " ".join(filter(None, (place, advice)))


def _taken_as_text(expected: Any, got: Any, place: str) -> str:
    if isinstance(got, str) and isinstance(expected, str):
        plain = _EXPRESSION.search(got) and not _EXPRESSION.search(expected)
        return _at(place, f"{got} was taken as a text: an expression stands between {{% and %}}.") if plain else ""
    found = (_taken_as_text(one, other, at) for at, one, other in _parts(expected, got, place))
    return next(filter(None, found), "")


def _kinds(expected: Any, got: Any, place: str) -> str:
    wanted, there = _kind(expected), _kind(got)
    if wanted != there:
        without = " Does a function end without a return?" if there == "None" else ""
        return _at(place, f"{wanted} is needed, not {there}.{without}")
    return next((said for at, one, other in _parts(expected, got, place) if (said := _kinds(one, other, at))), "")


def _names(expected: Any, got: Any, place: str) -> str:
    if isinstance(expected, dict):
        missing, extra = [one for one in expected if one not in got], [one for one in got if one not in expected]
        if missing or extra:
            return _at(
                place, " and ".join(filter(None, [_are(missing, "missing"), _are(extra, "not asked for")])) + "."
            )
    return next((found for at, one, other in _parts(expected, got, place) if (found := _names(one, other, at))), "")


def _are(names: list[Any], what: str) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"{listed} {'is' if len(names) == 1 else 'are'} {what}" if names else ""


def _place(expected: Any, got: Any) -> str:
    """The first name of several whose values are of one kind, and differ."""
    if not isinstance(expected, dict) or not isinstance(got, dict) or expected.keys() != got.keys():
        return ""
    differ = [name for name in expected if expected[name] != got[name]]
    alike = [name for name in differ if not _kinds(expected[name], got[name], "")]
    return f"Look at `{alike[0]}`." if alike and len(expected) > 1 else ""


def _parts(expected: Any, got: Any, place: str) -> list[tuple[str, Any, Any]]:
    """The parts that both have, each with its place."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [(f"{place}.{name}".lstrip("."), expected[name], got[name]) for name in expected if name in got]
    if isinstance(expected, list) and isinstance(got, list):
        return [(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(expected, got, strict=False))]
    return []


def _at(place: str, said: str) -> str:
    return f"In `{place}`: {said}" if place else said[0].upper() + said[1:]


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "None" if value is None else f"a {type(value).__name__}")

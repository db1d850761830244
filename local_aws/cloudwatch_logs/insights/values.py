"""Values of a query: texts, numbers, truth values, moments, and None for a field that isn't there."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import regex

Value = str | int | float | bool | None
Record = dict[str, Value]
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_SECONDS = 2.0
"""The longest that one regular expression may take on one text."""


class QueryFailed(Exception):
    """A query that was accepted can't be finished; its status is Failed."""


class Moment(int):
    """Epoch milliseconds, shown as a date."""

    def __str__(self) -> str:
        shown = datetime.fromtimestamp(self / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return shown[:-3]


def number(value: Value) -> float | None:
    """A value as a number, None where it isn't one."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    return float(value) if _NUMBER.fullmatch(value.strip()) else None


def text(value: Value) -> str:
    """A value as a result shows it: whole numbers without a fraction."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def truth(value: Value) -> bool:
    """Whether a value lets an event through a filter."""
    numeric = number(value)
    return bool(value) if numeric is None else numeric != 0


def search(pattern: regex.Pattern[str], where: str) -> regex.Match[str] | None:
    """The first place where a regular expression fits.

    Raises:
        QueryFailed: it takes too long.
    """
    try:
        return pattern.search(where, timeout=_SECONDS, concurrent=True)
    except TimeoutError:
        raise QueryFailed("a regular expression took too long") from None

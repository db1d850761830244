"""Values on their way into the engine and out of it: JSON data here, the engine's own types there."""

from __future__ import annotations

import math
import operator
from typing import Any, Final

from local_aws.states.languages.jsonata.engine import NULL, Utils


class _Undefined:
    """The value of an expression that selects nothing; not the same as null."""

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined()


class UnsupportedResultError(Exception):
    """The value of an expression is not JSON (a function, a regular expression)."""


def bindable(value: Any) -> Any:
    """JSON data as the engine wants it bound: every null is its own marker, since it takes None for undefined.

    Gives the same object where there is nothing to mark.
    """
    if value is None:
        return NULL
    if isinstance(value, list):
        marked = [bindable(item) for item in value]
        return value if all(map(operator.is_, marked, value)) else marked
    if isinstance(value, dict):
        members = {key: bindable(item) for key, item in value.items()}
        return value if all(map(operator.is_, members.values(), value.values())) else members
    return value


def to_json(value: Any) -> Any:
    """The engine's value as JSON data of our own, `UNDEFINED` where there is none.

    It has no engine types, and no shared lists that a caller could change.

    Raises:
        UnsupportedResultError: it is not JSON.
    """
    return UNDEFINED if value is None else plain(value)


def plain(value: Any) -> Any:
    """As `to_json`, for a value that is there."""
    if value is None or value is NULL:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Utils.RangeList):
        return list(range(value.a, value.b + 1))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    raise UnsupportedResultError


def _number(value: float) -> Any:
    if math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    # AWS answers a string where JSON has no number.
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")

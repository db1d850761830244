"""Values of an evaluation: JSON data as it is, and what JSONata has besides.

Undefined is `UNDEFINED`, null is None. JSONata tells a list that was selected from one that was written down: a
selected one of one element is that element, an empty one is undefined.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final, Protocol


class _Undefined:
    """The value of an expression that selects nothing; not the same as null."""

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined()
EXACT: Final = 2**53
"""The integers up to here, and no others, are all numbers of JavaScript's."""
MAX_NESTING: Final = 1000
"""Of lists and objects in each other, as Jackson, AWS's parser, has it."""
MAX_NODES: Final = 2_000_000
"""Values in a result: far more than any state may pass on, and no more than memory allows."""


class Selected(list[Any]):
    """A list that was selected (JSONata's sequence)."""

    __slots__ = ()


class Kept(Selected):
    """A selected list that stays one if it has a single element, because of a `[]`."""

    __slots__ = ()


class Constructed(list[Any]):
    """A list that a path's `[...]` made: a step takes it for one value."""

    __slots__ = ()


class Tuples(list[Any]):
    """Values with the variables that `@`, `#` and `%` bind for each: dictionaries, the value under `@`."""

    __slots__ = ()


class UnsupportedResultError(Exception):
    """The value of an expression is not JSON (a function, a regular expression)."""


class TooLarge(Exception):
    """A value has more parts than `MAX_NODES`."""


def unwrapped(value: Any) -> Any:
    """What a selected list stands for."""
    kind = type(value)
    if kind is Selected:
        return value if len(value) > 1 else (value[0] if value else UNDEFINED)
    return UNDEFINED if kind is Kept and not value else value


def bindable(value: Any, nesting: int = 1) -> Any:
    """JSON data, ready to be bound to a variable: as it is.

    Raises:
        RecursionError: it is nested more deeply than AWS's parser allows, and than can be worked with.
    """
    if nesting > MAX_NESTING:
        raise RecursionError
    if isinstance(value, dict):
        for item in value.values():
            if isinstance(item, dict | list):
                bindable(item, nesting + 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                bindable(item, nesting + 1)
    return value


class Payer(Protocol):
    """Who pays for a copy (`limits.Run`)."""

    def spend(self, steps: int) -> None: ...

    def allocate(self, size: int) -> None: ...


class Free:
    """Pays nothing: for what is small."""

    def spend(self, steps: int) -> None: ...

    def allocate(self, size: int) -> None: ...


def to_json(value: Any, payer: Payer) -> Any:
    """A value as JSON data of our own, `UNDEFINED` where there is none.

    It has no types of an evaluation, and no shared lists that a caller could change.

    Raises:
        UnsupportedResultError: it is not JSON.
        TooLarge: it has too many parts, as a value that holds another many times may have.
    """
    return value if value is UNDEFINED else _Copy(payer).of(value)


class _Copy:
    """Copies a value, and counts what it copies."""

    def __init__(self, payer: Payer) -> None:
        self.left, self.payer = MAX_NODES, payer

    def of(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is int or kind is bool or value is None:
            return value
        if kind is float:
            return json_number(value)
        if value is UNDEFINED:
            return None
        if isinstance(value, list):
            self._count(len(value), 64)
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            self._count(len(value), 184)
            return {key: self.of(item) for key, item in value.items()}
        raise UnsupportedResultError

    def _count(self, parts: int, size: int) -> None:
        self.left -= parts + 1
        if self.left < 0:
            raise TooLarge
        self.payer.spend(1 + (parts >> 1))
        self.payer.allocate(size + (8 if size == 64 else 60) * parts)


def json_number(value: float) -> Any:
    """A number as JSON has it: an integer without a fraction. AWS answers a string where JSON has no number."""
    if math.isfinite(value):
        return integer(value) if value.is_integer() and abs(value) < 1e21 else value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def integer(value: float) -> int:
    """A whole number with the digits that JavaScript writes: as many as tell it apart, then zeros."""
    return int(value) if abs(value) <= EXACT else int(Decimal(repr(value)))


def number(value: float) -> float | int:
    """A number, as an integer where it is one that is exact."""
    return int(value) if -EXACT <= value <= EXACT and value.is_integer() else value


def as_float(value: float) -> float:
    """A number as JavaScript has it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def number_text(value: float) -> str:
    """A number as JavaScript writes it: as few digits as tell it apart, an exponent below 1e-6 and from 1e21."""
    value = as_float(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits, point = (whole + fraction).lstrip("0"), len(whole) + int(exponent or 0)
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Digits with the point after so many of them."""
    if 0 < point <= 21:
        if len(digits) <= point:
            return digits + "0" * (point - len(digits))
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    exponent = point - 1
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if exponent > 0 else '-'}{abs(exponent)}"

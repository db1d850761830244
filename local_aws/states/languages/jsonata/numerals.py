"""JSONata's functions on numbers, as its reference implementation, 2.0.6, has them: JavaScript's numbers."""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from local_aws.states.languages.jsonata.calling import Function
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.operators import truth
from local_aws.states.languages.jsonata.values import EXACT, UNDEFINED, as_float, number, number_text

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?", re.ASCII)
_OTHER_RADIX = re.compile(r"0(?:[xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)", re.ASCII)
_RADIX_INSIDE = re.compile(r"^0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+\Z", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 400
"""Digits of a text that can matter to a number in another radix than ten."""


def total(run: Run, items: Any) -> Any:
    return items if items is UNDEFINED else _total(run, items)


def _total(run: Run, items: list[Any]) -> float:
    run.spend(len(items) >> 2)
    if all(type(item) is int for item in items):
        exact = sum(items)
        if -EXACT <= exact <= EXACT and all(
            -EXACT <= item <= EXACT for item in (min(items, default=0), max(items, default=0))
        ):
            return exact
    return number(functools.reduce(operator.add, map(as_float, items), 0.0))


def average(run: Run, items: Any) -> Any:
    if items is UNDEFINED or not items:
        return UNDEFINED
    return number(as_float(_total(run, items)) / len(items))


def _extreme(choose: Callable[[Any], Any]) -> Callable[..., Any]:
    def extreme(run: Run, items: Any) -> Any:
        if items is UNDEFINED or not items:
            return UNDEFINED
        run.spend(len(items) >> 2)
        return math.nan if any(item != item for item in items) else choose(items)

    return extreme


largest, smallest = _extreme(max), _extreme(min)


def to_number(_run: Run, value: Any) -> Any:
    if value is UNDEFINED:
        return value
    if type(value) is bool:
        return int(value)
    if type(value) is not str:
        return value
    if _DECIMAL.fullmatch(value):
        made = float(value)
        if math.isfinite(made):
            return number(made)
    elif _OTHER_RADIX.fullmatch(value):
        # Only the leading digits count, and the length; more than these is infinite.
        return number(as_float(int(value, 0))) if len(value) <= _LONGEST * 4 else math.inf
    elif _RADIX_INSIDE.search(value):
        return math.nan
    raise Fault("D3030", value=value)


def _on_number(function: Callable[[Any], Any]) -> Callable[..., Any]:
    def applied(_run: Run, value: Any) -> Any:
        return value if value is UNDEFINED else function(value)

    return applied


absolute = _on_number(abs)
floor = _on_number(lambda value: number(float(math.floor(value))) if math.isfinite(as_float(value)) else value)
ceiling = _on_number(lambda value: number(float(math.ceil(value))) if math.isfinite(as_float(value)) else value)


def round_(_run: Run, value: Any, precision: Any) -> Any:
    return value if value is UNDEFINED else rounded(value, 0 if precision is UNDEFINED else precision)


def rounded(value: float, places: float = 0) -> float:
    """A number rounded to so many decimal places (before the point where negative); halves to the even one."""
    places = 0 if math.isnan(places) else places
    if places:
        value = _shifted(as_float(value), places)
    if not math.isfinite(as_float(value)):
        return math.nan if places else value
    value = as_float(value)
    result = math.floor(value) + (1 if value - math.floor(value) >= 0.5 else 0)
    if abs(result - value) == 0.5 and result % 2:
        result -= 1
    return number(_shifted(as_float(result), -places)) if places else number(as_float(result))


def _shifted(value: float, places: float) -> float:
    """A number with the point moved, by way of its text, as multiplying would add errors of its own."""
    mantissa, _, exponent = number_text(value).partition("e")
    try:
        return float(f"{mantissa}e{int(exponent or 0) + int(places)}") if places == int(places) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def square_root(_run: Run, value: Any) -> Any:
    if value is UNDEFINED:
        return value
    if value < 0:
        raise Fault("D3060", value=value)
    return number(math.sqrt(as_float(value)))


def power(_run: Run, base: Any, exponent: Any) -> Any:
    if base is UNDEFINED:
        return base
    try:
        result = math.pow(as_float(base), as_float(exponent)) if exponent is not UNDEFINED else math.nan
        if abs(base) == 1 and exponent is not UNDEFINED and not math.isfinite(as_float(exponent)):
            result = math.nan
    except (ValueError, OverflowError):
        result = math.inf
    if not math.isfinite(result):
        raise Fault("D3061", value=base, exp=exponent)
    return number(result)


def boolean(run: Run, value: Any) -> Any:
    # A function that is an argument counts as false, otherwise as true.
    return value if value is UNDEFINED else not isinstance(value, Function) and truth(value, run)


def negation(run: Run, value: Any) -> Any:
    return value if value is UNDEFINED else isinstance(value, Function) or not truth(value, run)


def format_base(_run: Run, value: Any, radix: Any) -> Any:
    if value is UNDEFINED:
        return value
    value = rounded(value)
    base = 10 if radix is UNDEFINED else rounded(radix)
    if not 2 <= base <= 36:
        raise Fault("D3100", value=base)
    if base == 10 or not math.isfinite(as_float(value)):
        return number_text(value)
    digits, rest = [], abs(int(value))
    while rest:
        rest, digit = divmod(rest, int(base))
        digits.append(_DIGITS[digit])
    return ("-" if value < 0 else "") + ("".join(reversed(digits)) or "0")

"""The functions that an expression sees: the engine's without `$eval`, and AWS's six.

Some of the engine's are replaced by ones that do and fail as JSONata's reference implementation, 2.0.6, does.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable
from typing import Any

from local_aws.states.languages.jsonata import aws_functions
from local_aws.states.languages.jsonata.engine import NULL, Frame, Functions, JException, Jsonata, Utils
from local_aws.states.languages.jsonata.errors import JSONataError
from local_aws.states.languages.jsonata.replacing import replace
from local_aws.states.languages.jsonata.values import UNDEFINED, bindable, to_json

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_OTHER_RADIX = re.compile(r"0(?:[xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)")


def make_base_frame() -> Any:
    """The frame in which every evaluation begins."""
    frame = Frame(None)
    frame.bindings.update(Jsonata.static_frame.bindings)
    del frame.bindings["eval"]
    for name, method in _REPLACED.items():
        frame.bindings[name] = _with_method(frame.bindings[name], method)
    for name, function in aws_functions.FUNCTIONS.items():
        frame.bindings[name] = _AwsFunction(name, function)
    return frame


def _with_method(native: Any, method: Callable[..., Any]) -> Any:
    """One of the engine's functions, with its name and signature, that does something else."""
    replaced = copy.copy(native)
    replaced.method, replaced.nargs = method, method.__code__.co_argcount
    return replaced


class _AwsFunction(Jsonata.JLambda):
    """A function of AWS's own: takes JSON data, with None for null and `UNDEFINED` for a missing argument."""

    def __init__(self, name: str, function: aws_functions.Function):
        super().__init__(function.implementation)
        self._name, self._function = name, function

    def call(self, _input: Any, args: Any) -> Any:
        given = [UNDEFINED if value is None else to_json(value) for value in args or ()]
        try:
            result = self._function.call(given, UNDEFINED)
        except aws_functions.ArgumentError as error:
            raise JSONataError(
                "T0410", f'Argument {error.index} of function "{self._name}" does not match function signature'
            ) from None
        except aws_functions.FunctionError as error:
            raise JSONataError(error.code, str(error)) from None
        return None if result is UNDEFINED else bindable(result)


def _to_millis(timestamp: str | None, picture: str | None) -> int | None:
    try:
        return Functions.datetime_to_millis(timestamp, picture)
    except ValueError:
        raise JException("D3110", -1, timestamp) from None


def _number(value: Any) -> Any:
    if value is NULL:
        raise JException("T0410", -1)
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    if _OTHER_RADIX.fullmatch(value):
        return int(value, 0)
    number = float(value) if _DECIMAL.fullmatch(value) else math.nan
    if not math.isfinite(number):
        raise JException("D3030", -1, value)
    return Utils.convert_number(number)


def _power(base: float | None, exponent: float | None) -> Any:
    if base is None or exponent is None:
        return None
    try:
        result = math.pow(base, exponent)
    except (ValueError, OverflowError):
        raise JException("D3061", -1, base, exponent) from None
    return Utils.convert_number(result)


def _sort(items: list[Any] | None, comparator: Any) -> list[Any] | None:
    if items is not None and comparator is None and len(items) > 1:
        kinds = {str if isinstance(item, str) else _kind_of_number(item) for item in items}
        if kinds not in ({str}, {float}):
            raise JException("D3070", -1)
    return Functions.sort(items, comparator)


def _kind_of_number(item: Any) -> type:
    return float if isinstance(item, int | float) and not isinstance(item, bool) else object


_REPLACED: dict[str, Callable[..., Any]] = {
    "number": _number,
    "power": _power,
    "replace": replace,
    "sort": _sort,
    "toMillis": _to_millis,
}

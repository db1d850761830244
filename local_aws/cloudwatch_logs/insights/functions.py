"""The functions that an expression may call, and the statistics of `stats`.

Source: "Supported operations and functions", Amazon CloudWatch Logs user guide. A function of something that isn't
there, or is of another kind, gives nothing.
"""

from __future__ import annotations

import ipaddress
import math
import statistics
import time
from collections.abc import Callable, Sequence

from local_aws.cloudwatch_logs.insights.values import Moment, Value, number, text

Function = Callable[..., Value]


def _numeric(work: Callable[..., float]) -> Function:
    def call(*arguments: Value) -> Value:
        numbers = [number(argument) for argument in arguments]
        try:
            return None if None in numbers else work(*numbers)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return call


def _textual(work: Callable[..., Value]) -> Function:
    def call(*arguments: Value) -> Value:
        return None if arguments[0] is None else work(*(text(argument) for argument in arguments))

    return call


def _substring(value: Value, start: Value, length: Value = None) -> Value:
    first, count = number(start), number(length)
    if value is None or first is None:
        return None
    return text(value)[int(first) :][: None if count is None else max(0, int(count))]


def _is_ip(*versions: int) -> Function:
    def call(value: Value) -> Value:
        try:
            return ipaddress.ip_address(text(value)).version in versions
        except ValueError:
            return False

    return call


def _floored(moment: Value, period: Value) -> Value:
    at, milliseconds = number(moment), number(period)
    if at is None or not milliseconds:
        return None
    return Moment(int(at // milliseconds * milliseconds))


def _ceiled(moment: Value, period: Value) -> Value:
    at, milliseconds = number(moment), number(period)
    if at is None or not milliseconds:
        return None
    return Moment(int(math.ceil(at / milliseconds) * milliseconds))


FUNCTIONS: dict[str, tuple[Function, int, int]] = {
    "abs": (_numeric(abs), 1, 1),
    "ceil": (_numeric(math.ceil), 1, 1),
    "floor": (_numeric(math.floor), 1, 1),
    "greatest": (_numeric(max), 1, 99),
    "least": (_numeric(min), 1, 99),
    "log": (_numeric(math.log), 1, 1),
    "sqrt": (_numeric(math.sqrt), 1, 1),
    "isempty": (lambda value: value is None or text(value) == "", 1, 1),
    "isblank": (lambda value: value is None or not text(value).strip(), 1, 1),
    "concat": (lambda *values: "".join(map(text, values)), 1, 99),
    "trim": (_textual(lambda value, characters=None: value.strip(characters)), 1, 2),
    "ltrim": (_textual(lambda value, characters=None: value.lstrip(characters)), 1, 2),
    "rtrim": (_textual(lambda value, characters=None: value.rstrip(characters)), 1, 2),
    "strlen": (_textual(len), 1, 1),
    "toupper": (_textual(str.upper), 1, 1),
    "tolower": (_textual(str.lower), 1, 1),
    "substr": (_substring, 2, 3),
    "replace": (_textual(str.replace), 3, 3),
    "strcontains": (lambda value, part: value is not None and text(part) in text(value), 2, 2),
    "ispresent": (lambda value: value is not None, 1, 1),
    "coalesce": (lambda *values: next((value for value in values if value is not None), None), 1, 99),
    "isvalidip": (_is_ip(4, 6), 1, 1),
    "isvalidipv4": (_is_ip(4), 1, 1),
    "isvalidipv6": (_is_ip(6), 1, 1),
    "datefloor": (_floored, 2, 2),
    "dateceil": (_ceiled, 2, 2),
    "frommillis": (lambda value: None if number(value) is None else Moment(int(number(value) or 0)), 1, 1),
    "tomillis": (lambda value: None if number(value) is None else int(number(value) or 0), 1, 1),
    "now": (lambda: int(time.time()), 0, 0),
}
"""Functions by name in small letters, with the least and the most arguments."""


Series = Sequence[Value]
"""The values of an expression for the events of a group, by the time of the events."""


def _of_numbers(work: Callable[[list[float]], float]) -> Callable[[Series], Value]:
    def call(values: Series) -> Value:
        numbers = [found for value in values if (found := number(value)) is not None]
        return work(numbers) if numbers else None

    return call


def _present(values: Series) -> list[Value]:
    return [value for value in values if value is not None]


def percentile(values: Series, share: float) -> Value:
    """The least value that so many of a hundred do not exceed; AWS's own figure is an approximation."""
    numbers = sorted(found for value in values if (found := number(value)) is not None)
    if not numbers:
        return None
    return numbers[max(0, math.ceil(share / 100 * len(numbers)) - 1)]


STATISTICS: dict[str, Callable[[Series], Value]] = {
    "avg": _of_numbers(statistics.fmean),
    "sum": _of_numbers(math.fsum),
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "stddev": _of_numbers(statistics.pstdev),
    "count": lambda values: len(_present(values)),
    "count_distinct": lambda values: len({text(value) for value in _present(values)}),
    "earliest": lambda values: next(iter(_present(values)), None),
    "latest": lambda values: next(reversed(_present(values)), None),
    "sortsfirst": lambda values: min(map(text, _present(values)), default=None),
    "sortslast": lambda values: max(map(text, _present(values)), default=None),
}
"""Statistics by name in small letters; `pct` is `percentile`."""

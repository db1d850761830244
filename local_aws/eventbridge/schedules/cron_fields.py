"""The fields of a cron expression: lists, ranges, steps and names, and the days, which have signs of their own."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

_MONTH_NAMES = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAY_NAMES = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}


@dataclass(frozen=True)
class Range:
    """What a field may hold."""

    first: int
    last: int
    names: dict[str, int] = field(default_factory=dict)


MINUTES, HOURS, DAYS = Range(0, 59), Range(0, 23), Range(1, 31)
MONTHS, WEEKDAYS, YEARS = Range(1, 12, _MONTH_NAMES), Range(1, 7, _DAY_NAMES), Range(1970, 2199)


class Field:
    """A field of numbers.

    Raises:
        ValueError: the text is none.
    """

    def __init__(self, text: str, among: Range):
        self._values = {value for part in text.split(",") for value in _part(part, among)}

    def __contains__(self, value: int) -> bool:
        return value in self._values

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._values))


class Days:
    """Day of the month and day of the week together: one of the two is a question mark.

    Raises:
        ValueError: they are none, or both are given, or neither.
    """

    def __init__(self, of_month: str, of_week: str):
        if (of_month == "?") == (of_week == "?"):
            raise ValueError("one of the two days has to be a question mark")
        self._tests = [_month_day(part) for part in of_month.split(",")] if of_week == "?" else []
        self._tests += [_week_day(part) for part in of_week.split(",")] if of_month == "?" else []

    def has(self, day: datetime) -> bool:
        """Whether a day is one of them."""
        return any(test(day) for test in self._tests)


def _part(text: str, among: Range) -> Iterator[int]:
    span, slash, step_text = text.partition("/")
    step = _number(step_text) if slash else 1
    if step < 1:
        raise ValueError(text)
    first_text, dash, last_text = span.partition("-")
    if span == "*":
        first, last = among.first, among.last
    elif dash:
        first, last = _value(first_text, among), _value(last_text, among)
    else:
        first = _value(first_text, among)
        last = among.last if slash else first
    if first > last:  # FRI-MON goes on at the beginning
        yield from (among.first + (n - among.first) % _size(among) for n in range(first, last + _size(among) + 1, step))
    else:
        yield from range(first, last + 1, step)


def _size(among: Range) -> int:
    return among.last - among.first + 1


def _value(text: str, among: Range) -> int:
    value = among.names.get(text.upper()) or _number(text)
    if not among.first <= value <= among.last:
        raise ValueError(text)
    return value


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _month_day(part: str) -> Callable[[datetime], bool]:
    if part == "L":
        return lambda day: day.day == _last_day(day)
    if part == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last_day(day))
    if part.endswith("W"):
        wanted = _value(part[:-1], DAYS)
        return lambda day: day.day == _nearest_weekday(day, min(wanted, _last_day(day)))
    values = Field(part, DAYS)
    return lambda day: day.day in values


def _week_day(part: str) -> Callable[[datetime], bool]:
    if part == "L":
        return lambda day: _weekday(day) == WEEKDAYS.last
    if part.endswith("L"):
        wanted = _value(part[:-1], WEEKDAYS)
        return lambda day: _weekday(day) == wanted and day.day + 7 > _last_day(day)
    if "#" in part:
        weekday, _, which_text = part.partition("#")
        wanted, which = _value(weekday, WEEKDAYS), _number(which_text)
        if not 1 <= which <= 5:
            raise ValueError(part)
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 == which - 1
    values = Field(part, WEEKDAYS)
    return lambda day: _weekday(day) in values


def _weekday(day: datetime) -> int:
    return day.isoweekday() % 7 + 1


def _last_day(day: datetime) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: datetime, wanted: int) -> int:
    """The day from Monday to Friday that is nearest to a day, within its month."""
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < _last_day(day) else wanted - 2
    return wanted

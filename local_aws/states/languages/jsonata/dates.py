"""Date and time as a picture shows them (XPath and XQuery Functions 3.1, "fn:format-dateTime"), and ISO 8601.

As JSONata's reference implementation, 2.0.6, has it. Times are milliseconds since 1970, of JavaScript's range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import regex

from local_aws.states.languages.jsonata.errors import SIZE_MESSAGE, TIMEOUT_MESSAGE, Fault, JSONataError
from local_aws.states.languages.jsonata.integer_pictures import (
    IntegerPicture,
    formatted,
    integer_picture,
    leading_integer,
    pattern,
    reader,
)
from local_aws.states.languages.jsonata.limits import MAX_CHARACTERS, Run
from local_aws.states.languages.jsonata.patterns import MAX_SEARCH_SECONDS
from local_aws.states.languages.jsonata.values import UNDEFINED, as_float, number

_DAY = 86_400_000
_MAX_TIME = 8.64e15
_DAYS = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DEFAULTS = dict(
    zip(
        "YMDdFWwXxHhPmsfZzCE",
        ["1", "1", "1", "1", "n", "1", "1", "1", "1", "1", "1", "n", "01", "01", "1", "01:01", "01:01", "n", "n"],
        strict=True,
    )
)
_NUMBERS = "YMDdFWwXxHhmsf"
_ISO_PICTURE = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"
_ISO = re.compile(
    r"[0-9]{4}(-[01][0-9])*(-[0-3][0-9])*(T[0-2][0-9]:[0-5][0-9]:[0-5][0-9])*(\.[0-9]+)?([+-][0-2][0-9]:?[0-5][0-9]|Z)?",
    re.ASCII,
)
_ISO_PARTS = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_MAX_PICTURE = 4096
_MAX_REPEAT = 4096
"""Digits that a part of a timestamp is asked for at most: no timestamp has more."""


# ---- the calendar --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Moment:
    """A time taken apart, in UTC; `month` counts from 1, `weekday` from Monday as 1."""

    millis: int
    year: int
    month: int
    day: int
    weekday: int

    @property
    def in_day(self) -> int:
        return self.millis % _DAY


def _moment(millis: float) -> _Moment:
    """Take a time apart.

    Raises:
        JSONataError: it is beyond what JavaScript has.
    """
    if not abs(millis) <= _MAX_TIME:
        raise JSONataError(None, "Invalid time value")
    whole = math.floor(millis) if millis >= 0 else math.ceil(millis)
    days = whole // _DAY
    # Of eras of 400 years that begin on 1 March ("days from civil", Howard Hinnant).
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return _Moment(whole, year, month, day_of_year - (153 * shifted + 2) // 5 + 1, (days + 3) % 7 + 1)


def _days(year: float, month: float, day: float = 1) -> float:
    """Days since 1970 of a date; month counts from 1, and any number of months or days goes."""
    if not abs(year) < 1e6 or not abs(month) < 1e8:
        return math.nan
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468 + day - 1


def _first_week(year: int, month: int) -> float:
    """Milliseconds at the Monday of the first week of a month: the one with its first Thursday."""
    first = _days(year, month)
    weekday = (first + 3) % 7 + 1
    return (first + (8 - weekday if weekday > 4 else 1 - weekday)) * _DAY


def _week(moment: _Moment, month: int, most: int, following: tuple[int, int], previous: tuple[int, int]) -> int:
    today = _days(moment.year, moment.month, moment.day) * _DAY
    week = (today - _first_week(moment.year, month)) / (7 * _DAY) + 1
    if week > most and today >= _first_week(*following):
        week = 1
    elif week < 1:
        week = (today - _first_week(*previous)) / (7 * _DAY) + 1
    return math.floor(week)


def _week_of_year(moment: _Moment) -> int:
    return _week(moment, 1, 52, (moment.year + 1, 1), (moment.year - 1, 1))


def _neighbours(moment: _Moment) -> tuple[tuple[int, int], tuple[int, int]]:
    year, month = moment.year, moment.month
    return (year + month // 12, month % 12 + 1), (year - (month == 1), (month - 2) % 12 + 1)


def _week_of_month(moment: _Moment) -> int:
    following, previous = _neighbours(moment)
    return _week(moment, moment.month, 4, following, previous)


def _week_year(moment: _Moment) -> int:
    if moment.millis < _first_week(moment.year, 1):
        return moment.year - 1
    return moment.year + (moment.millis >= _first_week(moment.year + 1, 1))


def _week_month(moment: _Moment) -> int:
    following, previous = _neighbours(moment)
    if moment.millis < _first_week(moment.year, moment.month):
        return previous[1]
    return following[1] if moment.millis >= _first_week(*following) else moment.month


_COMPONENTS: dict[str, Callable[[_Moment], Any]] = {
    "Y": lambda moment: moment.year,
    "M": lambda moment: moment.month,
    "D": lambda moment: moment.day,
    "d": lambda moment: _days(moment.year, moment.month, moment.day) - _days(moment.year, 1) + 1,
    "F": lambda moment: moment.weekday,
    "W": _week_of_year,
    "w": _week_of_month,
    "X": _week_year,
    "x": _week_month,
    "H": lambda moment: moment.in_day // 3_600_000,
    "h": lambda moment: (moment.in_day // 3_600_000 + 11) % 12 + 1,
    "P": lambda moment: "pm" if moment.in_day >= _DAY // 2 else "am",
    "m": lambda moment: moment.in_day // 60_000 % 60,
    "s": lambda moment: moment.in_day // 1000 % 60,
    "f": lambda moment: moment.in_day % 1000,
    "C": lambda _moment: "ISO",
    "E": lambda _moment: "ISO",
}


# ---- pictures ------------------------------------------------------------------------------------------


@dataclass
class _Marker:
    """A part of a picture between brackets."""

    component: str
    presentation: str
    modifier: str = ""
    names: str | None = None
    longest: int | None = None
    integer: IntegerPicture | None = None
    digits: int = -1


def _picture(run: Run, picture: str) -> list[str | _Marker]:
    """A picture taken apart: texts and markers."""
    if len(picture) > _MAX_PICTURE:
        raise JSONataError(None, SIZE_MESSAGE)
    run.spend(20 * len(picture))
    parts: list[str | _Marker] = []
    start = position = 0
    while position < len(picture):
        if picture[position] != "[":
            position += 1
            continue
        parts.append(picture[start:position].replace("]]", "]"))
        if picture[position + 1 : position + 2] == "[":
            parts.append("[")
            position += 2
        else:
            end = picture.find("]", position)
            if end < 0:
                raise Fault("D3135")
            parts.append(_marker(re.sub(r"\s+", "", picture[position + 1 : end])))
            position = end + 1
        start = position
    parts.append(picture[start:].replace("]]", "]"))
    return [part for part in parts if part != ""]


def _marker(text: str) -> _Marker:
    component, rest = text[:1], text[1:]
    presentation, comma, width = rest.rpartition(",")
    if not comma:
        presentation, width = rest, ""
    least, _, most = width.partition("-")
    modifier = ""
    if len(presentation) > 1 and presentation[-1] in "atco":
        presentation, modifier = presentation[:-1], presentation[-1]
    if not presentation:
        presentation = _DEFAULTS.get(component, "")
    if not presentation:
        raise Fault("D3132", value=component)
    marker = _Marker(component, presentation, modifier, longest=_width(most))
    if presentation[0] in "nN":
        marker.names = "lower" if presentation[0] == "n" else "title" if presentation[1:2] == "n" else "upper"
    elif component in _NUMBERS:
        _number_marker(marker, _width(least))
    if component in "Zz":
        marker.integer = integer_picture(presentation)
    return marker


def _width(text: str) -> int | None:
    value = leading_integer(text)
    return None if math.isnan(value) else int(max(min(value, 2 * MAX_CHARACTERS), -2))


def _number_marker(marker: _Marker, least: int | None) -> None:
    integer = integer_picture(marker.presentation + (f";{marker.modifier}" if marker.modifier else ""))
    marker.integer = integer
    if least is not None:
        integer.mandatory = max(integer.mandatory, least)
    if marker.component in "YMD":
        if marker.longest is not None:
            marker.digits = integer.mandatory = marker.longest
        elif integer.mandatory + integer.optional >= 2:
            marker.digits = integer.mandatory + integer.optional


# ---- writing -------------------------------------------------------------------------------------------


def from_millis(run: Run, millis: Any, picture: Any, timezone: Any) -> Any:
    if millis is UNDEFINED:
        return millis
    offset = 0.0 if timezone is UNDEFINED else leading_integer(timezone)
    if not abs(offset) < 1e6:
        raise JSONataError(None, "Invalid time value")
    hours, minutes = math.floor(offset / 100), int(math.fmod(offset, 100))
    moment = _moment(as_float(millis) + (60 * hours + minutes) * 60_000)
    pieces = []
    length = 0
    for part in _picture(run, _ISO_PICTURE if picture is UNDEFINED else picture):
        pieces.append(part if isinstance(part, str) else _shown(run, moment, part, hours, minutes))
        length += len(pieces[-1])
        run.characters(length)
    return "".join(pieces)


def now(run: Run, picture: Any, timezone: Any) -> Any:
    return from_millis(run, run.millis, picture, timezone)


def millis(run: Run) -> int:
    return run.millis


def _shown(run: Run, moment: _Moment, marker: _Marker, hours: int, minutes: int) -> str:
    component = marker.component
    if component in "Zz":
        return _offset(run, marker, hours, minutes)
    if component not in _COMPONENTS:
        return "undefined"
    value = _COMPONENTS[component](moment)
    if component in "PCE":
        return value.upper() if component == "P" and marker.names == "upper" else value
    if marker.names is not None and component != "f":
        return _named(marker, value)
    if component == "Y" and marker.digits != -1:
        value = int(math.fmod(value, 10 ** min(max(marker.digits, 0), 30)))
    if marker.integer is None:
        raise Fault("D3133", value=component)
    return formatted(run, value, marker.integer)


def _named(marker: _Marker, value: int) -> str:
    if marker.component in "Mx":
        name = _MONTHS[value - 1]
    elif marker.component == "F":
        name = _DAYS[value]
    else:
        raise Fault("D3133", value=marker.component)
    if marker.names != "title":
        name = name.upper() if marker.names == "upper" else name.lower()
    return name if marker.longest is None else name[: max(marker.longest, 0)]


def _offset(run: Run, marker: _Marker, hours: int, minutes: int) -> str:
    offset = hours * 100 + minutes
    picture = marker.integer
    if offset == 0 and marker.modifier == "t":
        return "Z"
    if picture is None:
        raise Fault("D3134", value=marker.presentation)
    if picture.regular or picture.mandatory in (3, 4):
        text = formatted(run, offset, picture)
    elif picture.mandatory in (1, 2):
        text = formatted(run, hours, picture)
        if minutes:
            text += f":{formatted(run, minutes, integer_picture('00'))}"
    else:
        raise Fault("D3134", value=picture.mandatory)
    return ("GMT" if marker.component == "z" else "") + ("+" if offset >= 0 else "") + text


# ---- reading -------------------------------------------------------------------------------------------


def to_millis(run: Run, timestamp: Any, picture: Any) -> Any:
    """Milliseconds of a timestamp: ISO 8601 where no picture is given, and nothing like it."""
    if timestamp is UNDEFINED:
        return timestamp
    if picture is not UNDEFINED:
        return _parsed(run, timestamp, picture)
    result = _iso_millis(timestamp) if len(timestamp) < 100 and _ISO.fullmatch(timestamp) else math.nan
    if math.isnan(result):
        raise Fault("D3110", value=timestamp)
    return number(float(result))


def _iso_millis(timestamp: str) -> float:
    """As JavaScript's `Date.parse`, in UTC; NaN for a date that there is not, and for what it has no rule for."""
    match = _ISO_PARTS.fullmatch(timestamp)
    if match is None:
        return math.nan
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(match.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    )
    fraction = int((match[7] or "0").ljust(3, "0")[:3])
    whole_day = hour == 24 and minute == second == int(match[7] or 0) == 0
    if not (1 <= month <= 12 and 1 <= day <= 31 and (hour < 24 or whole_day)):
        return math.nan
    result = _days(year, month, day) * _DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction
    zone = match[8] or "Z"
    if zone != "Z":
        if int(zone[1:3]) > 23:
            return math.nan
        result -= (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000
    return result


@dataclass(frozen=True)
class _Reader:
    """A part of a timestamp: the component that it is, how it looks, and what it says."""

    component: str | None
    pattern: str
    read: Callable[[str], Any] | None = None


def _parsed(run: Run, timestamp: str, picture: str) -> Any:
    run.characters(len(timestamp))
    readers = [_reader(part) for part in _picture(run, picture)]
    expression = "".join(f"({part.pattern})" for part in readers)
    try:
        compiled = regex.compile(expression, regex.IGNORECASE | regex.VERSION0)
        match = compiled.fullmatch(timestamp, concurrent=True, timeout=min(run.seconds_left(), MAX_SEARCH_SECONDS))
    except TimeoutError:
        raise JSONataError(None, TIMEOUT_MESSAGE) from None
    if match is None:
        return UNDEFINED
    found: dict[str | None, Any] = {
        part.component: part.read(text)
        for part, text in zip(readers, match.groups(), strict=True)
        if part.read is not None and part.component
    }
    return _composed(run, found) if found else UNDEFINED


def _reader(part: str | _Marker) -> _Reader:
    if isinstance(part, str):
        return _Reader(None, re.escape(part))
    if part.component in "Zz":
        return _zone_reader(part)
    if part.integer is not None:
        if part.digits > _MAX_REPEAT:
            return _Reader(part.component, "(?!)")
        return _Reader(part.component, pattern(part.integer, part.digits), reader(part.integer))
    names: dict[str, Any]
    if part.component in "Mx":
        names = {_short(name, part.longest): index for index, name in enumerate(_MONTHS, 1)}
    elif part.component == "F":
        names = {_short(name, part.longest): index for index, name in enumerate(_DAYS) if index}
    elif part.component == "P":
        names = {"am": 0, "AM": 0, "pm": 1, "PM": 1}
    else:
        raise Fault("D3133", value=part.component)
    return _Reader(part.component, "[a-zA-Z]+", lambda text: names.get(text, UNDEFINED))


def _short(name: str, longest: int | None) -> str:
    return name[: max(longest, 0)] if longest else name


def _zone_reader(part: _Marker) -> _Reader:
    if part.integer is None:
        raise Fault("D3134", value=part.presentation)
    separator = part.integer.separators[0][1] if part.integer.regular else None
    expression = ("GMT" if part.component == "z" else "") + "[-+][0-9]+"
    if separator is not None:
        expression += f"{re.escape(separator)}[0-9]+"

    def read(text: str) -> float:
        if part.component == "z":
            text = text[3:]
        if separator is not None:
            hours, _, minutes = text.partition(separator)
        elif len(text) <= 3:
            hours, minutes = text, "0"
        else:
            hours, minutes = text[:3], text[3:]
        return leading_integer(hours) * 60 + leading_integer(minutes)

    return _Reader(part.component, expression, read)


def _mask(found: dict[str | None, Any], components: str) -> int:
    mask = 0
    for component in components:
        value = found.get(component, UNDEFINED)
        mask = mask * 2 + (value is not UNDEFINED and value == value and value != 0)
    return mask


def _is_of(mask: int, kind: int) -> bool:
    return not (~kind & mask) and bool(kind & mask)


def _composed(run: Run, found: dict[str | None, Any]) -> Any:
    """The time that the parts of a timestamp make: what is larger is that of now, what is smaller the least.

    Raises:
        Fault: something between them is missing.
    """
    mask = _mask(found, "YXMxWwdD")
    by_day = not _is_of(mask, 161) and _is_of(mask, 130)
    by_month_week = _is_of(mask, 84)
    by_week = not by_month_week and _is_of(mask, 72)
    mask = _mask(found, "PHhmsf")
    by_half_day = not _is_of(mask, 23) and _is_of(mask, 47)
    dates = "YD" if by_day else "XxwF" if by_month_week else "XWF" if by_week else "YMD"
    today = _moment(run.millis)
    started = ended = False
    for component in dates + ("Phmsf" if by_half_day else "Hmsf"):
        if found.get(component, UNDEFINED) is not UNDEFINED:
            started = True
            if ended:
                raise Fault("D3136")
        elif started:
            found[component] = 1 if component in "MDd" else 0
            ended = True
        else:
            found[component] = _COMPONENTS[component](today)
    if by_month_week or by_week:
        raise Fault("D3136")
    parts = {component: _finite(value) for component, value in found.items()}
    if by_half_day:
        parts["H"] = (0 if parts["h"] == 12 else parts["h"]) + (12 if parts["P"] == 1 else 0)
    return _utc(parts, by_day)


def _finite(value: Any) -> float:
    return math.nan if not isinstance(value, int | float) else as_float(value)


def _utc(parts: dict[str | None, float], by_day: bool) -> Any:
    year = parts["Y"] + 1900 if 0 <= parts["Y"] <= 99 else parts["Y"]
    if by_day:
        # The reference takes the day in the year where it knows it by `d`.
        date = _days(year, 1, parts.get("d", math.nan))
    else:
        month = parts.get("M", 1)
        date = _days(year, month if month > 0 else 1, parts["D"])
    result = date * _DAY + parts["H"] * 3_600_000 + parts["m"] * 60_000 + parts["s"] * 1000 + parts["f"]
    zone = parts.get("Z") or parts.get("z")
    if zone:
        result -= zone * 60_000
    return number(float(result)) if abs(result) <= _MAX_TIME else math.nan

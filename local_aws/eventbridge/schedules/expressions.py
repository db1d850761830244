"""When something is due: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-12-01T09:00:00)`.

Source: "Setting a schedule pattern for scheduled rules", EventBridge user guide; "Schedule types", EventBridge
Scheduler user guide.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from local_aws.eventbridge.schedules.cron_fields import HOURS, MINUTES, MONTHS, YEARS, Days, Field

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", re.ASCII)
_RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)", re.ASCII)
_CRON = re.compile(r"cron\(([^()]*)\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_DAY = timedelta(days=1)


class InvalidExpression(ValueError):
    """A text is no expression of its kind."""


class Expression(Protocol):
    """What all kinds of expressions answer."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time that is due later than a moment; None where there is none. Both have a time zone."""


class _At:
    def __init__(self, moment: datetime):
        self.moment = moment

    def after(self, moment: datetime) -> datetime | None:
        return self.moment if self.moment > moment else None


class _Rate:
    def __init__(self, seconds: int):
        self._every = timedelta(seconds=seconds)

    def after(self, moment: datetime) -> datetime | None:
        return moment + self._every


class _Cron:
    def __init__(self, fields: list[str], zone: tzinfo):
        minutes, hours, days, months, weekdays, years = fields
        self._minutes, self._hours = Field(minutes, MINUTES), Field(hours, HOURS)
        self._months, self._years = Field(months, MONTHS), Field(years, YEARS)
        self._days, self._zone = Days(days, weekdays), zone

    def after(self, moment: datetime) -> datetime | None:
        local = moment.astimezone(self._zone).replace(second=0, microsecond=0, tzinfo=None)
        day = local.replace(hour=0, minute=0)
        while day.year <= YEARS.last:
            if day.year not in self._years:
                day = day.replace(year=day.year + 1, month=1, day=1) if day.year < YEARS.last else datetime.max
                continue
            if day.month not in self._months:
                day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
                continue
            if self._days.has(day):
                found = self._in_day(day, moment)
                if found is not None:
                    return found
            day += _DAY
        return None

    def _in_day(self, day: datetime, moment: datetime) -> datetime | None:
        for hour in self._hours:
            for minute in self._minutes:
                local = day.replace(hour=hour, minute=minute, tzinfo=self._zone)
                found = local.astimezone(UTC)
                # In the hour that a clock leaps over, there is no such time; it is done an hour later, as AWS does.
                if found > moment:
                    return found
        return None


def rate(text: str) -> Expression:
    """`rate(1 minute)`, `rate(5 hours)`.

    Raises:
        InvalidExpression: it is none; also where number and unit disagree (`1 minutes`).
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise InvalidExpression(text)
    count, unit = int(found[1]), found[2]
    if count == 0 or (count == 1) == unit.endswith("s"):
        raise InvalidExpression(text)
    return _Rate(count * _UNITS[unit.removesuffix("s")])


def cron(text: str, zone: tzinfo = UTC) -> Expression:
    """`cron(minutes hours day-of-month month day-of-week year)`.

    Raises:
        InvalidExpression: it is none.
    """
    found = _CRON.fullmatch(text)
    fields = found[1].split() if found else []
    if len(fields) != 6:
        raise InvalidExpression(text)
    try:
        return _Cron(fields, zone)
    except ValueError:
        raise InvalidExpression(text) from None


def at(text: str, zone: tzinfo = UTC) -> Expression:
    """`at(2026-12-01T09:00:00)`.

    Raises:
        InvalidExpression: it is none.
    """
    found = _AT.fullmatch(text)
    if found is None:
        raise InvalidExpression(text)
    try:
        return _At(datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(UTC))
    except (ValueError, OverflowError):
        raise InvalidExpression(text) from None

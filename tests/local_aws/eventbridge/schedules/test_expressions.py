"""Schedule expressions: when they are due next, and which texts are none."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local_aws.clock import Clock
from local_aws.eventbridge.schedules import InvalidExpression, Timetable, at, cron, rate

NOW = datetime(2026, 11, 28, 17, 58, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("cron(0 12 * * ? *)", "2026-11-29T12:00"),
        ("cron(0/15 * * * ? *)", "2026-11-28T18:00"),
        ("cron(59 17 * * ? *)", "2026-11-28T17:59"),
        ("cron(58 17 * * ? *)", "2026-11-29T17:58"),
        ("cron(0 8 ? * MON-FRI *)", "2026-11-30T08:00"),
        ("cron(0 8 ? * FRI-SUN *)", "2026-11-29T08:00"),
        ("cron(0 0 L * ? *)", "2026-11-30T00:00"),
        ("cron(0 0 ? * 6L *)", "2026-12-25T00:00"),
        ("cron(0 0 ? * 2#1 *)", "2026-12-07T00:00"),
        ("cron(0 0 1W * ? 2027)", "2027-01-01T00:00"),
        ("cron(0 0 2W 1 ? 2027)", "2027-01-01T00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00"),
        ("cron(0 0 1,15 JAN,jun ? *)", "2027-01-01T00:00"),
        ("cron(0 0 1 1 ? 2020)", None),
        ("cron(0 0 31 2 ? *)", None),
    ],
)
def test_when_a_cron_expression_is_due_next(text, due):
    found = cron(text).after(NOW)
    assert found == (None if due is None else datetime.fromisoformat(due).replace(tzinfo=UTC))


def test_a_cron_expression_goes_by_the_clock_of_its_zone():
    berlin = ZoneInfo("Europe/Berlin")
    assert cron("cron(0 9 * * ? *)", berlin).after(NOW) == datetime(2026, 11, 29, 8, tzinfo=UTC)
    assert cron("cron(0 9 1 7 ? *)", berlin).after(NOW) == datetime(2027, 7, 1, 7, tzinfo=UTC)
    leaped = cron("cron(30 2 28 3 ? 2027)", berlin).after(NOW)
    assert leaped == datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "in the hour that is leaped over, an hour later"


def test_rates_and_single_times():
    assert rate("rate(1 minute)").after(NOW) == NOW + timedelta(minutes=1)
    assert rate("rate(12 hours)").after(NOW) == NOW + timedelta(hours=12)
    moment = at("at(2026-12-01T09:00:00)", ZoneInfo("America/New_York"))
    assert moment.after(NOW) == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert moment.after(datetime(2026, 12, 1, 14, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "text",
    [
        *("cron(0 12 * * * *)", "cron(0 12 ? * ? *)", "cron(60 * * * ? *)", "cron(* * *)", "cron(0 0 ? * -1 *)"),
        *("cron(0/5, 9-18, ?, *, MON-FRI, *)", "cron(0/0 * * * ? *)", "cron(0 0 32 * ? *)", "0 12 * * ? *"),
        *("cron(0 0 ? * 2#6 *)", "cron(0 0 ? * FOO *)", "cron(0 0 1 1 ? 1969)", "cron(٣ 0 1 1 ? *)"),
    ],
)
def test_what_is_no_cron_expression(text):
    with pytest.raises(InvalidExpression):
        cron(text)


@pytest.mark.parametrize("text", ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(5 seconds)", "rate(5)"])
def test_what_is_no_rate(text):
    with pytest.raises(InvalidExpression):
        rate(text)


def test_a_timetable_goes_by_the_clock_and_tells_the_times_of_the_schedule():
    timetable, told, three = Timetable(Clock(600), "test"), [], threading.Event()
    begin = datetime(2026, 1, 1, tzinfo=UTC)

    def due(moment):
        told.append(moment)
        if len(told) == 3:
            three.set()

    timetable.put("a", rate("rate(1 minute)"), begin, due)
    assert three.wait(20)
    timetable.drop("a")
    timetable.close()
    assert told[:3] == [begin + timedelta(minutes=n) for n in (1, 2, 3)]

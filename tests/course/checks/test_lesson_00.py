"""The checks of lesson 00: untouched, with planted mistakes, solved."""

from __future__ import annotations

import pytest

from course import PRICES
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

HOURLY = {"hourly": next(price.dollars for price in PRICES if "endpoint" in price.what)}


def test_travel() -> None:
    check_untouched_and_solved("00.travel")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('def stay_at_home(event, context):\n    return {"statusCode": 200, "body": greeting}', "greeting"),
        (changed("00.travel", ("notebook!", "cloud!")), "Hello from the cloud!"),
        (changed("00.travel", ("200", "'200'")), "'200'"),
        (changed("00.travel", ("greeting = ", "greeting = event['name'] + ")), "KeyError"),
        ("stay_at_home = 5", "not a function"),
        ('def stay_at_home(event, context):\n    print("Hello from the notebook!")', "end with a return"),
        ('def stay_at_home(event, context):\n    return "Hello from the notebook!"', "A dict is needed, not a text"),
        (changed("00.travel", ("statusCode", "statuscode")), "`statusCode` is missing"),
        (changed("00.travel", ("event, context", "event")), "more or fewer values"),
    ],
    ids=[
        "another cell",
        "another text",
        "a text for a number",
        "an error",
        "no function",
        "no return",
        "a text",
        "case",
        "one parameter",
    ],
)
def test_travel_with_a_mistake(source: str, said: str) -> None:
    check_wrong(judge("00.travel", source), said)


def test_holiday() -> None:
    check_untouched_and_solved("00.holiday", lambda: HOURLY)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("holiday = hourly * 14", "14 hours, one for each day"),
        ("holiday = hourly * 24 * 7", "a single week"),
        ("holiday = hourly * 24", "a single day"),
        ("holiday = hourly", "a single hour"),
        ("holiday = hourly * 8 * 14", "by night"),
        ("holiday = hourly * 24 * 10", "at weekends"),
        ("holiday = hourly + 24 * 14", "336.12"),
        ("holiday = f'{hourly * 24 * 14}'", "a number"),
        ("holiday = True", "a number"),
        ("holiday = float('nan')", "NaN US dollars"),
        ("holiday = 10**400", "How many hours does a day have"),
    ],
)
def test_holiday_with_a_mistake(source: str, said: str) -> None:
    check_wrong(judge("00.holiday", source, **HOURLY), said)

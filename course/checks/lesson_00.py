"""Checks of lesson 00: a cell that can travel, and what an endpoint costs while nobody asks it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from course.account.costs import endpoint_cost
from course.checks.exercise import Cases, exercise
from course.checks.trial import Case, compare
from course.outcomes.outcome import NotYet, Said


@exercise(
    "00.travel",
    "A handler that can travel",
    "What did the refusal say is missing? The cell has to bring it along.",
    "A function can use what is defined in its own cell, above it or inside it.",
    "Write the line `greeting = ...` into the handler's cell, or the text itself into the returned dict.",
)
def travel(handler: Callable[..., Any]) -> Cases:
    """The greeting must come back from a process that has seen no other cell, whatever the event is."""
    right = {"statusCode": 200, "body": "Hello from the notebook!"}
    advice = "Two things come back: the status as a number, and the greeting, letter by letter the one above."
    cases = [
        Case("an empty event", ({},), right, advice),
        Case("an event with something in it", ({"body": "Good night!"},), right, advice),
        Case(
            "an event that is a list", ([1, 2],), right, "This handler needs nothing of its event: don't look into it."
        ),
    ]
    yield from compare(handler, cases, context=True)


@exercise(
    "00.holiday",
    "What an endpoint costs while you are away",
    "An endpoint costs money every hour, day and night.",
    "How many hours have two weeks?",
    "Multiply: `hourly * 24 * 14`.",
)
def holiday(dollars: Any) -> Cases:
    """Two weeks, by the hour."""
    case = "two weeks with one ml.m5.large"
    if isinstance(dollars, bool) or not isinstance(dollars, int | float):
        raise NotYet(case, Said("a number of US dollars"), dollars, "A number is needed: no text, no list.")
    hourly = endpoint_cost(1, "ml.m5.large")
    # Written so that "not a number", which is neither near nor far, is not right.
    if not _near(dollars, hourly * 24 * 14):
        advice = next((said for hours, said in _HOURS.items() if _near(dollars, hourly * hours)), _ALL_HOURS)
        raise NotYet(case, Said(_ALL_HOURS_COST), Said(f"{Decimal(dollars):.2f} US dollars"), advice)
    yield case


def _near(dollars: float, right: float) -> bool:
    return right - 0.005 <= dollars <= right + 0.005


_ALL_HOURS_COST = "the price of an hour, for every hour of the two weeks"
_ALL_HOURS = "How many hours does a day have, and how many days are two weeks?"
_HOURS = {
    1: "This is a single hour.",
    14: "This is 14 hours, one for each day. The endpoint costs money by night, too.",
    24: "This is a single day.",
    24 * 7: "This is a single week.",
    8 * 14: "This is eight hours a day. The endpoint costs money by night, too.",
    24 * 10: "This is ten days. The endpoint costs money at weekends, too.",
}

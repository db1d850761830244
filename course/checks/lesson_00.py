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
    advice = "Return a dict with the statusCode 200 and the greeting as body."
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
    case, advice = "two weeks with one ml.m5.large", "Hours a day, times days, times the price of an hour."
    if isinstance(dollars, bool) or not isinstance(dollars, int | float):
        raise NotYet(case, Said("a number of US dollars"), dollars, advice)
    right = endpoint_cost(24 * 14, "ml.m5.large")
    # Written so that "not a number", which is neither near nor far, is not right.
    if not right - 0.005 <= dollars <= right + 0.005:
        raise NotYet(case, Said(f"{right:.2f} US dollars"), Said(f"{Decimal(dollars):.2f} US dollars"), advice)
    yield case

"""Checks of lesson 09: the order in which things are deleted, and that nothing is left."""

from __future__ import annotations

from typing import Any

from course.checks.exercise import Cases, exercise
from course.lesson import left
from course.outcomes.outcome import NotAttempted, NotYet, Said

# What each thing uses: SageMaker lets a model be deleted under an endpoint that needs it at its next update.
_USES = {"endpoint": "endpoint configuration", "endpoint configuration": "model", "model": "bucket"}


@exercise(
    "09.order",
    "What goes first",
    "Which of the four costs money by the hour?",
    "What uses something goes before what is used. The endpoint uses its configuration, and that names the model.",
    "The model's file is in the bucket, so the bucket goes last.",
)
def order(work: Any) -> Cases:
    """Each of the four once, and each before what it uses."""
    things = ["endpoint", "endpoint configuration", "model", "bucket"]
    case = "each of the four, once"
    if not isinstance(work, list | tuple):
        raise NotYet(case, Said("a list"), work, "A list stands in square brackets, and keeps its order.")
    if sorted(map(str, work)) != sorted(things):
        raise NotYet(
            case,
            Said(f"a list of: {', '.join(sorted(things))}"),
            work,
            "Each of the four stands in the list once, spelt as here.",
        )
    yield case
    for one, used in _USES.items():
        case = f"the {one} and the {used}"
        if work.index(one) > work.index(used):
            raise NotYet(case, Said(f"the {one} first"), Said(f"the {used} first"), f"The {one} uses the {used}.")
        yield case


@exercise(
    "09.clean_up",
    "Nothing is left",
    "One call of the course removes everything; lessons end with it.",
    "With a lesson's number, it removes what that lesson has made. Without one, everything.",
    "`course.clean_up()`",
    acts=True,
)
def clean_up() -> Cases:
    """Nothing that costs money, and nothing else, is left on this AWS."""
    found = left()
    if found.dollars_an_hour > 0.01:
        raise NotAttempted(f"An endpoint still costs {found.dollars_an_hour:.3f} US dollars an hour")
    yield "nothing costs money by the hour"
    if found.items:
        names = ", ".join(f"{item.resource.kind} {item.resource.name}" for item in found.items)
        raise NotYet(
            "what is left",
            Said("nothing"),
            Said(names),
            "The call with a lesson's number removes what that lesson has made, and nothing else.",
        )
    yield "nothing is left"

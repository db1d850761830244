"""What AWS does late, and how the course waits for it: the one place that knows.

A real account is late, and so is an embedded AWS with `COURSE_LAG`: any number, which decides when it is late and
when not; 0 and nothing mean that it is on time.

Source: docs/decisions/lag.md; "Changes that I make are not always immediately visible", IAM user guide.
"""

from __future__ import annotations

import os
import time
from typing import Any

import boto3

from course.errors import CourseError

RIGHTS_SECONDS = 15.0
"""So long after it was written, a right holds everywhere."""
DEFINITION_SECONDS = 8.0
"""So long after it was changed, a state machine runs what it is."""
_PAUSE = 2.0
_REFUSED_TOO_EARLY = {
    "cannot be assumed by Lambda": 30,
    "authorized to assume the provided role": 30,
    "Could not assume role": 30,
    "is not authorized to create managed-rule": 30,
    "does not have permissions to call": 30,
    "State Machine is being deleted": 90,
    "A conflicting conditional operation is currently in progress": 120,
    "Rate exceeded": 150,
    "Please reduce your request rate": 150,
}
"""What AWS says to a call that comes too early, and for how many seconds it is asked again. By itself, boto3 asks again
where there were too many requests; but a call that has waited here has used up its tries."""


def seed() -> int | None:
    """The number in `COURSE_LAG`; None where the embedded AWS is to be on time.

    Raises:
        CourseError: it is no number.
    """
    said = os.environ.get("COURSE_LAG", "").strip() or "0"
    if not said.isdecimal():
        raise CourseError(f"COURSE_LAG is '{said}': it is a number, the same for the same course of events; 0 is none.")
    return int(said) or None


def is_late() -> bool:
    """Whether this process works on an AWS that is late."""
    return os.environ.get("COURSE_TARGET", "local").strip().lower() == "aws" or seed() is not None


def ask_again_when_too_early() -> None:
    """Let the clients of this process that are made from now on wait where a call comes too early.

    They also wait after a state machine was changed: nothing says of an execution that it runs the old definition.
    """
    if is_late():
        events = boto3.DEFAULT_SESSION.events
        events.register("needs-retry", _pause)
        events.register("after-call.sfn.UpdateStateMachine", _let_definition_spread)


def let_pass(seconds: float) -> None:
    """Wait, where AWS is late, until what was changed has reached every part of it."""
    if is_late():
        time.sleep(seconds)


def _let_definition_spread(http_response: Any, **_: Any) -> None:
    if http_response.status_code < 300:
        let_pass(DEFINITION_SECONDS)


def _pause(response: Any = None, attempts: int = 1, **_: Any) -> float | None:
    """The seconds until a call is made again; None for one that did not come too early."""
    said = (response[1].get("Error", {}).get("Message") or "") if response else ""
    limits = [limit for text, limit in _REFUSED_TOO_EARLY.items() if text in said]
    return _PAUSE if limits and attempts * _PAUSE <= limits[0] else None

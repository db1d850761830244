"""Waiting for something that was started: asking for its state at short intervals of real time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.states.errors import Cancelled
from local_aws.states.task import Task

_FIRST_SECONDS, _LONGEST_SECONDS, _GROWTH = 0.05, 0.5, 1.5


def wait_for_end(
    describe: Callable[[], dict[str, Any]],
    has_ended: Callable[[dict[str, Any]], bool],
    stop: Callable[[], None],
    task: Task,
) -> dict[str, Any]:
    """The description of what has ended.

    Args:
        describe: asks for its present state.
        has_ended: whether a description is of something that has ended.
        stop: ends it; called where the attempt is cancelled.

    Raises:
        Cancelled: the attempt was cancelled, and what was started has been told to stop.
    """
    pause = _FIRST_SECONDS
    try:
        while True:
            description = describe()
            if has_ended(description):
                return description
            if task.cancelled.wait(pause):
                raise Cancelled
            pause = min(pause * _GROWTH, _LONGEST_SECONDS)
    except Cancelled:
        stop()
        raise

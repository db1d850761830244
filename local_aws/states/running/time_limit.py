"""A limit of wall time around work that can't be interrupted from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

from local_aws.states.errors import Cancelled, TimedOut
from local_aws.states.running.stop_signal import StopSignal

T = TypeVar("T")


def within(seconds: float | None, stopped: StopSignal, work: Callable[[], T]) -> T:
    """Do the work; give up waiting for it after so many seconds, or when told to stop.

    Args:
        seconds: None for no limit: the work is then done on this thread.
        stopped: told to the work; set where time runs out.

    Raises:
        TimedOut: time ran out. The work has been told to stop, and its outcome no longer counts.
        Cancelled: `stopped` was set.
    """
    if seconds is None:
        return work()
    finished = stopped.child()
    outcome: list[Callable[[], T]] = []

    def run() -> None:
        try:
            result = work()
            outcome.append(lambda: result)
        except BaseException as error:
            outcome.append(_raising(error))
        finished.set()

    threading.Thread(target=run, name="states-task", daemon=True).start()
    settled = finished.wait(seconds)
    if outcome:
        return outcome[0]()
    if settled:
        raise Cancelled
    stopped.set()
    raise TimedOut


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def throw() -> NoReturn:
        raise error

    return throw

"""Waiting for other work, until it is done, time is up, or the one that waits is to stop."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import TypeVar

from local_aws.states.errors import Cancelled, TimedOut
from local_aws.states.work.pool import Pool, raising, settled
from local_aws.states.work.signals import Pause, Signal

T = TypeVar("T")


async def within(
    seconds: float | None, stopped: Signal, pool: Pool, work: Callable[[], Coroutine[Pause, None, T]]
) -> T:
    """Do the work; give up waiting for it after so many seconds, or when told to stop.

    Args:
        seconds: of the wall's clock; None for no limit.
        stopped: told to the work; set where time runs out.

    Raises:
        TimedOut: time ran out. The work has been told to stop, and its outcome no longer counts.
        Cancelled: `stopped` was set.
    """
    if seconds is None:
        return await work()
    outcome: list[Callable[[], T]] = []
    finished = stopped.child()
    pool.start(settled(work(), outcome, finished))
    is_settled = await finished.until_set(seconds)
    if outcome:
        return outcome[0]()
    if is_settled:
        raise Cancelled
    stopped.set()
    raise TimedOut


async def in_thread(work: Callable[[], T], stopped: Signal) -> T:
    """Do what holds a thread on one of its own, and wait for it. Where it is to stop, it is left to end by itself.

    Raises:
        Cancelled: `stopped` was set.
    """
    outcome: list[Callable[[], T]] = []
    finished = stopped.child()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:
            outcome.append(raising(error))
        else:
            outcome.append(lambda: result)
        finished.set()

    threading.Thread(target=run, name="states-call", daemon=True).start()
    await finished.until_set()
    if outcome:
        return outcome[0]()
    raise Cancelled

"""Works off schedules on the host's clock.

A schedule lives in a time of its own: it begins at the wall's time, and passes as fast as the host's clock. With a
clock of 60, `rate(1 minute)` is due each second, and what is due at noon tomorrow comes when a sixtieth of the time
until then has passed; the times that its events tell are those of the schedule.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from local_aws.clock import Clock
from local_aws.eventbridge.schedules.expressions import Expression
from local_aws.timers import Timer, Timers

log = logging.getLogger(__name__)

Due = Callable[[datetime], None]


class Timetable:
    """One thread that calls what is due, in order.

    What it calls returns at once; what lasts goes into a queue of its owner's.
    """

    def __init__(self, clock: Clock, name: str):
        self._clock = clock
        self._entries: dict[str, Timer] = {}
        self._lock, self._timers = threading.RLock(), Timers(name)

    def put(self, key: str, expression: Expression, begin: datetime, due: Due) -> None:
        """Enter a schedule under a key, in place of the one that was there.

        Args:
            begin: the moment after which its first time is looked for; the time of the schedule begins here, now.
            due: called at each time, with that time.
        """
        first = expression.after(begin)
        with self._lock:
            self.drop(key)
            if first is not None:
                self._enter(key, expression, first, due, time.monotonic(), (first - begin).total_seconds())

    def drop(self, key: str) -> None:
        """Take a schedule out."""
        with self._lock:
            if timer := self._entries.pop(key, None):
                timer.cancel()

    def close(self) -> None:
        """Stop."""
        self._timers.close()

    # ---- inside --------------------------------------------------------------------------------------

    def _enter(
        self, key: str, expression: Expression, moment: datetime, due: Due, after: float, seconds: float
    ) -> None:
        at = after + self._clock.wall(seconds)

        def come() -> None:
            with self._lock:
                if self._entries.get(key) is not timer:
                    return  # dropped, or another put in its place, since it was begun
                del self._entries[key]
                following = expression.after(moment)
                if following is not None:
                    self._enter(key, expression, following, due, at, (following - moment).total_seconds())
            try:
                due(moment)
            except Exception:
                log.exception("what was due at %s (%s) failed", moment, key)

        timer = self._entries[key] = self._timers.at(at, come)

"""Works off schedules on the host's clock.

A schedule lives in a time of its own: it begins at the wall's time, and passes as fast as the host's clock. With a
clock of 60, `rate(1 minute)` is due each second, and what is due at noon tomorrow comes when a sixtieth of the time
until then has passed; the times that its events tell are those of the schedule.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from local_aws.clock import Clock
from local_aws.eventbridge.schedules.expressions import Expression

log = logging.getLogger(__name__)

Due = Callable[[datetime], None]


class Timetable:
    """One thread that calls what is due, in order.

    What it calls returns at once; what lasts goes into a queue of its owner's.
    """

    def __init__(self, clock: Clock, name: str):
        self._clock = clock
        self._heap: list[tuple[float, int, str]] = []
        self._entries: dict[str, tuple[int, Expression, datetime, Due]] = {}
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def put(self, key: str, expression: Expression, begin: datetime, due: Due) -> None:
        """Enter a schedule under a key, in place of the one that was there.

        Args:
            begin: the moment after which its first time is looked for; the time of the schedule begins here, now.
            due: called at each time, with that time.
        """
        first = expression.after(begin)
        with self._changed:
            self._entries.pop(key, None)
            if first is not None:
                self._enter(key, expression, first, due, time.monotonic(), (first - begin).total_seconds())

    def drop(self, key: str) -> None:
        """Take a schedule out."""
        with self._changed:
            self._entries.pop(key, None)

    def close(self) -> None:
        """Stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # ---- inside --------------------------------------------------------------------------------------

    def _enter(
        self, key: str, expression: Expression, moment: datetime, due: Due, after: float, seconds: float
    ) -> None:
        number = next(self._order)
        self._entries[key] = (number, expression, moment, due)
        heapq.heappush(self._heap, (after + self._clock.wall(seconds), number, key))
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                left = self._heap[0][0] - time.monotonic() if self._heap else None
                if left is None or left > 0:
                    self._changed.wait(None if left is None else min(left, threading.TIMEOUT_MAX))
                    continue
                at, number, key = heapq.heappop(self._heap)
                entry = self._entries.get(key)
                if entry is None or entry[0] != number:
                    continue
                _, expression, moment, due = entry
                following = expression.after(moment)
                del self._entries[key]
                if following is not None:
                    self._enter(key, expression, following, due, at, (following - moment).total_seconds())
            try:
                due(moment)
            except Exception:
                log.exception("what was due at %s (%s) failed", moment, key)

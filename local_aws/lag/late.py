"""An AWS that is late, the same for the same seed: what `serve --lag` serves."""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from local_aws.lag.kinds import LATE, ONE_IN, TIMES_AS_LONG, Kind
from local_aws.lag.lag import Lag

log = logging.getLogger(__name__)


class Late(Lag):
    """Late by wall seconds. The n-th question about a thing has the same answer for the same seed.

    Args:
        seed: any text.
        scale: what wall seconds are multiplied by. Only 1 is true; tests take less.
    """

    is_late = True

    def __init__(self, seed: str, scale: float = 1.0):
        self._seed, self._scale = seed, scale
        self._asked: Counter[tuple[Kind, str]] = Counter()
        self._last: dict[tuple[Kind, str], float] = {}
        self._waiting: list[tuple[float, int, Kind, Callable[[], object]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._run, name="lag", daemon=True).start()

    def later(self, kind: Kind, of: str, do: Callable[[], object]) -> None:
        """Do something on a thread of the lag's own when it is due."""
        between = LATE[kind]
        due = time.monotonic() + self._scale * between.choose(self._dice(kind, of))
        with self._changed:
            if between.in_order:
                due = self._last[kind, of] = max(due, self._last.get((kind, of), 0.0))
            heapq.heappush(self._waiting, (due, next(self._order), kind, do))
            self._changed.notify()

    def seconds(self, kind: Kind, of: str, usual: float) -> float:
        return usual * TIMES_AS_LONG[kind].choose(self._dice(kind, of))

    def happens(self, kind: Kind, of: str) -> bool:
        return self._dice(kind, of).randrange(ONE_IN[kind]) == 0

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _dice(self, kind: Kind, of: str) -> random.Random:
        with self._changed:
            self._asked[kind, of] += 1
            return random.Random(f"{self._seed}/{kind.name}/{of}/{self._asked[kind, of]}")

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                _, _, kind, do = heapq.heappop(self._waiting)
            try:
                do()
            except Exception:
                log.exception("%s: it failed when it was due", kind.value)

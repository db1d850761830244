"""An AWS that is late, the same for the same seed: what `serve --lag` serves."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from local_aws.lag.kinds import LATE, ONE_IN, TIMES_AS_LONG, Kind
from local_aws.lag.lag import Lag
from local_aws.timers import Timers

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
        self._lock, self._waiting = threading.Lock(), Timers("lag")

    def later(self, kind: Kind, of: str, do: Callable[[], object]) -> None:
        """Do something on a thread of the lag's own when it is due."""
        between = LATE[kind]
        due = time.monotonic() + self._scale * between.choose(self._dice(kind, of))
        with self._lock:
            if between.in_order:
                due = self._last[kind, of] = max(due, self._last.get((kind, of), 0.0))
            self._waiting.at(due, lambda: _do(kind, do))

    def seconds(self, kind: Kind, of: str, usual: float) -> float:
        return usual * TIMES_AS_LONG[kind].choose(self._dice(kind, of))

    def happens(self, kind: Kind, of: str) -> bool:
        return self._dice(kind, of).randrange(ONE_IN[kind]) == 0

    def close(self) -> None:
        self._waiting.close()

    def _dice(self, kind: Kind, of: str) -> random.Random:
        with self._lock:
            self._asked[kind, of] += 1
            return random.Random(f"{self._seed}/{kind.name}/{of}/{self._asked[kind, of]}")


def _do(kind: Kind, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:
        log.exception("%s: it failed when it was due", kind.value)

"""Timers: what is to happen at a moment, ten thousand of them on one thread."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

_FEW = 64


class Timer:
    """One of them; it can be called off."""

    __slots__ = ("_owner", "action")

    def __init__(self, owner: Timers, action: Callable[[], None]):
        self._owner = owner
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Let it not happen; nothing where it has."""
        if self.action is not None:
            self.action = None
            self._owner.called_off()


class Timers:
    """Calls what it was given when the time has come, on a thread that begins with the first.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._due: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._off = 0
        self._runs = self._closed = False

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call something in so many seconds. It has to return at once, and to raise nothing."""
        return self.at(time.monotonic() + seconds, action)

    def at(self, moment: float, action: Callable[[], None]) -> Timer:
        """The same at a moment of `time.monotonic`. Of two for one moment, the one that came first is called first."""
        timer = Timer(self, action)
        entry = (moment, next(self._numbers), timer)
        with self._changed:
            heapq.heappush(self._due, entry)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
            elif self._due[0] is entry:
                self._changed.notify()
        return timer

    def called_off(self) -> None:
        """A timer was; they are dropped when they are many, as one may be due in a year."""
        with self._changed:
            self._off += 1
            if self._off > max(_FEW, len(self._due) // 2):
                self._due = [entry for entry in self._due if entry[2].action is not None]
                heapq.heapify(self._due)
                self._off = 0

    def close(self) -> None:
        """Call nothing any more."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (not self._due or self._due[0][0] > time.monotonic()):
                    left = self._due[0][0] - time.monotonic() if self._due else threading.TIMEOUT_MAX
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
                if self._closed:
                    return
                timer = heapq.heappop(self._due)[2]
                action, timer.action = timer.action, None
                self._off -= action is None
            if action is not None:
                action()

"""The bounds of one evaluation: time, depth, size of a value, memory.

The second is documented ("Transforming data with JSONata in Step Functions", AWS Step Functions developer guide);
depth and sizes were measured on AWS by others.

All callers share one process and one interpreter lock, so nothing may run, or fill memory, unwatched. An evaluation
pays for what it does, before it does it: a *step* for each turn of a loop, bytes for what it builds. Each operation
is short on values within the sizes. A process of its own could be killed, too, but handing the data there and back
takes longer than the usual expression. What a library does in one go (regular expressions) it does with the lock
released, and with a time-out.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final

import psutil

from local_aws.states.languages.jsonata.errors import SIZE_MESSAGE, TIMEOUT_MESSAGE, JSONataError

MAX_SECONDS: Final = 1.0
"""Of the processor, as a busy computer is no fault of the expression."""
MAX_WALL_SECONDS: Final = 2.5
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 873_782
MAX_CHARACTERS: Final = 4_194_304
MAX_BYTES: Final = 320 * 2**20
_STEPS, _BYTES = 400, 48 * 2**20
_large_one = threading.Semaphore()


class Run:
    """One evaluation, and what it has left.

    Attributes:
        steps: until the clock is looked at. Loops count it down themselves, and call `look` when it is spent.
        depth: of nested expressions at the call of a function.
        millis: the time that `$now` and `$millis` give.
        frames: weak references to the frames that functions remember.
    """

    __slots__ = (
        "_bytes",
        "_is_large",
        "_resident",
        "_spent",
        "_until",
        "_wall_until",
        "depth",
        "frames",
        "millis",
        "steps",
    )

    def __init__(self) -> None:
        self.steps, self.depth = _STEPS, 0
        self.frames: list[weakref.ref[Any]] = []
        self.millis = int(time.time() * 1000)
        self._until = time.thread_time() + MAX_SECONDS
        self._wall_until = time.monotonic() + MAX_WALL_SECONDS
        self._bytes, self._spent = _BYTES, 0
        self._is_large, self._resident = False, 0

    def look(self) -> None:
        """Look at the clock.

        Raises:
            JSONataError: the time is up.
        """
        self.steps = _STEPS
        if time.thread_time() > self._until or time.monotonic() > self._wall_until:
            raise JSONataError(None, TIMEOUT_MESSAGE)

    def spend(self, steps: int) -> None:
        """Pay for work of so many steps, about a quarter of a microsecond each."""
        self.steps -= steps
        if self.steps < 0:
            self.look()

    def seconds_left(self) -> float:
        """Of the processor, and of the wall clock."""
        left = min(self._until - time.thread_time(), self._wall_until - time.monotonic())
        if left <= 0:
            raise JSONataError(None, TIMEOUT_MESSAGE)
        return left

    def allocate(self, size: int) -> None:
        """Pay for memory of so many bytes.

        Raises:
            JSONataError: it is too much.
        """
        self._bytes -= size
        if self._bytes < 0:
            self._weigh()

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items, a step each."""
        for item in items:
            self.steps -= 1
            if self.steps < 0:
                self.look()
            yield item

    def characters(self, count: float) -> None:
        """Pay for a text of so many characters.

        Raises:
            JSONataError: it is too long, or there is no memory for it.
        """
        if count > MAX_CHARACTERS:
            raise JSONataError(None, SIZE_MESSAGE)
        self.steps -= int(count) >> 8
        self.allocate(int(count) + 64)

    def elements(self, count: int, size: int = 8) -> None:
        """Pay for a list of so many elements, of `size` bytes each.

        Raises:
            JSONataError: it is too long, or there is no memory for it.
        """
        if count > MAX_ELEMENTS:
            raise JSONataError(None, SIZE_MESSAGE)
        self.spend(count >> 4)
        self.allocate(count * size + 64)

    def end(self) -> None:
        """Give back what is held; functions and the frames they remember refer to each other."""
        for reference in self.frames:
            frame = reference()
            if frame is not None:
                frame.variables = {}
        if self._is_large:
            self._is_large = False
            _large_one.release()

    def _weigh(self) -> None:
        """What was paid for may be free again, so look at the process; one large evaluation at a time.

        Memory that somebody else takes meanwhile is no reason to fail: both what was paid for and what the
        process has grown by must be too much.
        """
        self._spent += _BYTES - self._bytes
        self._bytes = _BYTES
        self.look()
        if not self._is_large:
            if not _large_one.acquire(timeout=max(self._wall_until - time.monotonic(), 0)):
                raise JSONataError(None, SIZE_MESSAGE)
            self._is_large = True
            self._resident = _resident() - _BYTES
        elif self._spent > MAX_BYTES and _resident() - self._resident > MAX_BYTES:
            raise JSONataError(None, SIZE_MESSAGE)


def _resident() -> int:
    """Bytes of memory that the process has now."""
    return psutil.Process().memory_info().rss


def size_of(value: Any) -> int:
    """About how many bytes a dictionary of so many keys takes."""
    return 184 + 100 * len(value)

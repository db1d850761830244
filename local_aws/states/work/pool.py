"""The pool: a few threads that carry coroutines forward, each as far as it goes without waiting."""

from __future__ import annotations

import contextvars
import logging
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from local_aws.states.work.signals import Pause, Signal
from local_aws.timers import Timers

log = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 8
"""More would only compete for the interpreter. What really waits (an API's answer) is done on other threads."""


class Pool:
    """Carries coroutines. Its threads begin when there is work, and end with `close`.

    Attributes:
        timers: those of the pauses, and of whoever else needs one.
        waiting: the work that has been put aside.
    """

    def __init__(self, threads: int = THREADS):
        self.timers = Timers("states-timers")
        self._most = threads
        self._ready: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0
        # What waits is held here: it and the signal that it waits for may hold nothing but each other.
        self.waiting: set[_Work] = set()

    def start(self, coroutine: Coroutine[Pause, None, Any]) -> None:
        """Let a coroutine run to its end. Nobody waits for it here: what it fails with is written to the log."""
        self.ready(_Work(self, coroutine))

    def run(self, coroutine: Coroutine[Pause, None, T]) -> T:
        """Run a coroutine to its end while this thread, none of the pool's, waits; gives what it gives."""
        ended = Signal()
        outcome: list[Callable[[], T]] = []
        self.start(settled(coroutine, outcome, ended))
        ended.wait()
        return outcome[0]()

    def ready(self, work: _Work) -> None:
        """Let a thread go on with a piece of work, a new one where all are busy and there may be more."""
        with self._lock:
            self._idle -= 1
            if self._idle < 0 and self._threads < self._most:
                self._threads += 1
                self._idle += 1
                threading.Thread(target=self._carry, name="states-work", daemon=True).start()
        self._ready.put(work)

    def close(self) -> None:
        """Let the threads end when they have done what is ready; what waits goes on no more."""
        self.timers.close()
        with self._lock:
            threads, self._most = self._threads, 0
        for _ in range(threads):
            self._ready.put(None)

    def _carry(self) -> None:
        while (work := self._ready.get()) is not None:
            work.go_on()
            del work
            with self._lock:
                self._idle += 1


class _Work:
    """A coroutine on its way, in a context of its own: it may go on upon another thread each time."""

    __slots__ = ("_context", "_coroutine", "_pool")

    def __init__(self, pool: Pool, coroutine: Coroutine[Pause, None, Any]):
        self._pool, self._coroutine, self._context = pool, coroutine, contextvars.copy_context()

    def go_on(self) -> None:
        """Go on until it waits; from then on this thread must leave it alone."""
        try:
            pause = self._context.run(self._coroutine.send, None)
        except StopIteration:
            return
        except Exception:
            log.exception("a piece of work broke down")
            return
        self._wait(pause)

    def _wait(self, pause: Pause) -> None:
        pool, signal, timer = self._pool, pause.signal, None
        pool.waiting.add(self)
        one = [self]  # Whoever takes it out lets it go on: the signal or the timer.

        def go_on() -> None:
            try:
                work = one.pop()
            except IndexError:
                return
            if timer is not None:
                timer.cancel()
            pool.waiting.discard(work)
            pool.ready(work)

        def time_is_up() -> None:
            signal.forget(go_on)
            go_on()

        if pause.seconds is not None:
            timer = pool.timers.after(pause.seconds, time_is_up)
        signal.when_set(go_on)


async def settled(coroutine: Coroutine[Pause, None, T], outcome: list[Callable[[], T]], ended: Signal) -> None:
    """Run a coroutine; then `outcome` holds what gives its result or raises its error, and `ended` is set."""
    try:
        result = await coroutine
    except Exception as error:
        outcome.append(raising(error))
    else:
        outcome.append(lambda: result)
    ended.set()


def raising(error: BaseException) -> Callable[[], Any]:
    """What raises an error."""

    def throw() -> Any:
        raise error

    return throw

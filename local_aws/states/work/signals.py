"""A signal that coroutines wait for, and that spreads: from an execution to its branches, from a branch to its task."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Generator


class Signal:
    """A flag that is set once. Setting it sets all that were derived from it, at any depth; nothing spreads upwards.

    It is as light as can be: an execution has several, and there may be ten thousand executions.
    """

    __slots__ = ("__weakref__", "_children", "_is_set", "_lock", "_waiting")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._children: weakref.WeakSet[Signal] | None = None
        self._waiting: list[Callable[[], None]] | None = None

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        """Set it, and let go on whatever waits for it; returns at once."""
        with self._lock:
            self._is_set = True
            children, self._children = list(self._children or ()), None
            waiting, self._waiting = self._waiting or (), None
        for child in children:
            child.set()
        for go_on in waiting:
            go_on()

    def clear(self) -> None:
        """Make it unset again. What was derived from it before stays as it is."""
        with self._lock:
            self._is_set = False

    def child(self) -> Signal:
        """A signal of its own that is also set when this one is."""
        child = Signal()
        with self._lock:
            if self._is_set:
                child._is_set = True
            elif self._children is None:
                self._children = weakref.WeakSet((child,))
            else:
                self._children.add(child)
        return child

    def until_set(self, seconds: float | None = None) -> Pause:
        """To be awaited: goes on when it is set, or after so many seconds; gives whether it was set."""
        return Pause(self, seconds)

    def wait(self, seconds: float | None = None) -> bool:
        """The same for a thread, which is held meanwhile."""
        reached = threading.Event()
        self.when_set(reached.set)
        reached.wait(seconds)
        self.forget(reached.set)
        return self._is_set

    def when_set(self, go_on: Callable[[], None]) -> None:
        """Have something called as soon as it is set, which may be now. It has to return at once."""
        with self._lock:
            if not self._is_set:
                if self._waiting is None:
                    self._waiting = []
                self._waiting.append(go_on)
                return
        go_on()

    def forget(self, go_on: Callable[[], None]) -> None:
        """Call something no more."""
        with self._lock:
            if self._waiting is not None and go_on in self._waiting:
                self._waiting.remove(go_on)


class Pause:
    """What a coroutine waits for, as the pool that carries it is told: a signal, and how many seconds at most."""

    __slots__ = ("seconds", "signal")

    def __init__(self, signal: Signal, seconds: float | None):
        self.signal, self.seconds = signal, seconds

    def __await__(self) -> Generator[Pause, None, bool]:
        if not self.signal.is_set() and (self.seconds is None or self.seconds > 0):
            yield self
        return self.signal.is_set()

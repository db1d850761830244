"""A signal to stop that spreads: from an execution to its branches, from a branch to the task it waits for."""

from __future__ import annotations

import threading
import weakref


class StopSignal(threading.Event):
    """An event; setting it sets all that were derived from it, at any depth. Nothing spreads upwards."""

    def __init__(self, parent: StopSignal | None = None):
        super().__init__()
        self._children: weakref.WeakSet[StopSignal] = weakref.WeakSet()
        self._adding = threading.Lock()
        if parent is not None:
            parent._adopt(self)

    def child(self) -> StopSignal:
        """A signal of its own that is also set when this one is."""
        return StopSignal(self)

    def set(self) -> None:
        with self._adding:
            super().set()
            children = list(self._children)
        for child in children:
            child.set()

    def _adopt(self, child: StopSignal) -> None:
        with self._adding:
            self._children.add(child)
            late = self.is_set()
        if late:
            child.set()

"""Turns: only so many do something at once; the others wait in their order, without a thread."""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local_aws.states.errors import Cancelled
from local_aws.states.work.signals import Signal


class Turns:
    """So many at once, as many as want to by default."""

    def __init__(self, most: float = math.inf):
        self._free = most
        self._lock = threading.Lock()
        self._waiting: dict[Signal, None] = {}
        self._called: set[Signal] = set()

    @asynccontextmanager
    async def taken(self, stopped: Signal) -> AsyncIterator[None]:
        """Wait for one's turn, which lasts as long as the block.

        Raises:
            Cancelled: `stopped` was set before it came.
        """
        await self._take(stopped)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, stopped: Signal) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            ticket = stopped.child()
            self._waiting[ticket] = None
        await ticket.until_set()
        with self._lock:
            self._waiting.pop(ticket, None)
            is_called = ticket in self._called
            self._called.discard(ticket)
        if is_called and stopped.is_set():
            self._give_back()
        if not is_called or stopped.is_set():
            raise Cancelled

    def _give_back(self) -> None:
        with self._lock:
            ticket = next(iter(self._waiting), None)
            if ticket is None:
                self._free += 1
                return
            del self._waiting[ticket]
            self._called.add(ticket)
        ticket.set()


AS_MANY_AS_WANT_TO = Turns()

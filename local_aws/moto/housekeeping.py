"""Memory that goes back to the system after much was deleted, or much was brought.

Moto's records stand in circles (a stream knows its group), which Python finds only now and then, and the C library
keeps what was freed for later. So a thread looks for both once things are quiet; a request never waits for it.
"""

from __future__ import annotations

import functools
import gc
import threading
import time
from collections.abc import Callable

_QUIET_SECONDS = 0.3
"""How long after the last deletion: many come one after another."""
_LONGEST_SECONDS = 3.0


class Housekeeper:
    """Frees memory in the background."""

    def __init__(self) -> None:
        self._wanted = threading.Condition()
        self._since = self._latest = 0.0
        threading.Thread(target=self._run, name="housekeeping", daemon=True).start()

    def call(self) -> None:
        """Something large may be free now."""
        with self._wanted:
            self._latest = time.monotonic()
            if not self._since:
                self._since = self._latest
                self._wanted.notify()

    def _run(self) -> None:
        while True:
            with self._wanted:
                self._wanted.wait_for(lambda: self._since)
            while (now := time.monotonic()) < min(self._latest + _QUIET_SECONDS, self._since + _LONGEST_SECONDS):
                time.sleep(min(self._latest + _QUIET_SECONDS, self._since + _LONGEST_SECONDS) - now)
            with self._wanted:
                self._since = 0.0
            gc.collect()
            if trim := _trim():
                trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    """The function of the C library that gives free memory back, where it has one (glibc)."""
    import ctypes  # for this alone, and not while a server starts

    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim

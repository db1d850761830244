"""How much memory a runtime uses, and what happens when it is more than the function was given.

A forked runtime shares what its parent had imported; what is counted is a bare runtime, all that the function
itself has taken since, and the preloaded boto3 once the function imports it. On Linux that is anonymous memory,
elsewhere the resident set, as psutil tells it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20
_INTERVAL_SECONDS = 0.004
_AWAKE_SECONDS = 0.25
"""How long the watch goes on when nothing is busy: to wake it at each invocation would cost more than its looks do."""
_STATUS_BYTES = 1 << 14
_OWN = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap):[ \t]+(\d+) kB", re.MULTILINE)


def anonymous_bytes(pid: int | str) -> int:
    """Memory of a process that is its own and not a file's, in bytes; 0 where it is gone."""
    if sys.platform != "linux":
        import psutil

        try:
            return psutil.Process(pid).memory_info().rss
        except psutil.Error:
            return 0
    try:
        status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
        try:
            return 1024 * sum(map(int, _OWN.findall(os.read(status, _STATUS_BYTES))))
        finally:
            os.close(status)
    except OSError:
        return 0


@dataclass
class Watched:
    """A process under watch: `peak` is the most it was seen to use, in bytes, since it was started.

    `not_counted` are bytes that it holds and doesn't use: what its parent had imported.
    """

    pid: int
    not_counted: int
    limit: int
    over_limit: Callable[[], None]
    peak: int = 0
    exceeded: bool = False

    def look(self) -> None:
        """Measure now, and call `over_limit` once if it is too much."""
        used = anonymous_bytes(self.pid) - self.not_counted
        self.peak = max(self.peak, used)
        if used > self.limit and not self.exceeded:
            self.exceeded = True
            self.over_limit()


class MemoryWatch:
    """One thread that looks at every busy runtime every few milliseconds; it sleeps where none has been for a while."""

    def __init__(self) -> None:
        self._watched: dict[int, Watched] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lambda-memory", daemon=True)
        self._thread.start()

    def begin(self, watched: Watched) -> None:
        """Look at a process from now on."""
        with self._changed:
            self._watched[watched.pid] = watched
            self._changed.notify()

    def end(self, watched: Watched) -> None:
        """Look a last time, and then no more."""
        with self._changed:
            self._watched.pop(watched.pid, None)
        watched.look()

    def close(self) -> None:
        """Stop looking."""
        self._closing.set()
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        busy_at = 0.0
        while not self._closing.wait(_INTERVAL_SECONDS):
            with self._changed:
                if not self._watched and time.monotonic() - busy_at > _AWAKE_SECONDS:
                    self._changed.wait_for(lambda: self._watched or self._closing.is_set())
                watched = list(self._watched.values())
            if watched:
                busy_at = time.monotonic()
            for process in watched:
                with contextlib.suppress(OSError):
                    process.look()

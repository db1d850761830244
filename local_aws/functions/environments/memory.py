"""How much memory a runtime uses, and what happens when it is more than the function was given.

A forked runtime shares what its parent had imported; what is counted is a bare runtime, all that the function
itself has taken since, and the preloaded boto3 once the function imports it. On Linux that is anonymous memory,
elsewhere the resident set, as psutil tells it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
_INTERVAL_SECONDS = 0.004


def anonymous_bytes(pid: int | str) -> int:
    """Memory of a process that is its own and not a file's, in bytes; 0 where it is gone."""
    if sys.platform != "linux":
        import psutil

        try:
            return psutil.Process(pid).memory_info().rss
        except psutil.Error:
            return 0
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return 0
    return sum(
        int(line.split()[1]) * 1024
        for line in status.splitlines()
        if line.startswith((b"RssAnon:", b"RssShmem:", b"VmSwap:"))
    )


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
    """One thread that looks at every busy runtime every few milliseconds, and sleeps while none is."""

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
        while not self._closing.is_set():
            with self._changed:
                while not self._watched and not self._closing.is_set():
                    self._changed.wait()
                watched = list(self._watched.values())
            for process in watched:
                with contextlib.suppress(OSError):
                    process.look()
            self._closing.wait(_INTERVAL_SECONDS)

"""Time that only passes, at a settable speed.

Waits in which AWS does nothing but let time go by (a Wait state, a retry's interval, provisioning) last
`seconds / factor` here. Real work, its time-outs, and every timestamp run on the wall's clock.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator


class Clock:
    """A clock `factor` times as fast as the wall's (1 is real time).

    Raises:
        ValueError: the factor is not above 0.
    """

    def __init__(self, factor: float = 60.0):
        if factor <= 0:
            raise ValueError(f"the clock's factor is {factor}: it must be above 0 (1 is real time)")
        self.factor = factor

    def wall(self, seconds: float) -> float:
        """Wall seconds that a wait of so many AWS seconds lasts."""
        return max(0.0, seconds) / self.factor

    def sleep(self, seconds: float) -> None:
        """Sleep for so many AWS seconds."""
        time.sleep(self.wall(seconds))

    @contextlib.contextmanager
    def at_least(self, event: threading.Event, seconds: float) -> Iterator[None]:
        """Let so many AWS seconds pass, of which the block's work takes its part; less where the event is set."""
        end = time.monotonic() + self.wall(seconds)
        yield
        event.wait(max(0.0, end - time.monotonic()))

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait at most so many AWS seconds for the event; True where it was set."""
        return event.wait(self.wall(seconds))

"""Redrives that were asked for: a request that is sent again with its client token redrives nothing again.

Source: API reference, RedriveExecution: the last ten tokens of an execution, each for a quarter of an hour.
"""

from __future__ import annotations

import threading
import time
from collections import deque

_TOKENS, _SECONDS = 10, 15 * 60


class Redrives:
    """The tokens by execution, with the date of the redrive that each brought about."""

    def __init__(self) -> None:
        self._used: dict[str, deque[tuple[str, float]]] = {}
        self._lock = threading.Lock()

    def date_of(self, execution_arn: str, token: str | None) -> float | None:
        """When an execution was redriven by that token; None where it was not."""
        with self._lock:
            used = self._used.get(execution_arn, ())
            return next((date for known, date in used if known == token and time.time() - date < _SECONDS), None)

    def remember(self, execution_arn: str, token: str | None, date: float) -> None:
        """An execution has been redriven."""
        if token is not None:
            with self._lock:
                self._used.setdefault(execution_arn, deque(maxlen=_TOKENS)).append((token, date))

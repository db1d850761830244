"""The keys of a bucket in the order in which S3 lists them: moto's own store, which knows only when they were put.

Moto sorts all keys of a bucket for each page of a list. Here a key finds its place once, when it is new. It is the one
module that knows what moto does to its store: `[key] = version`, `setlist` and `pop`.
"""

from __future__ import annotations

import bisect
import threading
from typing import Any

from moto.s3 import models
from moto.s3.utils import _VersionedKeyStore


class KeyStore(_VersionedKeyStore):
    """The versions of each key, the oldest first, and the keys by their bytes in UTF-8, as Python orders text."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self._lock = threading.Lock()

    def __setitem__(self, key: str, value: Any) -> None:
        with self._lock:
            self._note(key)
            super().__setitem__(key, value)

    def setlist(self, key: str, list_: Any) -> None:
        """Put all versions of a key."""
        with self._lock:
            self._note(key)
            super().setlist(key, list_)

    def pop(self, key: str) -> None:  # type: ignore[override] # as moto has it
        """Take a key away."""
        with self._lock:
            super().pop(key)
            del self._names[bisect.bisect_left(self._names, key)]

    def first(self, least: str) -> str | None:
        """The first key that isn't before `least`."""
        with self._lock:
            return self._at(bisect.bisect_left(self._names, least))

    def behind(self, key: str) -> str | None:
        """The first key behind a key."""
        with self._lock:
            return self._at(bisect.bisect_right(self._names, key))

    def beyond(self, beginning: str) -> str | None:
        """The first key behind all that begin so."""
        size = len(beginning)
        with self._lock:
            return self._at(bisect.bisect_right(self._names, beginning, key=lambda name: name[:size]))

    def _note(self, key: str) -> None:
        if key not in self:
            bisect.insort(self._names, key)

    def _at(self, index: int) -> str | None:
        return self._names[index] if index < len(self._names) else None


def install() -> None:
    """Have every bucket that is made from now on keep its keys so."""
    models._VersionedKeyStore = KeyStore  # type: ignore[attr-defined,assignment]

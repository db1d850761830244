"""Writes what has changed, before anybody is told of it.

Services say which records have changed (`changed`), which costs next to nothing, and from any thread. Before an answer
leaves, the gateway has all of it written (`settle`), in one transaction for all that happened at once. So whatever an
answer tells is kept, and what changes in the background comes along with the next answer, or with the clock here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from local_aws.house import Keeper, Kept, Shelf
from local_aws.state import plain
from local_aws.state.folder import damaged
from local_aws.state.store import Change, Store

log = logging.getLogger(__name__)

_PAUSE = 0.25
"""Seconds after which what changed in the background is written."""
_ATTEMPTS = 20


class Writer(Keeper):
    """Keeps the records of all shelves in a store."""

    keeps = True

    def __init__(self, store: Store):
        self._store = store
        self._shelves: dict[str, Shelf] = {}
        self._marked: dict[tuple[str, str], None] = {}
        self._told = self._written = 0
        self._own = threading.local()
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._now_and_then, name="state", daemon=True).start()

    def load(self, shelves: Iterable[Shelf]) -> None:
        """As in `Keeper`.

        Raises:
            StateRefused: a record can't be read.
        """
        self._own.loading = True
        try:
            for shelf in shelves:
                self._shelves[shelf.kind] = shelf
                for name, data in self._store.records(shelf.kind):
                    self._load_one(shelf, name, data)
        finally:
            self._own.loading = False

    def _load_one(self, shelf: Shelf, name: str, data: bytes) -> None:
        try:
            shelf.load(name, plain.decode(data), self._store)
        except Exception as error:
            raise damaged(self._store.folder, f"{shelf.kind} {name!r}: {error!r}") from error

    def kinds(self) -> list[str]:
        return self._store.kinds()

    def changed(self, kind: str, name: str) -> None:
        if getattr(self._own, "loading", False):  # what is just being read needn't be written
            return
        self._own.told = True
        with self._lock:
            self._marked[kind, name] = None
            self._told += 1

    def settle(self) -> None:
        own, self._own.told = getattr(self._own, "told", False), False
        try:
            self._write(self._told)
        except OSError as error:
            if own:
                raise
            log.warning("what changed in the background is not written: %s", error)

    def close(self) -> None:
        """Write the last changes, and stop."""
        self._closed.set()
        self.settle()

    def _now_and_then(self) -> None:
        while not self._closed.wait(_PAUSE):
            try:
                self.settle()
            except Exception:
                log.exception("what changed in the background is not written")
            self._store.tidy()

    def _write(self, told: int) -> None:
        """Have everything written that was told until then, by this thread or another."""
        if self._written >= told:
            return
        with self._writing:
            if self._written >= told:
                return
            with self._lock:
                marked, self._marked, upto = self._marked, {}, self._told
            changes, failures = [], []
            for kind, name in marked:
                try:
                    changes.append(self._change(kind, name))
                except Exception as failure:
                    log.exception("%s %s can't be written", kind, name)
                    failures.append(failure)
            try:
                self._store.write(changes)
            except BaseException:
                with self._lock:
                    self._marked = marked | self._marked
                raise
            self._written = upto
            if failures:
                raise failures[0]

    def _change(self, kind: str, name: str) -> Change:
        kept = _dumped(self._shelves[kind], name)
        if kept is None:
            return Change(kind, name, None)
        return Change(kind, name, plain.encode(kept.data), kept.contents)


def _dumped(shelf: Shelf, name: str) -> Kept | None:
    """A record, while others may be changing it: whoever does so tells of it afterwards."""
    for _ in range(_ATTEMPTS):
        try:
            return shelf.dump(name)
        except RuntimeError as error:
            if "changed size" not in str(error) and "mutated" not in str(error):
                raise
    return shelf.dump(name)

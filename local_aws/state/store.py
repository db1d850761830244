"""The file in which a state lies: SQLite, with what is large in files beside it.

A write is one transaction of SQLite's write-ahead log. It is in the system's hands when the call returns, so that
the end of the process, however sudden, takes nothing of it; only a machine that loses its power may lose the last
seconds, and never more than them (`synchronous=NORMAL`: the log is checksummed, and synced before it is moved into the
file). A content is in place, under a name that nobody had, before the record that names it is written.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_aws.house import Content

APPLICATION = 0x4C415753
"""Marks the file as ours in its head ("LAWS")."""
FORMAT = 1
"""The form of the records. Raise it with any change that an older or newer server would misread."""
FILE = "state.db"
CONTENTS = "contents"
_IN_THE_FILE = 64 * 1024
"""Contents up to this size lie in the file itself: a small file costs more than a row."""
_LOG_BYTES = 8 << 20
"""The size of the log from which on it is moved into the file."""
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (kind TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE contents (id TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB);
CREATE TABLE uses (kind TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL,
                   PRIMARY KEY (kind, name, content)) WITHOUT ROWID;
CREATE INDEX users ON uses (content);
"""


@dataclass(frozen=True)
class Change:
    """A record's new data and contents; None as data where the record is gone."""

    kind: str
    name: str
    data: bytes | None
    contents: Mapping[str, Content] = field(default_factory=dict)


class Store:
    """The file of a folder, open for writing, by one process at a time."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / CONTENTS).mkdir(mode=0o700, exist_ok=True)
        self._file = _connect(folder / FILE)
        self._mover = _connect(folder / FILE)
        self._lock = threading.Lock()
        self._known = {identity for (identity,) in self._file.execute("SELECT id FROM contents")}
        self._remove_strays()

    def about(self) -> dict[str, str]:
        """What the file says of itself."""
        return dict(self._file.execute("SELECT name, value FROM about"))

    def records(self, kind: str) -> list[tuple[str, bytes]]:
        """Name and data of the records of a kind, in the order in which they were first written."""
        with self._lock:
            rows = self._file.execute("SELECT name, data FROM records WHERE kind = ? ORDER BY rowid", (kind,))
            return rows.fetchall()

    def kinds(self) -> list[str]:
        """The kinds that there are records of."""
        with self._lock:
            return [kind for (kind,) in self._file.execute("SELECT DISTINCT kind FROM records ORDER BY kind")]

    def read(self, identity: str) -> bytes:
        """A content as bytes."""
        with self._lock:
            row = self._file.execute("SELECT data FROM contents WHERE id = ?", (identity,)).fetchone()
        return row[0] if row[0] is not None else self._place(identity).read_bytes()

    def path(self, identity: str) -> Path | None:
        """The file of a content that lies in one."""
        with self._lock:
            row = self._file.execute("SELECT data IS NULL FROM contents WHERE id = ?", (identity,)).fetchone()
        return self._place(identity) if row[0] else None

    def write(self, changes: Iterable[Change]) -> None:
        """Write all of it, or nothing.

        Raises:
            OSError: there is no room, or the disk fails.
        """
        changes = list(changes)
        with self._lock:
            new = {
                identity: content
                for change in changes
                for identity, content in change.contents.items()
                if identity not in self._known
            }
            placed: list[str] = []
            try:
                for identity, content in new.items():
                    if content.size > _IN_THE_FILE:
                        placed.append(identity)
                        self._put(identity, content)
                unused = self._transact(changes, new)
            except BaseException as error:
                for identity in placed:
                    self._place(identity).unlink(missing_ok=True)
                if isinstance(error, sqlite3.Error):
                    raise _failure(error, self.folder) from error
                raise
            self._known |= new.keys()
            self._known -= unused
        for identity in unused:
            self._place(identity).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Move the log into the file where it has grown; writers needn't wait for it."""
        log = self.folder / f"{FILE}-wal"
        with contextlib.suppress(OSError, sqlite3.OperationalError):
            if log.stat().st_size > _LOG_BYTES:
                self._mover.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()

    def close(self) -> None:
        """Close the file, with the log moved into it."""
        with self._lock:
            self._mover.close()
            self._file.close()

    def _transact(self, changes: list[Change], new: Mapping[str, Content]) -> set[str]:
        """Write rows; gives the contents that no record names any more."""
        run = self._file.execute
        run("BEGIN IMMEDIATE")
        try:
            for identity, content in new.items():
                data = b"".join(content.pieces()) if content.size <= _IN_THE_FILE else None
                run("INSERT INTO contents VALUES (?, ?, ?)", (identity, content.size, data))
            left: set[str] = set()
            for change in changes:
                left |= self._write_one(change)
            unused = {identity for identity in left if not self._used(identity)}
            for identity in unused:
                run("DELETE FROM contents WHERE id = ?", (identity,))
            run("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                run("ROLLBACK")
            raise
        return unused

    def _write_one(self, change: Change) -> set[str]:
        """Write a record; gives the contents that it named before and doesn't name now."""
        run, key = self._file.execute, (change.kind, change.name)
        before = {row[0] for row in run("SELECT content FROM uses WHERE kind = ? AND name = ?", key)}
        now = set(change.contents)
        for identity in before - now:
            run("DELETE FROM uses WHERE kind = ? AND name = ? AND content = ?", (*key, identity))
        if change.data is None:
            run("DELETE FROM records WHERE kind = ? AND name = ?", key)
        else:
            # An update keeps the row's place in the order.
            run(
                "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET data = excluded.data",
                (*key, change.data),
            )
            for identity in now - before:
                run("INSERT INTO uses VALUES (?, ?, ?)", (*key, identity))
        return before - now

    def _used(self, identity: str) -> bool:
        return self._file.execute("SELECT 1 FROM uses WHERE content = ?", (identity,)).fetchone() is not None

    def _place(self, identity: str) -> Path:
        return self.folder / CONTENTS / identity

    def _put(self, identity: str, content: Content) -> None:
        with os.fdopen(os.open(self._place(identity), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(content.pieces())

    def _remove_strays(self) -> None:
        """Remove files of contents whose record was never written, or is gone."""
        for path in (self.folder / CONTENTS).iterdir():
            if path.name not in self._known:
                path.unlink()


def create(path: Path, about: Mapping[str, str]) -> None:
    """Make an empty file."""
    partial = path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as file:
        file.executescript(_TABLES)
        file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        file.execute(f"PRAGMA application_id = {APPLICATION}")
        file.execute(f"PRAGMA user_version = {FORMAT}")
    partial.replace(path)


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, also while a server writes."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _connect(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    file.execute("PRAGMA journal_mode = WAL").fetchall()
    file.execute("PRAGMA synchronous = NORMAL")
    file.execute("PRAGMA wal_autocheckpoint = 0")
    return file


def _failure(error: sqlite3.Error, folder: Path) -> OSError:
    number = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
    return OSError(number, f"the state can't be written ({error})", str(folder))

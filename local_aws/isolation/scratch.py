"""The server's scratch folder: made when it starts, and removed when it stops, or by the next one if it was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PREFIX = "local-aws-"
_LOCK = "server.lock"


@contextlib.contextmanager
def folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder for one server, as long as the block lasts.

    Args:
        parent: where it is made; the folder for temporary files by default.

    Raises:
        OSError: it can't be made.
    """
    parent = parent or Path(tempfile.gettempdir())
    _remove_those_of_the_dead(parent)
    own = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    lock = _take(own)
    try:
        yield own
    finally:
        if lock is not None:
            lock.close()
        remove(own)


def remove(place: Path) -> None:
    """Remove a folder, with folders in it that a function or a job has closed to their owner."""
    for directory, folders, _ in os.walk(place):
        for path in (Path(directory, name) for name in folders):
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(place, ignore_errors=True)


def _remove_those_of_the_dead(parent: Path) -> None:
    with os.scandir(parent) as entries:
        places = [parent / entry.name for entry in entries if entry.name.startswith(_PREFIX) and entry.is_dir()]
    for place in places:
        # Another user's are not this one's to look at.
        with contextlib.suppress(OSError):
            lock = _take(place) if (place / _LOCK).exists() else None
            if lock is not None:
                lock.close()
                remove(place)


def _take(place: Path) -> BinaryIO | None:
    """The open lock of a scratch folder, which ends with the process that has it; None where a living one has it.

    Windows has no lock that goes without a word; there, what is left behind stays.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    lock = (place / _LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock

"""A folder in which a state lies: whose it is now, which form it has, and what is done with one that can't be read.

A folder belongs to one server at a time, by a lock of the system's that ends with the process, however it ends.
A state that is to take the place of another waits in the folder, whole, until whoever has the folder puts it there:
at once where no server runs, else the server when it begins anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from local_aws.state.store import APPLICATION, CONTENTS, FILE, FORMAT, create, read_only

_LOCK = "lock"
_ASIDE = "set-aside"
ASIDE = f"{_ASIDE}-*"
"""The folders in which states lie that were set aside."""
_NEXT = "next"
"""Where a state waits that is to take the place of what is there."""
SCRATCH = "scratch-"
"""What folders begin with that are only there while a state is being put in place."""


class StateRefused(Exception):
    """A state can't be taken; the text says why, and what to do."""


class Taken(StateRefused):
    """Another server works on it, at an address."""

    def __init__(self, message: str, endpoint_url: str | None):
        super().__init__(message)
        self.endpoint_url = endpoint_url


@contextlib.contextmanager
def taken(folder: Path, endpoint_url: str | None = None) -> Iterator[None]:
    """Have a folder to oneself, as long as the block lasts; it is made where there is none.

    Args:
        endpoint_url: of the server that takes it, for whoever comes next to read.

    Raises:
        Taken: a server has it; the text names it.
        OSError: the folder can't be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _lock(folder)
    try:
        lock.seek(0)
        lock.truncate()
        lock.write(json.dumps({"pid": os.getpid(), "endpoint_url": endpoint_url}).encode())
        lock.flush()
        yield
    finally:
        lock.close()


def holder(folder: Path) -> dict[str, Any] | None:
    """Pid and address of the server that has a folder; None where none has."""
    if not (folder / _LOCK).exists():
        return None
    try:
        _lock(folder).close()
    except Taken:
        return _told(folder)
    return None


def let_wait(folder: Path, place: Path) -> None:
    """Have a state take the place of what is in a folder, as soon as that can be.

    Args:
        place: a folder inside with a whole state in it; it is moved.

    Raises:
        StateRefused: another one waits already.
    """
    try:
        place.rename(folder / _NEXT)
    except OSError as error:
        if not one_waits(folder):
            raise
        raise StateRefused(f"Another state is being put in place in {folder} just now. Try again.") from error


def one_waits(folder: Path) -> bool:
    """Whether a state waits to take the place of what is in a folder."""
    return (folder / _NEXT).is_dir()


def put_in_place(folder: Path) -> Path | None:
    """Put the state that waits in place of what is in a folder, which is set aside; the folder is taken.

    Whatever ends the process meanwhile, the next one goes on where it ended: the file is what moves last.

    Returns:
        Where the state went that was there before, None where there was none, or nothing waits.
    """
    place = folder / _NEXT
    if not place.exists():
        return None
    aside = None
    if (place / FILE).exists():
        if (folder / FILE).exists():
            aside = set_aside(folder, "replaced")
        for name in (CONTENTS, FILE):
            if (place / name).exists():
                (place / name).rename(folder / name)
    shutil.rmtree(place)
    return aside


def prepare(folder: Path) -> Path | None:
    """Have a file in the folder that can be read and written; the folder is taken.

    Returns:
        Where the state went that was there before, where it had to be set aside; else None.

    Raises:
        StateRefused: it is of a newer form, damaged, or none of ours.
    """
    path, aside = folder / FILE, None
    if path.exists():
        reason = examined(path, folder)
        if reason is not None:
            aside = set_aside(folder, reason)
    if not path.exists():
        create(path, made_by())
    return aside


def examined(path: Path, named: Path) -> str | None:
    """Whether a file can be read here: None, or by what older thing it was written.

    Args:
        named: what a refusal calls it.

    Raises:
        StateRefused: it is of a newer form, damaged, or none of ours.
    """
    if not path.stat().st_size:
        return "empty"  # as a machine may leave it that lost its power while the file was new
    try:
        with contextlib.closing(read_only(path)) as file:
            [application], [form] = (
                file.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
            )
            if application != APPLICATION:
                raise StateRefused(f"{named} holds no state of the embedded AWS. Name another folder with --state.")
            if form > FORMAT:
                raise StateRefused(
                    f"The state in {named} was written by a newer embedded AWS (its format is {form}, this one reads "
                    f"{FORMAT}). Update this one (git pull, then make setup), or name another folder with --state."
                )
            [found] = file.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise damaged(named, found)
            about = dict(file.execute("SELECT name, value FROM about"))
    except sqlite3.DatabaseError as error:
        raise damaged(named, str(error)) from error
    if form < FORMAT:
        return f"format-{form}"
    other = {name: about.get(name, "none") for name, value in made_by().items() if about.get(name) != value}
    return "-".join(f"{name}-{version}" for name, version in other.items()) or None


def made_by() -> dict[str, str]:
    """What a state depends on beside its form: records of moto's are read by the same moto alone."""
    from importlib import metadata  # a thirtieth of a server's start, which mostly has no state

    return {"moto": metadata.version("moto")}


def set_aside(folder: Path, reason: str) -> Path:
    """Move what is in a folder into one of its own beside it; nothing is deleted."""
    place = folder / f"{_ASIDE}-{time.strftime('%Y%m%d-%H%M%S')}-{reason}"
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{place.name.rstrip('0123456789')}{number}")
    place.mkdir(mode=0o700)
    # The file goes last: as long as it is there, the state is.
    for path in sorted(folder.iterdir(), key=lambda each: each.name == FILE):
        if path.name not in (_LOCK, _NEXT) and not path.name.startswith((_ASIDE, SCRATCH)):
            path.rename(place / path.name)
    return place


def set_aside_notice(place: Path) -> str:
    """What is said of a state that was set aside."""
    return (
        f"The state that was here can't be read by this version: it was set aside, to {place}, and nothing of it is "
        "deleted. AWS begins empty."
    )


def damaged(named: Path, how: str) -> StateRefused:
    """The refusal of a state that can't be read, with the remedy."""
    return StateRefused(
        f"The state in {named} is damaged ({how}). `python -m local_aws state reset --state {named}` sets it aside and "
        "begins anew; what is set aside is not deleted."
    )


def _lock(folder: Path) -> BinaryIO:
    """Raises:
    Taken: another process has it.
    """
    file = os.fdopen(os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        if sys.platform == "win32":
            import msvcrt

            # A byte far behind the text, so that others can read that.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        told = _told(folder)
        where = told.get("endpoint_url") or "an address it hasn't told yet"
        raise Taken(
            f"The state in {folder} is in use: the embedded AWS at {where} (process {told.get('pid', 'unknown')}) has "
            "it. Stop that one first, or name another folder with --state.",
            told.get("endpoint_url"),
        ) from error
    return file


def _told(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / _LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}

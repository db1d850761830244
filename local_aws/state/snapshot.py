"""A state as one file: taken, or put in place of another, while a server works on it or while none does; looked at.

A server in whose folder a state waits ends all that runs in it, and begins anew with that state, at the same address.

A snapshot is a gzipped tar archive with the file of the state and the contents beside it. It may come from somebody
else: nothing of it is put anywhere but where it belongs, and nothing in it is run.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import psutil

from local_aws.state.folder import (
    ASIDE,
    SCRATCH,
    StateRefused,
    Taken,
    examined,
    holder,
    let_wait,
    made_by,
    one_waits,
    put_in_place,
    taken,
)
from local_aws.state.store import CONTENTS, FILE, create, read_only

_SECONDS = 180
"""In which a server must have ended what runs in it, and begun anew."""
_MEMBER = re.compile(rf"{re.escape(FILE)}|{CONTENTS}/[0-9a-z-]{{1,100}}")


def save(folder: Path, target: Path) -> None:
    """Write the state in a folder as one file, as it is at this moment, also while a server goes on with it.

    Raises:
        StateRefused: there is no state in the folder.
        OSError: the file can't be written.
    """
    _require_state(folder)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            copy = Path(scratch) / FILE
            with contextlib.closing(read_only(folder / FILE)) as file:
                file.execute("VACUUM INTO ?", (str(copy),))
            with contextlib.closing(read_only(copy)) as file:
                files = [name for (name,) in file.execute("SELECT id FROM contents WHERE data IS NULL")]
            with _own(partial) as sink, tarfile.open(fileobj=sink, mode="w:gz", compresslevel=1) as archive:
                archive.add(copy, FILE)
                for name in files:
                    archive.add(folder / CONTENTS / name, f"{CONTENTS}/{name}")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _own(path: Path) -> BinaryIO:
    """A new file that its owner alone can read: a state may hold secrets."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def load(folder: Path, source: Path) -> Path | None:
    """Put a snapshot in place of what is in a folder, which is set aside.

    Returns:
        Where it was set aside, None where there was nothing.

    Raises:
        StateRefused: the file can't be read by this version, or as `_replace` raises it.
        OSError: one of the two can't be read or written.
    """
    with _place_in(folder) as place:
        _unpack(source, place)
        older = examined(place / FILE, source)
        if older is not None:
            raise StateRefused(f"{source} was made by another version ({older}), which alone can read it.")
        return _replace(folder, place)


def reset(folder: Path) -> Path | None:
    """Have an empty state in a folder; what was there is set aside.

    Returns:
        Where it was set aside, None where there was nothing.

    Raises:
        StateRefused: as `_replace` raises it.
    """
    with _place_in(folder) as place:
        create(place / FILE, made_by())
        return _replace(folder, place)


@contextlib.contextmanager
def _place_in(folder: Path) -> Iterator[Path]:
    """A folder beside a state in which another is made ready; what is left there at the end of the block goes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder, prefix=SCRATCH))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _replace(folder: Path, place: Path) -> Path | None:
    """Put a state in place of another: here where no server has that, else by the server.

    Returns:
        Where the other was set aside, None where there was none.

    Raises:
        StateRefused: the server ended over it, or it runs on Windows, where a process can't begin anew.
    """
    before = set(folder.glob(ASIDE))
    try:
        with taken(folder):
            put_in_place(folder)
            let_wait(folder, place)
            return put_in_place(folder)
    except Taken:
        server = holder(folder)
        if server is None or os.name == "nt":
            raise
    let_wait(folder, place)
    _wait_for(server, folder)
    return next(iter(set(folder.glob(ASIDE)) - before), None)


def _wait_for(server: Mapping[str, Any], folder: Path) -> None:
    """Wait until a server has begun anew with the state that waits for it, and answers.

    Raises:
        StateRefused: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + _SECONDS
    while one_waits(folder):
        if not psutil.pid_exists(server["pid"]) or time.monotonic() > deadline:
            raise StateRefused(
                f"The embedded AWS at {server['endpoint_url']} (process {server['pid']}) did not begin anew. What "
                f"waits in {folder} is put in place when the next one starts there."
            )
        time.sleep(0.05)
    address = urlsplit(server["endpoint_url"])
    # It listens before it has read its state, and answers, whatever it is asked, after.
    with contextlib.closing(HTTPConnection(address.hostname or "", address.port, timeout=_SECONDS)) as connection:
        connection.request("GET", "/")
        connection.getresponse().read()


def describe(folder: Path) -> Iterator[str]:
    """What is in a folder, line by line.

    Raises:
        StateRefused: there is no state in it, or it can't be read.
    """
    _require_state(folder)
    examined(folder / FILE, folder)
    server = holder(folder)
    yield f"{folder}: " + (
        f"in use by the embedded AWS at {server['endpoint_url']}" if server else "no server runs on it"
    )
    yield f"{_megabytes(_size(folder / FILE) + _size(folder / f'{FILE}-wal') + _size(folder / CONTENTS))} in all"
    with contextlib.closing(read_only(folder / FILE)) as file:
        kinds = file.execute(
            "SELECT kind, count(*), sum(length(data)), "
            "(SELECT coalesce(sum(size), 0) FROM contents WHERE id IN (SELECT content FROM uses WHERE kind = r.kind)) "
            "FROM records AS r GROUP BY kind ORDER BY kind"
        )
        for kind, count, size, contents in kinds:
            yield f"  {kind}: {count} record{'s' if count > 1 else ''}, {_megabytes(size + contents)}"
    for place in sorted(folder.glob(ASIDE)):
        yield f"  {place.name}: {_megabytes(_size(place))}, which you may delete"


def _require_state(folder: Path) -> None:
    if not (folder / FILE).exists():
        raise StateRefused(f"There is no state in {folder}. `python -m local_aws serve --state {folder}` makes one.")


def _unpack(source: Path, place: Path) -> None:
    """Raises:
    StateRefused: the file is no snapshot.
    """
    (place / CONTENTS).mkdir(mode=0o700)
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() and _MEMBER.fullmatch(member.name) else None
                if content is None:
                    raise StateRefused(f"{source} is no snapshot of the embedded AWS: it holds {member.name}.")
                with (place / member.name).open("wb") as target:
                    shutil.copyfileobj(content, target, 1 << 20)
    except (tarfile.TarError, EOFError) as error:
        raise StateRefused(f"{source} is no snapshot of the embedded AWS: {error}.") from error
    if not (place / FILE).exists():
        raise StateRefused(f"{source} is no snapshot of the embedded AWS: it holds no {FILE}.")
    _require_contents(place, source)


def _require_contents(place: Path, source: Path) -> None:
    try:
        with contextlib.closing(read_only(place / FILE)) as file:
            named = {name for (name,) in file.execute("SELECT id FROM contents WHERE data IS NULL")}
    except sqlite3.DatabaseError as error:
        raise StateRefused(f"{source} is no snapshot of the embedded AWS: {error}.") from error
    missing = named - {path.name for path in (place / CONTENTS).iterdir()}
    if missing:
        raise StateRefused(f"{source} is not whole: {len(missing)} contents are missing.")


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) if path.exists() else 0


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"

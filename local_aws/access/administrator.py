"""The administrator's secret: made anew for each server, kept where its user alone can read it.

The access key's id is always the same; the secret is what makes a caller the administrator. It lies in a file of the
user's own runtime folder, named for the server's port, as long as the server runs: there `python -m local_aws env`
and the course find it. Nothing that runs under a role is to see that folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class NoPrivateFolder(OSError):
    """There is no folder that this user alone can read."""


def secret_on(port: int) -> str:
    """The secret of a server on a port: one that nobody had before, in the form of AWS's, 40 characters.

    A process that begins anew on its port (`hand_on`) goes on with the one it had.
    """
    known = _read(_file(port))
    return known["secret_access_key"] if known.get("pid") == os.getpid() else secrets.token_urlsafe(30)


def hand_on(secret: str, port: int) -> None:
    """Leave a secret to the program that takes this one's place in this process."""
    _write(secret, port)


def folder() -> Path:
    """The folder of this user's secrets, made on first use: in the runtime folder of the login, else of the caches.

    Raises:
        NoPrivateFolder: it is there and belongs to someone else, or others may enter it.
    """
    found = next(path for path in _places() if _is_possible(path.parent))
    found.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid"):
        if found.is_symlink() or found.stat().st_uid != os.getuid():
            raise NoPrivateFolder(f"{found} belongs to another user: remove it")
        found.chmod(0o700)
    return found


@contextlib.contextmanager
def kept(secret: str, port: int) -> Iterator[Path]:
    """Keep a server's secret in a file while the block lasts; gives the file.

    Raises:
        NoPrivateFolder: there is nowhere to keep it.
    """
    path = _write(secret, port)
    try:
        yield path
    finally:
        if _read(path).get("pid") == os.getpid():
            path.unlink(missing_ok=True)
        _forget_the_dead(path.parent)


def secret_for(endpoint_url: str) -> str | None:
    """The secret of this user's server that runs at an address of this machine, None where none does."""
    port = urlsplit(endpoint_url).port
    for path in _places():
        known = _read(path / f"administrator-{port}.json")
        if known and _lives(known["pid"]):
            return known["secret_access_key"]
    return None


def _file(port: int) -> Path:
    return folder() / f"administrator-{port}.json"


def _write(secret: str, port: int) -> Path:
    path = _file(port)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"port": port, "pid": os.getpid(), "secret_access_key": secret}, file)
    partial.replace(path)
    return path


def _forget_the_dead(place: Path) -> None:
    """Remove what servers left behind that were killed; when a server ends, since its start is waited for."""
    for path in place.glob("administrator-*.json"):
        if not _lives(_read(path).get("pid", 0)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    import psutil  # its import is a twentieth of a server's start, which asks after nobody's life

    return psutil.pid_exists(pid)


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _places() -> Iterator[Path]:
    """Where a user's own files of this kind go, the best first (XDG base directory specification).

    The home is the system's record of it: HOME may be another for a shell than for the kernel of a notebook.
    """
    if os.name == "nt":
        yield Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "local-aws"
        return
    import pwd

    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield Path(runtime) / "local-aws"
    with contextlib.suppress(KeyError):
        yield Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "local-aws"
    # Without a home, as in some containers.
    yield Path(tempfile.gettempdir()) / f"local-aws-of-{os.getuid()}"


def _is_possible(base: Path) -> bool:
    if base.parts[:3] != ("/", "run", "user"):  # that one the login makes, or nobody
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, exist_ok=True)
    return os.access(base, os.W_OK)

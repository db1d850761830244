"""Finds the embedded AWS that this kernel shares with its neighbours, or starts it.

One embedded AWS serves all kernels of one parent process (JupyterLab, the runner of `make course`, a worker
of the test runner) and ends with that parent. It is found through a small file that the server writes when it
answers. This module knows how to start the server, nothing about what it does.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

import account_guard
from course.account import lateness
from course.errors import CourseError
from local_aws.access import administrator

START_SECONDS = 60


class EmbeddedAwsError(CourseError, RuntimeError):
    """The embedded AWS did not start; the text says why."""


@dataclass(frozen=True)
class Server:
    """An embedded AWS that answers: where, and how many times faster than AWS it lets waits pass.

    The clock of a server that someone else started is not known: None. One that has `come_back` was started in place of
    one that had ended without being stopped.
    """

    endpoint_url: str
    clock: float | None = None
    come_back: bool = False


def state_folder() -> Path | None:
    """Where the embedded AWS keeps its state, as `make lab` sets it in COURSE_STATE; None where it keeps none."""
    folder = os.environ.get("COURSE_STATE", "").strip()
    return Path(folder) if folder else None


def scratch_directory() -> Path:
    """This user's own folder for what passes between kernels and servers; made on first use.

    Raises:
        EmbeddedAwsError: the folder is there and belongs to someone else.
    """
    user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
    directory = Path(tempfile.gettempdir()) / f"workflow-course-{user}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and directory.stat().st_uid != os.getuid():
        raise EmbeddedAwsError(f"{directory} belongs to another user: remove it or set TMPDIR.")
    return directory


def find_or_start(parent: int | None = None, clock: float | None = None) -> Server:
    """The embedded AWS of a parent process, started where there is none.

    Args:
        parent: process whose children share the server and with which it ends; the parent of this process
            where none is given.
        clock: how many times faster than on AWS waits pass on one that is started; its own default where none is given.

    Raises:
        EmbeddedAwsError: it did not answer within a minute, or ended; the text has the end of its log.
    """
    parent = os.getppid() if parent is None else parent
    seed = lateness.seed()
    ready = scratch_directory() / (f"aws-{parent}.json" if seed is None else f"aws-{parent}-late-{seed}.json")
    lock = ready.with_suffix(".lock")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server = _answering(ready) or _with_the_state()
        if server:
            return server
        if _take(lock):
            try:
                return _answering(ready) or _start(parent, ready, deadline, seed, clock)
            finally:
                lock.unlink(missing_ok=True)
        time.sleep(0.05)
    raise EmbeddedAwsError(f"The embedded AWS did not answer within {START_SECONDS} seconds ({ready}).")


def stop(server: Server) -> None:
    """End a server that this lab has started.

    Raises:
        EmbeddedAwsError: somebody else has started it.
    """
    for ready in scratch_directory().glob("aws-*.json"):
        known = _answering(ready)
        if known is not None and known.endpoint_url == server.endpoint_url:
            process = psutil.Process(json.loads(ready.read_text(encoding="utf-8"))["pid"])
            process.terminate()
            process.wait(START_SECONDS)
            return
    raise EmbeddedAwsError(
        f"The embedded AWS at {server.endpoint_url} was not started by this lab: stop it where it was (make aws)."
    )


def _with_the_state() -> Server | None:
    """The server that has the state already: that of `make aws`, or of another lab."""
    folder = state_folder()
    if folder is None:
        return None
    try:
        url = json.loads((folder / "lock").read_text(encoding="utf-8"))["endpoint_url"]
    except (OSError, ValueError, KeyError):
        return None
    return Server(url) if url and administrator.secret_for(url) is not None and answers(url) else None


def started_at(endpoint_url: str) -> Server:
    """What is known of a server that answers at an address, whoever started it."""
    known = [_answering(path) for path in scratch_directory().glob("aws-*.json")]
    return next((s for s in known if s and s.endpoint_url == endpoint_url), Server(endpoint_url))


def answers(endpoint_url: str) -> bool:
    """Whether something accepts connections at an address."""
    address = urlsplit(endpoint_url)
    try:
        with socket.create_connection((address.hostname or "", address.port or 80), timeout=2):
            return True
    except OSError:
        return False


def _answering(ready: Path) -> Server | None:
    try:
        written = json.loads(ready.read_text(encoding="utf-8"))
        server, pid = Server(written["endpoint_url"], float(written["clock"])), int(written["pid"])
    except (OSError, ValueError, KeyError):
        return None
    return server if psutil.pid_exists(pid) and answers(server.endpoint_url) else None


def _take(lock: Path) -> bool:
    """Take the right to start the server; a lock whose owner is gone is removed for the next try."""
    try:
        with lock.open("x", encoding="utf-8") as file:
            file.write(str(os.getpid()))
        return True
    except FileExistsError:
        try:
            owner = lock.read_text(encoding="utf-8")
            # An empty lock is one being written at this moment, unless it is old.
            stale = not psutil.pid_exists(int(owner)) if owner else time.time() - lock.stat().st_mtime > 5
        except FileNotFoundError:
            return False
        if stale:
            lock.unlink(missing_ok=True)
        return False


def _start(parent: int, ready: Path, deadline: float, seed: int | None, clock: float | None) -> Server:
    # One that is stopped takes its file with it.
    come_back = ready.exists()
    ready.unlink(missing_ok=True)
    output = ready.with_suffix(".log")
    command = [sys.executable, "-m", "local_aws", "serve", "--port", "0"]
    command += ["--parent", str(parent), "--ready-file", str(ready)]
    folder = state_folder()
    if folder is not None:
        command += ["--state", str(folder)]
    command += [] if clock is None else [f"--clock={clock:g}"]
    command += [] if seed is None else [f"--lag={seed}"]
    command += ["--debug"] if os.environ.get("COURSE_DEBUG", "0").strip() not in {"", "0"} else []
    environment = account_guard.without_settings(dict(os.environ))
    # A session of its own: interrupting or restarting a kernel must not end the AWS that others work on.
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, **detached
        )
    while time.monotonic() < deadline:
        server = _answering(ready)
        if server:
            # The server outlives this kernel on purpose: nobody waits for it here.
            process.returncode = 0
            return replace(server, come_back=come_back)
        if process.poll() is not None:
            raise EmbeddedAwsError(
                f"The embedded AWS ended at once (exit code {process.returncode}). Its last words:\n" + _tail(output)
            )
        time.sleep(0.02)
    process.kill()
    raise EmbeddedAwsError(
        f"The embedded AWS did not answer within {START_SECONDS} seconds. Its last words:\n" + _tail(output)
    )


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

"""Starting runtimes: forked from one process that has imported everything, or, where that can't be, one
by one.

`ForkServer` is for Linux; `Subprocesses` works on every system, and a cold start then costs Python's own
start and its imports. Both take every runtime with them when the server dies, however it dies.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from local_aws.functions.environments.zygote import MESSAGE_BYTES

log = logging.getLogger(__name__)
_PROJECT = Path(__file__).resolve().parents[3]
_START_SECONDS = 60


class Runtime:
    """A runtime's process as the server sees it: it can be killed, and it ends once."""

    def __init__(self, kill: Callable[[Runtime], None], not_counted: int):
        self.pid = 0
        self.exit_code: int | None = None
        self.not_counted = not_counted
        self._kill = kill
        self._ended = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def kill(self) -> None:
        """Kill it and what it started, unless it has ended."""
        if not self._ended.is_set():
            self._kill(self)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; False where it hasn't in time."""
        return self._ended.wait(seconds)

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Call back once it has ended (at once where it has)."""
        with self._lock:
            if not self._ended.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def end(self, exit_code: int) -> None:
        """Its process is gone; `exit_code` is negative for a signal."""
        with self._lock:
            self.exit_code = exit_code
            self._ended.set()
        for callback in self._callbacks:
            callback()


class Spawner(Protocol):
    """Starts runtimes."""

    isolates: bool

    def start(self, spec: dict[str, Any], log_descriptor: int) -> Runtime:
        """Start a runtime that writes to the descriptor; the caller keeps and closes its own copy."""

    def close(self) -> None:
        """Kill what is left."""


def spawner(fork: bool | None = None, isolate: bool | None = None) -> Spawner:
    """The best way to start runtimes that this system has.

    Args:
        fork: False for plain subprocesses; by default it depends on the system.
        isolate: False for no mount namespaces; by default it depends on the system.
    """
    if fork is None:
        fork = sys.platform == "linux"
    return ForkServer(isolate is not False) if fork else Subprocesses()


def _child_environment() -> dict[str, str]:
    """Nothing of the server's own environment may reach a function, a real account's keys least of all."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONPATH": str(_PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class ForkServer:
    """The server's side of the zygote.

    Raises:
        RuntimeError: (from `start`) the zygote did not come up.
    """

    def __init__(self, isolate: bool):
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._starting: dict[int, tuple[Runtime, threading.Event]] = {}
        self._running: dict[int, Runtime] = {}
        self._serial = 0
        self._preloaded = 0
        self.isolates = False
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "local_aws.functions.environments.zygote",
                str(theirs.fileno()),
                "isolate" if isolate else "plain",
            ],
            pass_fds=[theirs.fileno()],
            env=_child_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._reader = threading.Thread(target=self._listen, name="lambda-zygote", daemon=True)
        self._reader.start()

    def start(self, spec: dict[str, Any], log_descriptor: int) -> Runtime:
        """Fork a runtime."""
        if not self._ready.wait(_START_SECONDS) or self._process.poll() is not None:
            raise RuntimeError("the process that functions are forked from is not there: see the server's log")
        runtime = Runtime(self._kill, self._preloaded)
        answered = threading.Event()
        with self._lock:
            self._serial += 1
            serial = self._serial
            self._starting[serial] = (runtime, answered)
            message = json.dumps({"id": serial, "spec": {**spec, "isolate": self.isolates}}).encode()
            socket.send_fds(self._channel, [message], [log_descriptor])
        if not answered.wait(_START_SECONDS):
            raise RuntimeError("the process that functions are forked from does not answer")
        return runtime

    def wait_until_ready(self) -> bool:
        """Wait for the zygote's imports; True where it is there. `isolates` is known afterwards."""
        return self._ready.wait(_START_SECONDS) and self._process.poll() is None

    def close(self) -> None:
        """Close the socket: the zygote kills its children and ends."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._channel.close()

    def _kill(self, runtime: Runtime) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._channel.send(json.dumps({"kill": runtime.pid}).encode())

    def _listen(self) -> None:
        while True:
            try:
                message = self._channel.recv(MESSAGE_BYTES)
            except OSError:
                message = b""
            if not message:
                break
            self._hear(json.loads(message))
        self._ready.set()
        for runtime in list(self._running.values()):
            runtime.end(-signal.SIGKILL)
        for _, answered in list(self._starting.values()):
            answered.set()

    def _hear(self, message: dict[str, Any]) -> None:
        if "hello" in message:
            self._preloaded = message["preloaded"]
            self.isolates = message["no_isolation"] is None
            if not self.isolates:
                log.warning("functions run without a file system of their own: %s", message["no_isolation"])
            self._ready.set()
        elif "exited" in message:
            runtime = self._running.pop(message["exited"], None)
            if runtime:
                runtime.end(message["status"])
        else:
            runtime, answered = self._starting.pop(message["id"])
            runtime.pid = message["pid"]
            self._running[runtime.pid] = runtime
            answered.set()


class Subprocesses:
    """Runtimes as plain subprocesses, each with its own imports; without a file system of their own."""

    isolates = False

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen] = set()
        self._lock = threading.Lock()

    def start(self, spec: dict[str, Any], log_descriptor: int) -> Runtime:
        """Start a runtime."""
        process = subprocess.Popen(
            [sys.executable, "-m", "local_aws.functions.environments.worker"],
            stdin=subprocess.PIPE,
            stdout=log_descriptor,
            stderr=log_descriptor,
            env=_child_environment(),
        )
        runtime = Runtime(lambda _: self._kill(process), 0)
        runtime.pid = process.pid
        with self._lock:
            self._processes.add(process)
        threading.Thread(target=self._wait, args=(process, runtime), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps({**spec, "isolate": False, "data_limit": 0}).encode() + b"\n")
            process.stdin.flush()
        return runtime

    def close(self) -> None:
        """Kill what is left."""
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            self._kill(process)

    def _wait(self, process: subprocess.Popen, runtime: Runtime) -> None:
        exit_code = process.wait()
        with self._lock:
            self._processes.discard(process)
        with contextlib.suppress(OSError):
            process.stdin.close()
        runtime.end(exit_code)

    def _kill(self, process: subprocess.Popen) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()

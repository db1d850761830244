"""Starting runtimes: forked from one process that has imported everything, or, where that can't be, one
by one.

`ForkServer` is for Linux; `Subprocesses` works on every system, and a cold start then costs Python's own
start and its imports. Both take every runtime with them when the server dies, however it dies.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from local_aws.functions.environments.zygote import MESSAGE_BYTES
from local_aws.isolation import system

log = logging.getLogger(__name__)
_PROJECT = Path(__file__).resolve().parents[3]
_START_SECONDS = 60
_TRIES = 3
_CREDENTIALS = struct.Struct("3i")
_CREDENTIALS_SPACE = socket.CMSG_SPACE(_CREDENTIALS.size) if hasattr(socket, "CMSG_SPACE") else 0


class Runtime:
    """A runtime's process as the server sees it: it can be killed, and it ends once.

    Args:
        kill: kills it.
        not_counted: bytes that it holds and doesn't use.
        parent_is_there: whether the process that must live for it to live does.
    """

    def __init__(self, kill: Callable[[Runtime], None], not_counted: int, parent_is_there: Callable[[], bool]):
        self.parent_is_there = parent_is_there
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

    @property
    def isolates(self) -> bool:
        """Whether runtimes have a file system of their own."""

    def begin(self) -> None:
        """Get ready in the background, so that the first runtime need not wait. Without it that one does."""

    def prepare(self) -> None:
        """Wait until a runtime can be started at once: what this takes is nobody's initialisation."""

    def start(self, spec: dict[str, Any], log_descriptor: int) -> Runtime:
        """Start a runtime that writes to the descriptor; the caller keeps and closes its own copy."""

    def close(self) -> None:
        """Kill what is left."""


def spawner(directory: Path, fork: bool | None = None, isolate: bool | None = None) -> Spawner:
    """The best way to start runtimes that this system has.

    Args:
        directory: a folder for the spawner's own use.
        fork: False for plain subprocesses; by default it depends on the system.
        isolate: False for no namespaces; by default it depends on the system.
    """
    if fork is None:
        fork = sys.platform == "linux"
    return ForkServer(directory, isolate is not False) if fork else Subprocesses()


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
    """The server's side of the zygote, which is started again whenever it has ended.

    Args:
        directory: a folder that the zygote may build the file system of functions in.
        isolate: whether functions get one, where the system allows it.

    Raises:
        RuntimeError: (from `start`) the zygote did not come up.
    """

    def __init__(self, directory: Path, isolate: bool):
        self._directory, self._isolate = directory, isolate
        self._stage: Path | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._serials = itertools.count(1)
        self._zygote: ZygoteProcess | None = None
        self._beginning = threading.Thread(target=self._begin, name="lambda-zygote-begins", daemon=True)

    @property
    def isolates(self) -> bool:
        """Whether runtimes have a file system of their own; known once one has been started."""
        return self._stage is not None

    def begin(self) -> None:
        """Try what the system allows, and start the zygote."""
        with self._lock:
            if self._beginning.ident is None and not self._closed:
                self._beginning.start()

    def prepare(self) -> None:
        """Wait for the zygote's imports."""
        self._wait_until_begun()
        self._current().wait_until_ready()

    def start(self, spec: dict[str, Any], log_descriptor: int) -> Runtime:
        """Fork a runtime."""
        self._wait_until_begun()
        # The zygote may end at any moment: what was asked of it is asked of the next one.
        for _ in range(_TRIES):
            runtime = self._current().fork(next(self._serials), spec, log_descriptor)
            if runtime is not None:
                return runtime
        raise RuntimeError("the process that functions are forked from ends again and again: see the server's log")

    def close(self) -> None:
        """End the zygote and all that it has forked."""
        with self._lock:
            self._closed = True
        if self._beginning.ident is not None:
            self._beginning.join()
        if self._zygote is not None:
            self._zygote.close()

    def _wait_until_begun(self) -> None:
        self.begin()
        if self._beginning.ident is not None:
            self._beginning.join()

    def _begin(self) -> None:
        refusal = system.refusal() if self._isolate else "switched off"
        if refusal is None:
            self._stage = self._directory / "stage"
            self._stage.mkdir(parents=True)
        else:
            log.warning("functions run without a file system of their own: %s", refusal)
        with self._lock:
            if not self._closed:
                self._zygote = ZygoteProcess(self._stage, self._lost)

    def _current(self) -> ZygoteProcess:
        with self._lock:
            if self._zygote is None or self._closed:
                raise RuntimeError("the server is being stopped")
            if self._zygote.gone:
                self._start_again()
            return self._zygote

    def _lost(self, zygote: ZygoteProcess) -> None:
        with self._lock:
            # One that did not come up at all is tried again when a function is invoked, and not before.
            if self._zygote is zygote and zygote.came_up and not self._closed:
                self._start_again()

    def _start_again(self) -> None:
        log.warning("the process that functions are forked from has ended: it is started again")
        self._zygote = ZygoteProcess(self._stage, self._lost)


class ZygoteProcess:
    """One zygote, from its start to its end.

    Args:
        lost: called once it has ended, however it did.
    """

    def __init__(self, stage: Path | None, lost: Callable[[ZygoteProcess], None]):
        self._stage, self._lost = stage, lost
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Who sends a message is told by its process id, translated into this process's own view.
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._starting: dict[int, tuple[Runtime, threading.Event]] = {}
        self._running: dict[int, Runtime] = {}
        self._preloaded = 0
        self.came_up = self.gone = False
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "local_aws.functions.environments.zygote",
                str(theirs.fileno()),
                str(stage or ""),
            ],
            pass_fds=[theirs.fileno()],
            env=_child_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        threading.Thread(target=self._listen, name="lambda-zygote", daemon=True).start()

    def wait_until_ready(self) -> None:
        """Wait until it forks at once, or has ended."""
        self._ready.wait(_START_SECONDS)

    def fork(self, serial: int, spec: dict[str, Any], log_descriptor: int) -> Runtime | None:
        """A new runtime; None where the zygote has ended meanwhile.

        Raises:
            RuntimeError: the zygote is there and does not answer.
        """
        self.wait_until_ready()
        runtime = Runtime(lambda runtime: self._kill(serial), self._preloaded, lambda: self._process.poll() is None)
        answered = threading.Event()
        message = json.dumps({"id": serial, "spec": spec}).encode()
        with self._lock:
            if self.gone:
                return None
            self._starting[serial] = (runtime, answered)
            # One that has ended cannot be written to, and its end, once noticed, answers all that were starting.
            with contextlib.suppress(OSError):
                socket.send_fds(self._channel, [message], [log_descriptor])
        if not answered.wait(_START_SECONDS):
            raise RuntimeError("the process that functions are forked from does not answer")
        with self._lock:
            return None if self._starting.pop(serial, None) else runtime

    def close(self) -> None:
        """Close the socket: the zygote and its children end."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _kill(self, serial: int) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._channel.send(json.dumps({"kill": serial}).encode())

    def _listen(self) -> None:
        while True:
            try:
                message, ancillary, _, _ = self._channel.recvmsg(MESSAGE_BYTES, _CREDENTIALS_SPACE)
            except OSError:
                message = b""
            if not message:
                break
            self._hear(json.loads(message), _sender(ancillary))
        with self._lock:
            self.gone = True
            self._channel.close()
            running, self._running = self._running, {}
            starting = list(self._starting.values())
        self._ready.set()
        for runtime in running.values():
            runtime.end(-signal.SIGKILL)
        for _, answered in starting:
            answered.set()
        self._process.wait()
        self._lost(self)

    def _hear(self, message: dict[str, Any], sender: int) -> None:
        if "hello" in message:
            self._preloaded = message["hello"]
            self.came_up = True
            self._ready.set()
        elif "up" in message:
            with self._lock:
                runtime, answered = self._starting.pop(message["up"])
                runtime.pid = sender
                self._running[message["up"]] = runtime
            answered.set()
        else:
            with self._lock:
                # One that never came up has said why in its log.
                starting = self._starting.pop(message["exited"], None)
                running = self._running.pop(message["exited"], None)
            if running:
                running.end(message["status"])
            if starting:
                runtime, answered = starting
                runtime.end(message["status"])
                answered.set()


def _sender(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The process id of a message's sender, from what the kernel says beside the message."""
    for _, kind, data in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            return _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
    return 0


def _input_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdin is None:
        raise ValueError("a runtime is told through a pipe what to run")
    return process.stdin


class Subprocesses:
    """Runtimes as plain subprocesses, each with its own imports; without a file system of their own."""

    isolates = False

    def begin(self) -> None:
        """Nothing is shared that could be begun with."""

    def prepare(self) -> None:
        """Nothing is shared that could be prepared."""

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen[bytes]] = set()
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
        pipe = _input_of(process)
        runtime = Runtime(lambda _: self._kill(process), 0, lambda: True)
        runtime.pid = process.pid
        with self._lock:
            self._processes.add(process)
        threading.Thread(target=self._wait, args=(process, runtime), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):
            pipe.write(json.dumps({**spec, "isolated": False, "data_limit": 0}).encode() + b"\n")
            pipe.flush()
        return runtime

    def close(self) -> None:
        """Kill what is left."""
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            self._kill(process)

    def _wait(self, process: subprocess.Popen[bytes], runtime: Runtime) -> None:
        exit_code = process.wait()
        with self._lock:
            self._processes.discard(process)
        with contextlib.suppress(OSError):
            _input_of(process).close()
        runtime.end(exit_code)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()

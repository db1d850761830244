"""The program that stands between the server and a command that it starts; `Launched` is the server's side of it.

It prepares the file system, lets process 1 start the command, and ends everything when the command ends, when it is
told to, or when the server is gone (end of file on its standard input, so that not even `kill -9` leaves an orphan).
When it is itself killed, everything ends with it.

What it is to do comes as JSON on its standard input, and its own environment is its own: nothing of the command's
(LD_PRELOAD, say) works in a process that still has rights. It imports the standard library and this room only: it must
start quickly and from anywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local_aws.isolation import first_process, kernel, namespaces
from local_aws.isolation.view import Root, User

NOT_FOUND, NOT_EXECUTABLE, SETUP_FAILED = 127, 126, 125
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from local_aws.isolation.launcher import main; main()"
_PROJECT = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct(">I")
_ROOT_SIZE = _SHARED_MEMORY_SIZE = "64m"


@dataclass(frozen=True)
class Order:
    """What is to be started.

    Args:
        command: the program and its arguments.
        environment: its whole environment; nothing is inherited.
        directory: where it works.
        isolated: whether it has a file system of its own; the members below count only then.
        stage: an empty folder of the machine's that nobody else uses.
        user: who it is in there.
        writable: folders of the machine's by the place where they are seen; they become the user's, with all in them.
        shown: files and folders of the machine's that are seen, read-only, where they are.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    directory: str
    isolated: bool
    stage: str
    user: User
    writable: Mapping[str, str] = field(default_factory=dict)
    shown: Sequence[str] = ()


class Launched:
    """A running command, which with all that it starts ends with this process, however that ends.

    `output` is the pipe that carries its standard output and standard error, mixed: its reader closes it.
    """

    def __init__(self, order: Order):
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(_PROJECT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("the launcher needs pipes for its input and its output")
        self._lifeline, self.output = self._process.stdin, self._process.stdout
        self._lifeline_lock = threading.Lock()
        words = json.dumps(asdict(order)).encode()
        self._say(_LENGTH.pack(len(words)) + words)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code (128 + n after signal n), None where the command still runs after `timeout` seconds."""
        try:
            return _exit_code(self._process.wait(timeout))
        except subprocess.TimeoutExpired:
            return None

    def running(self) -> bool:
        return self._process.poll() is None

    def terminate(self) -> None:
        """Ask the command to end (SIGTERM to its session; on Windows it is killed)."""
        self._say(b"T")

    def kill(self) -> None:
        """End the command and everything that it started, now."""
        with self._lifeline_lock, contextlib.suppress(OSError):
            self._lifeline.close()

    def _say(self, words: bytes) -> None:
        # It may have ended, or its lifeline been closed.
        with self._lifeline_lock, contextlib.suppress(OSError, ValueError):
            self._lifeline.write(words)
            self._lifeline.flush()


# ---- the program -----------------------------------------------------------------------------------------


def main() -> None:
    """Do what the order on standard input says."""
    order = _read_order()
    code = _on_linux(order) if sys.platform == "linux" else _elsewhere(order)
    sys.stdout.flush()
    sys.stderr.flush()
    # The thread that watches the lifeline goes on waiting.
    os._exit(code)


def _read_order() -> Order:
    (length,) = _LENGTH.unpack(_read_exactly(_LENGTH.size))
    members = json.loads(_read_exactly(length))
    return Order(**members | {"user": User(**members["user"])})


def _read_exactly(length: int) -> bytes:
    read = b""
    while len(read) < length:
        more = os.read(0, length - len(read))
        if not more:
            os._exit(SETUP_FAILED)  # the server is gone
        read += more
    return read


def _on_linux(order: Order) -> int:
    kernel.adopt_orphans()
    stranger = None
    if order.isolated:
        try:
            stranger = _build_root(order)
        except OSError as error:
            return _set_up_failed(error)
    lifeline, ours = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(ours)
        os._exit(_be_first(order, stranger, lifeline))
    os.close(lifeline)
    status = _wait(first, signal.SIGKILL if order.isolated else signal.SIGHUP)
    if not order.isolated:
        first_process.end_children()
    return _exit_code(status)


def _wait(first: int, end: int) -> int:
    """Wait for process 1 and watch the lifeline; gives its exit status.

    One thread does both: in whose namespace a second one would be is not defined while the children's is another.
    """
    woken, wakes = os.pipe()
    for descriptor in (woken, wakes):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    watched = [woken, 0]
    while True:
        ended, status = os.waitpid(first, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        ready, _, _ = select.select(watched, [], [])
        if woken in ready:
            os.read(woken, 64)
        if 0 in ready:
            asked = os.read(0, 1)
            os.kill(first, signal.SIGTERM if asked else end)
            if not asked:
                watched.remove(0)


def _build_root(order: Order) -> int | None:
    """Build it, and give the id of the user who is to own what is written."""
    namespaces.step_out(order.user)
    stranger = namespaces.stranger()
    root = Root(Path(order.stage), order.user, stranger, _ROOT_SIZE)
    root.show(order.shown)
    for place in ("/dev/shm", *order.writable):
        root.at(place).mkdir(parents=True, exist_ok=True)
    root.seal()
    # A container's own file system may be written to.
    kernel.set_mount(order.stage, writable=True)
    for place, source in order.writable.items():
        if stranger is not None:
            _give(source, stranger)
        root.lend(source, place)
    root.scratch("/dev/shm", _SHARED_MEMORY_SIZE)
    home = root.at(order.user.home)
    home.mkdir(parents=True, exist_ok=True)
    if stranger is not None:
        for folder in (root.stage, home):
            os.chown(folder, stranger, stranger)
        os.fchown(1, stranger, stranger)
    return stranger


def _give(folder: str, user: int) -> None:
    os.chown(folder, user, user, follow_symlinks=False)
    for _, folders, names, descriptor in os.fwalk(folder):
        for name in (*folders, *names):
            os.chown(name, user, user, dir_fd=descriptor, follow_symlinks=False)


def _be_first(order: Order, stranger: int | None, lifeline: int) -> int:
    if order.isolated:
        try:
            namespaces.settle(Path(order.stage), order.user, stranger)
        except OSError as error:
            return _set_up_failed(error)
    return _exit_code(first_process.oversee(lambda: _become(order), lifeline, alone=order.isolated))


def _set_up_failed(error: OSError) -> int:
    print(f"no file system of its own can be had here: {error}", file=sys.stderr, flush=True)
    return SETUP_FAILED


def _become(order: Order) -> None:
    """Turn into the command; only a failure comes back."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    os.umask(0o022)
    os.chdir(order.directory)
    try:
        os.execvpe(order.command[0], list(order.command), dict(order.environment))
    except OSError as error:
        code = _explain(order, error)
    sys.stderr.flush()
    os._exit(code)


def _explain(order: Order, error: OSError) -> int:
    program = order.command[0]
    # A folder of PATH that may not be read is no reason to call a missing program forbidden.
    found = "/" in program or shutil.which(program, path=order.environment.get("PATH", os.defpath))
    if isinstance(error, FileNotFoundError) or not found:
        print(f"{program}: no such file or directory", file=sys.stderr)
        return NOT_FOUND
    print(f"{program}: {error.strerror}", file=sys.stderr)
    return NOT_EXECUTABLE


def _elsewhere(order: Order) -> int:
    """The same where there is no Linux: what leaves the command's session outlives it."""
    try:
        child = subprocess.Popen(
            order.command,
            stdin=subprocess.DEVNULL,
            env=dict(order.environment),
            cwd=order.directory,
            start_new_session=os.name != "nt",
        )
    except OSError as error:
        return _explain(order, error)
    _watch_lifeline(lambda: _signal(child, "SIGTERM"), lambda: _signal(child, "SIGKILL"))
    code = child.wait()
    _signal(child, "SIGKILL")
    return _exit_code(code)


def _signal(child: subprocess.Popen[bytes], name: str) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            child.kill()
        else:
            os.killpg(child.pid, getattr(signal, name))


def _watch_lifeline(ask: Callable[[], None], end: Callable[[], None]) -> None:
    """Each byte from the server asks the command to end; the end of the pipe ends everything."""

    def watch() -> None:
        with contextlib.suppress(ProcessLookupError):
            while os.read(0, 1):
                ask()
            end()

    threading.Thread(target=watch, daemon=True).start()


def _exit_code(status: int) -> int:
    """A process's status as a shell gives it: 128 + n after signal n."""
    return status if status >= 0 else 128 - status

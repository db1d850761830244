"""One process that sees its own `/opt/ml`, and that never outlives the server.

Used from the server as a module (`start`), and run as a program: a small launcher stands between the server and
the container's command. It prepares the file system, starts the command in a session of its own, and kills the
whole session when the command ends, when it is told to, or when the server is gone (end of file on its
standard input; on Linux also the kernel's parent-death signal, so that not even `kill -9` leaves an orphan).
On Linux it also ends what has left the session, a daemon, say: such a process becomes the launcher's own child.

With a mount namespace (Linux, as root or through a user namespace) the command finds its tree at `/opt/ml`
itself, and nothing is created on the machine's own disk: where it has no `/opt/ml`, a tmpfs goes over `/opt`
inside the private namespace, with everything that was in `/opt` bound back. Where no namespace can be had
(macOS, Windows, restricted containers), the environment variable `COURSE_OPT_ML` names the tree and leading
`/opt/ml` in the command's words is replaced by it.

It isolates `/opt/ml` and the environment, not the machine: the process runs as the user who runs the server,
with the machine's other files, network and `/tmp`.

The launcher imports the standard library only: it must start quickly and from anywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

OPT_ML = "/opt/ml"
ROOT_VARIABLE = "COURSE_OPT_ML"
SWITCH_VARIABLE = "LOCAL_AWS_SAGEMAKER_NAMESPACE"
NOT_FOUND, NOT_EXECUTABLE, SETUP_FAILED = 127, 126, 125

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class SandboxedProcess:
    """A running command; `output` is the pipe that carries its standard output and standard error, mixed."""

    def __init__(self, launcher: subprocess.Popen[bytes]):
        if launcher.stdin is None or launcher.stdout is None:
            raise ValueError("the launcher needs pipes for its input and its output")
        self._launcher, self._lifeline = launcher, launcher.stdin
        self._lifeline_lock = threading.Lock()
        self.output = launcher.stdout

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code (128 + n after signal n), None where the command still runs after `timeout` seconds."""
        try:
            return _exit_code(self._launcher.wait(timeout))
        except subprocess.TimeoutExpired:
            return None

    def running(self) -> bool:
        return self._launcher.poll() is None

    def terminate(self) -> None:
        """Ask the command to end (SIGTERM to its session; on Windows it is killed)."""
        with self._lifeline_lock, contextlib.suppress(OSError, ValueError):
            self._lifeline.write(b"T")
            self._lifeline.flush()

    def kill(self) -> None:
        """End the command and everything that it started, now."""
        with self._lifeline_lock, contextlib.suppress(OSError):
            self._lifeline.close()


def start(
    command: Sequence[str],
    opt_ml: Path,
    environment: Mapping[str, str],
    namespace: bool | None = None,
) -> SandboxedProcess:
    """Start a command that sees `opt_ml` as `/opt/ml`, which is also its working directory.

    Args:
        command: the program and its arguments, as they are written for a container.
        opt_ml: an existing folder, the tree of `/opt/ml`.
        environment: the whole environment of the command; nothing is inherited.
        namespace: True for a mount namespace, False for none, None for whatever the system allows.

    The calling thread must live as long as the command: on Linux its end is the signal for the launcher's end.
    """
    isolated = namespaces_available() if namespace is None else namespace
    words, variables = list(command), dict(environment)
    if not isolated:
        words = [_outside(word, opt_ml) for word in words]
        variables[ROOT_VARIABLE] = str(opt_ml)
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, "1" if isolated else "0", str(opt_ml), str(os.getpid()), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables,
        cwd=opt_ml,
    )
    return SandboxedProcess(launcher)


def inside(text: str, opt_ml: Path) -> str:
    """A text with the tree's place on this machine written as the container knows it."""
    return text.replace(str(opt_ml), OPT_ML)


@functools.lru_cache(maxsize=1)
def namespaces_available() -> bool:
    """Whether this system lets a process have its own `/opt/ml` (tried once, by doing it).

    `LOCAL_AWS_SAGEMAKER_NAMESPACE=off` in the server's environment says no without trying.
    """
    if sys.platform != "linux" or os.environ.get(SWITCH_VARIABLE, "").lower() in ("off", "0", "no"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probe").touch()
        trial = start(["/bin/sh", "-c", f"test -e {OPT_ML}/probe"], Path(folder), {}, namespace=True)
        trial.output.read()
        code = trial.wait()
        trial.kill()
        return code == 0


def _outside(word: str, opt_ml: Path) -> str:
    if word == OPT_ML or word.startswith(OPT_ML + "/"):
        return str(opt_ml.joinpath(*word[len(OPT_ML) :].strip("/").split("/")))
    return word


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), target)


def _enter_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNS if user == 0 else _CLONE_NEWNS | _CLONE_NEWUSER):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "unshare")
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)


def _bind(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir()
    else:
        target.touch()
    _mount(str(source), str(target), None, _MS_BIND | _MS_REC)


def _place_opt_ml(tree: str) -> None:
    """Let `/opt/ml` be `tree` in this mount namespace, whether or not the machine has such a folder."""
    if not Path(OPT_ML).is_dir():
        opt = Path("/opt")
        with tempfile.TemporaryDirectory(dir=Path(tree).parent) as aside:
            _mount(str(opt), aside, None, _MS_BIND | _MS_REC)
            _mount("tmpfs", str(opt), "tmpfs", 0)
            for entry in Path(aside).iterdir():
                _bind(entry, opt / entry.name)
            ctypes.CDLL(None).umount2(aside.encode(), 2)
        Path(OPT_ML).mkdir()
    _mount(tree, OPT_ML, None, _MS_BIND | _MS_REC)


def _signalled_at_death_of(parent: int, number: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(SETUP_FAILED)


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    if os.name == "nt":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)
    launcher = os.getpid()
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: _signalled_at_death_of(launcher, signal.SIGKILL),
    )


def _signal(child: subprocess.Popen[bytes], name: str) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            child.kill()
        else:
            os.killpg(child.pid, getattr(signal, name))


def _watch_lifeline(child: subprocess.Popen[bytes]) -> None:
    """Each byte from the server asks the command to end; the end of the pipe kills it."""
    while os.read(0, 1):
        _signal(child, "SIGTERM")
    _signal(child, "SIGKILL")


def _exit_code(status: int) -> int:
    """A process's status as a shell gives it: 128 + n after signal n."""
    return status if status >= 0 else 128 - status


def _end_adopted() -> None:
    """Kill the launcher's children, and theirs, which become its own as their parents end."""
    while children := [pid for each in Path("/proc/self/task").glob("*/children") for pid in each.read_text().split()]:
        for pid in map(int, children):
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                return  # it has become another user's: out of reach
            os.waitpid(pid, 0)


def main(arguments: list[str]) -> int:
    """The launcher: namespace (1 or 0), tree, the server's process id, command."""
    isolated, tree, parent, *command = arguments
    if sys.platform == "linux":
        _signalled_at_death_of(int(parent), signal.SIGHUP)
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if isolated == "1":
        try:
            _enter_namespace()
            _place_opt_ml(tree)
            os.chdir(OPT_ML)
        except OSError as error:
            print(f"no private {OPT_ML} can be had here: {error}", file=sys.stderr)
            return SETUP_FAILED
    try:
        child = _spawn(command)
    except OSError as error:
        # A folder of PATH that may not be read is no reason to call a missing program forbidden.
        found = "/" in command[0] or shutil.which(command[0])
        if isinstance(error, FileNotFoundError) or not found:
            print(f"{command[0]}: no such file or directory", file=sys.stderr)
            return NOT_FOUND
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return NOT_EXECUTABLE
    if sys.platform == "linux":
        signal.signal(signal.SIGHUP, lambda *_: _signal(child, "SIGKILL"))
    threading.Thread(target=_watch_lifeline, args=(child,), daemon=True).start()
    code = child.wait()
    _signal(child, "SIGKILL")
    if sys.platform == "linux":
        _end_adopted()
    return _exit_code(code)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)

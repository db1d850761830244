"""What a function sees of the machine: its code at /var/task, a /tmp of its own, and nothing else to
write to.

On Linux a process steps into a mount namespace whose root is built anew: the machine's own directories,
all read-only, the function's code at /var/task, and one writable directory at /tmp. It needs the right to
make namespaces: root's, or that of a user namespace of one's own. Where a system allows neither,
`can_isolate` says so, and `worker` keeps up the appearance instead.

It is a stage set and not a security boundary: a function that means harm is not held by it.

Source: AWS Lambda developer guide, "Understanding the Lambda execution environment lifecycle".
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
import tempfile
from pathlib import Path

TASK_ROOT = "/var/task"

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_NOSUID, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY = 1
_PR_SET_PDEATHSIG = 1
_SYS_MOUNT_SETATTR = 442
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
# These are made anew; all else in the machine's root is shown as it is.
_MADE_ANEW = ("tmp", "var")
_MADE_ANEW_IN_VAR = ("task", "runtime")


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace")]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [text if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    result = _libc().mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _check(result, f"mount {source} on {target}")


def _set_read_only(path: str, value: bool, recursive: bool) -> None:
    attributes = _MountAttributes(*((_MOUNT_ATTR_RDONLY, 0) if value else (0, _MOUNT_ATTR_RDONLY)), 0, 0)
    result = _libc().syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _check(result, f"mount_setattr {path}")


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it is gone (on Linux)."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)


def gain_mount_rights() -> None:
    """Step into a user namespace in which this process may mount. It must have one thread only.

    Raises:
        OSError: the system allows no user namespaces.
    """
    user, group = os.geteuid(), os.getegid()
    _check(_libc().unshare(_CLONE_NEWUSER | _CLONE_NEWNS), "unshare user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def enter(code: Path, temporary: Path, stage: Path) -> None:
    """Step into a file system of a function's own. There is no way back for this process.

    Args:
        code: the unpacked package, seen at /var/task.
        temporary: the environment's directory for temporary files, seen at /tmp, the only writable one.
        stage: an empty directory to build the new root on; nothing is written into it.

    Raises:
        OSError: the system does not allow it.
    """
    _check(_libc().unshare(_CLONE_NEWNS), "unshare mount namespace")
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    root = str(stage)
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID, "mode=755,size=1m")
    _show_directory(Path("/"), stage, _MADE_ANEW)
    (stage / "var").mkdir()
    _show_directory(Path("/var"), stage / "var", _MADE_ANEW_IN_VAR)
    (stage / "var" / "runtime").mkdir()
    (stage / "var" / "task").mkdir()
    _mount(str(code), f"{root}/var/task", None, _MS_BIND)
    (stage / "tmp").mkdir()
    _mount(str(temporary), f"{root}/tmp", None, _MS_BIND)
    for needed in _hidden_but_needed():
        Path(root + needed).mkdir(parents=True, exist_ok=True)
        _mount(needed, root + needed, None, _MS_BIND | _MS_REC)
    _hide_configuration_of_the_user(root)
    _set_read_only(root, value=True, recursive=True)
    _set_read_only(f"{root}/tmp", value=False, recursive=False)
    _make_root(root)


def can_isolate() -> str | None:
    """Whether `enter` works here: None where it does, else the reason. It is tried in a process of its own."""
    if sys.platform != "linux" or platform.machine() not in _SYS_PIVOT_ROOT:
        return f"no mount namespaces on {sys.platform} {platform.machine()}"
    with tempfile.TemporaryDirectory() as scratch:
        code, temporary, stage = (Path(scratch, name) for name in ("code", "tmp", "stage"))
        for directory in (code, temporary, stage):
            directory.mkdir()
        child = os.fork()
        if child == 0:
            os._exit(_try_to_enter(code, temporary, stage))
        _, status = os.waitpid(child, 0)
        problem = os.waitstatus_to_exitcode(status)
    return None if problem == 0 else f"a mount namespace was refused: {os.strerror(max(problem, 1))}"


def _try_to_enter(code: Path, temporary: Path, stage: Path) -> int:
    try:
        enter(code, temporary, stage)
        Path("/tmp/probe").write_text("")
        try:
            Path(TASK_ROOT, "probe").write_text("")
        except OSError as refused:
            return 0 if refused.errno == errno.EROFS else refused.errno or 1
        return errno.ENOTSUP
    except OSError as error:
        return error.errno or 1


def _show_directory(source: Path, target: Path, except_for: tuple[str, ...]) -> None:
    for entry in os.scandir(source):
        if entry.name in except_for:
            continue
        place = target / entry.name
        if entry.is_symlink():
            place.symlink_to(Path(entry.path).readlink())
        elif entry.is_dir():
            place.mkdir()
            _mount(entry.path, str(place), None, _MS_BIND | _MS_REC)


def _hidden_but_needed() -> list[str]:
    """Directories this Python runs from that lie under a directory which is made anew."""
    origins = {sys.prefix, sys.base_prefix, *(path for path in sys.path if Path(path).is_dir())}
    hidden = sorted(
        path
        for path in (os.path.realpath(origin) for origin in origins)
        if path.startswith(("/tmp/", "/var/task/", "/var/runtime/"))
    )
    return [path for path in hidden if not any(path.startswith(f"{other}/") for other in hidden)]


def _hide_configuration_of_the_user(root: str) -> None:
    """A real account's profiles must not reach a function, which would look for them in its home."""
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return
    if Path(f"{root}{home}/.aws").is_dir():
        _mount("tmpfs", f"{root}{home}/.aws", "tmpfs", _MS_NOSUID, "mode=755,size=4k")


def _make_root(path: str) -> None:
    os.chdir(path)
    here = ctypes.c_char_p(b".")
    result = _libc().syscall(ctypes.c_long(_SYS_PIVOT_ROOT[platform.machine()]), here, here)
    _check(result, "pivot_root")
    _check(_libc().umount2(b".", _MNT_DETACH), "umount the old root")
    os.chdir("/")

"""System calls of Linux that Python 3.11 doesn't offer: namespaces, mounts, and giving up rights.

Source: the manual pages unshare(2), setns(2), mount(2), mount_setattr(2), pivot_root(2), prctl(2), capset(2).
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import sys

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES = 0x00020000, 0x08000000, 0x10000000, 0x20000000
NO_SUID, NO_DEVICES, BIND, RECURSIVE, PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_READ_ONLY, _NO_SUID, _NO_DEVICES = 0x1, 0x2, 0x4
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR, _CAPSET_VERSION = 442, 0x20080522
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
_CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91, "ppc64le": 184, "s390x": 185}
_PARENT_DEATH, _DUMPABLE, _DROP_BOUND, _SUBREAPER, _NO_NEW_RIGHTS, _AMBIENT = 1, 4, 24, 36, 38, 47
_AMBIENT_CLEAR = 4


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace")]


def known() -> bool:
    """Whether this is a Linux on a processor whose system calls are written down here."""
    return sys.platform == "linux" and platform.machine() in _PIVOT_ROOT


def unshare(namespaces: int) -> None:
    """Step into new namespaces (`NEW_PROCESSES` counts for the children only). One thread only, for `NEW_USER`."""
    _check(_libc().unshare(namespaces), "unshare")


def enter(namespace: int, kind: int) -> None:
    """Step into a namespace that is open as a file (`/proc/self/ns/pid`)."""
    _check(_libc().setns(namespace, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount a file system, or (`BIND`) show a file or folder at a second place."""
    words = [text if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    result = _libc().mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _check(result, f"mount {source} on {target}")


def make_mounts_private() -> None:
    """Let no mount made from now on be seen outside."""
    mount("none", "/", None, RECURSIVE | PRIVATE)


def set_mount(path: str, writable: bool, recursive: bool = False) -> None:
    """Make a mount writable (and without devices) or read-only; programs that change their user don't do so in it."""
    change = (_NO_SUID | _NO_DEVICES, _READ_ONLY) if writable else (_READ_ONLY | _NO_SUID, 0)
    attributes = _Attributes(*change, 0, 0)
    result = _libc().syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _check(result, f"mount_setattr {path}")


def make_root(path: str) -> None:
    """Let a mount be the root of everything; what was there before is gone for this process."""
    os.chdir(path)
    here = ctypes.c_char_p(b".")
    _check(_libc().syscall(ctypes.c_long(_PIVOT_ROOT[platform.machine()]), here, here), "pivot_root")
    _check(_libc().umount2(b".", _DETACH), "umount the old root")
    os.chdir("/")


def signalled_at_parents_death(number: int) -> None:
    """Be sent a signal when the thread that started this process is gone. A change of rights undoes it."""
    _prctl(_PARENT_DEATH, number)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends."""
    _prctl(_SUBREAPER, 1)


def hide_memory(hidden: bool = True) -> None:
    """Keep processes of the same user from reading this one's memory and environment, and from tracing it."""
    _prctl(_DUMPABLE, int(not hidden))


def give_up_rights() -> None:
    """Lose every capability for good: no program, whoever owns it and however it is marked, brings one back."""
    _prctl(_NO_NEW_RIGHTS, 1)
    _libc().prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    right = 0
    while _libc().prctl(_DROP_BOUND, right, 0, 0, 0) == 0:
        right += 1
    header = (ctypes.c_uint32 * 2)(_CAPSET_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    result = _libc().syscall(ctypes.c_long(_CAPSET[platform.machine()]), ctypes.byref(header), ctypes.byref(nothing))
    _check(result, "capset")


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    _check(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")

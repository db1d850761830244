"""Stepping into namespaces, and becoming nobody in there: the same steps for functions and for jobs.

1. `step_out`: new mounts, and for the children new processes. It needs the right to make them: root's, or that of a
   user namespace of one's own.
2. A `view.Root` is built.
3. `settle`, in a child, which is process 1 in there: /proc of its own, the new root, a user without any right.

Where the server runs as root, the user is one whom the machine doesn't know, so that what is root's is not readable,
in a user namespace where there can be one; else it stays the user who runs the server.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from local_aws.isolation import kernel
from local_aws.isolation.view import User

_STRANGER = 64993
_PROC_OPTIONS = kernel.NO_SUID | kernel.NO_DEVICES


def step_out(user: User) -> None:
    """New namespaces for mounts and shared memory, and one of processes for the children. One thread only.

    Raises:
        OSError: the system doesn't allow it.
    """
    wanted = kernel.NEW_MOUNTS | kernel.NEW_IPC | kernel.NEW_PROCESSES
    try:
        kernel.unshare(wanted)
    except PermissionError:
        _new_users(user, os.geteuid(), os.getegid(), wanted)
    kernel.make_mounts_private()


def stranger() -> int | None:
    """The user and group id that files are given for what runs inside, None where it stays one's own.

    Root can become anybody, unless it is root of a container that knows one user only.
    """
    if os.geteuid() != 0:
        return None
    return _STRANGER if all(_mapped(name) for name in ("uid_map", "gid_map")) else None


def show_processes(stage: Path) -> None:
    """Let /proc show this namespace's processes; where a container forbids it, /proc stays empty."""
    with contextlib.suppress(PermissionError):
        kernel.mount("proc", str(stage / "proc"), "proc", _PROC_OPTIONS)


def settle(stage: Path, user: User, other: int | None) -> None:
    """Make the stage the root, become the user, and lose every right. There is no way back.

    Args:
        other: what `stranger` said.

    Raises:
        OSError: the system doesn't allow it.
    """
    show_processes(stage)
    kernel.make_root(str(stage))
    if other is not None:
        os.setgroups([])
        os.setresgid(other, other, other)
        os.setresuid(other, other, other)
        # A process that has changed its user may not open its own /proc.
        kernel.hide_memory(False)
        # It only gives the user its number: a system without user namespaces does without.
        with contextlib.suppress(OSError):
            Path("/proc/self").stat()
            _new_users(user, other, other, 0)
    kernel.give_up_rights()
    kernel.hide_memory(False)


def _new_users(user: User, uid: int, gid: int, others: int) -> None:
    kernel.unshare(kernel.NEW_USER | others)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user.uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{user.gid} {gid} 1")


def _mapped(name: str) -> bool:
    ranges = [map(int, line.split()) for line in Path("/proc/self", name).read_text().splitlines()]
    return any(first <= _STRANGER < first + count for first, _, count in ranges)

"""Process 1 of a namespace, or what stands in for it: it waits for the one that works, buries what is orphaned, and
leaves nothing behind.

In a namespace of processes its end is the end of all that runs in there, by the kernel's hand. Where there is none it
adopts orphans (a daemon that has left its session, say) and kills them itself.

SIGTERM is handed on to the session of the one that works; SIGHUP, also sent by the kernel when the parent is gone,
ends everything at once.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from local_aws.isolation import kernel


def oversee(work: Callable[[], object], lifeline: int, alone: bool, of_the_work: Sequence[int] = ()) -> int:
    """Do the work in a child and in a session of its own; gives its exit status, negative after a signal.

    Args:
        work: what the child does; it ends the child itself.
        lifeline: a pipe that is at its end when the parent is gone.
        alone: whether this is process 1 of a namespace.
        of_the_work: descriptors that only the child needs.
    """
    worker = os.fork()
    if worker == 0:
        try:
            os.close(lifeline)
            os.setsid()
            if not alone:
                kernel.signalled_at_parents_death(signal.SIGKILL)
            work()
        finally:
            os._exit(1)
    for descriptor in of_the_work:
        os.close(descriptor)
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True
        _kill(worker)

    signal.signal(signal.SIGTERM, lambda *_: _signal_session(worker, signal.SIGTERM))
    signal.signal(signal.SIGHUP, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not alone:
        kernel.adopt_orphans()
    # A change of rights undid what was asked for before it.
    if end_with_parent(lifeline, signal.SIGKILL if alone else signal.SIGHUP):
        end()
    kernel.hide_memory()
    status = _bury_until(worker)
    _signal_session(worker, signal.SIGKILL)
    if not alone:
        end_children()
    return -signal.SIGKILL if ended else status


def end_with_parent(lifeline: int, number: int) -> bool:
    """Be sent a signal when the parent ends; tells whether it already has."""
    kernel.signalled_at_parents_death(number)
    return bool(select.select([lifeline], [], [], 0)[0])


def end_children(apart_from: frozenset[int] = frozenset()) -> None:
    """Kill this process's children, and theirs, which become its own as their parents end."""
    while children := _children() - apart_from:
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                return  # it has become another user's: out of reach
            os.waitpid(pid, 0)


def _children() -> set[int]:
    found = (each.read_text().split() for each in Path("/proc/self/task").glob("*/children"))
    return {int(pid) for pids in found for pid in pids}


def _bury_until(worker: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == worker:
            return os.waitstatus_to_exitcode(status)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _signal_session(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)

"""What Lambda's environment lacks: shared memory, and with it the semaphores of `multiprocessing`.

There is no /dev/shm in an environment of Lambda, and so `multiprocessing.Pool`, `Queue`, `Lock` and `SharedMemory` end
in errno 38, *Function not implemented*; `Process` and `Pipe` work. The words are those of the C library that the
question is put to: a newer one, as this machine's may be, names another error for the same lack, and a machine without
namespaces has shared memory. So it is said here, once, for every system.

Source: AWS Compute Blog, "Parallel Processing in Python with AWS Lambda"; public bug reports quote the error.
"""

from __future__ import annotations

import _multiprocessing
import contextlib
import errno
from typing import Any, NoReturn

_MESSAGE = "Function not implemented"


def take_away() -> None:
    """Let this process and those that it forks have no shared memory by Python's modules."""
    _multiprocessing.SemLock = _NoSemaphore
    with contextlib.suppress(ImportError):  # Windows has none of it
        import _posixshmem

        _posixshmem.shm_open = _no_shared_memory


class _NoSemaphore(_multiprocessing.SemLock):  # type: ignore[misc]
    """The semaphore of `multiprocessing`, which can't be made."""

    def __new__(cls, *arguments: Any, **named: Any) -> NoReturn:
        raise OSError(errno.ENOSYS, _MESSAGE)


def _no_shared_memory(path: str, *arguments: Any, **named: Any) -> NoReturn:
    raise OSError(errno.ENOSYS, _MESSAGE, path)

"""Memory that holds nothing but zeros, given back to the system without changing what it reads as.

A model with BlazingText's defaults has 2,000,000 buckets of 100 numbers, 800 MB, of which a small training set
touches next to none. fastText reads all of it into memory of its own. On Linux a page of anonymous memory that is
given back reads as zeros, so that those pages can go: what was 800 MB is then as large as what was learnt.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

_BLOCK = 1 << 16
_LEAST = 1 << 26
_MADV_DONTNEED = 4


def give_back_zero_pages() -> None:
    """Give back the zero pages of large anonymous mappings. To be called while no other thread writes to them."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for start, end in _large_mappings():
        count = (end - start) // _BLOCK
        memory = (ctypes.c_char * (count * _BLOCK)).from_address(start)
        empty = ~np.frombuffer(memory, dtype=np.uint64).reshape(count, -1).any(axis=1)
        for is_empty, run in groupby(range(count), key=empty.__getitem__):
            if is_empty:
                blocks = list(run)
                place, length = start + blocks[0] * _BLOCK, len(blocks) * _BLOCK
                libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(length), _MADV_DONTNEED)


def _large_mappings() -> Iterator[tuple[int, int]]:
    """Where this process's large, private, writable, anonymous mappings begin and end."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, permissions, _, _, inode, *path = line.split()
        start, end = (int(address, 16) for address in addresses.split("-"))
        if permissions == "rw-p" and inode == "0" and not path and end - start >= _LEAST:
            yield start, end

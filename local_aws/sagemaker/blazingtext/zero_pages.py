"""Memory that holds nothing but zeros, given back to the system without changing what it reads as.

A model with BlazingText's defaults has 2,000,000 buckets of 100 numbers, 800 MB, of which a small training set
touches next to none. fastText reads all of it into memory of its own. On Linux a page of such memory that is given
back reads as zeros, so that those pages can go: what was 800 MB is then as large as what was learnt.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from itertools import groupby
from typing import Any

_BLOCK = 1 << 16
_LEAST = 1 << 24
_MADV_DONTNEED = 4


def give_back_zero_pages(model: Any) -> None:
    """Give back the pages of a model's input matrix that hold only zeros, where that is worth while.

    Args:
        model: of fastText's extension.
    """
    if sys.platform != "linux" or model.isQuant():
        return
    matrix = memoryview(model.getInputMatrix()).cast("B")
    if matrix.nbytes < _LEAST:
        return
    address = ctypes.addressof(ctypes.c_char.from_buffer(matrix))
    start = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
    count = (address + matrix.nbytes - start) // _BLOCK
    libc = ctypes.CDLL(None, use_errno=True)
    zeros, size = bytes(_BLOCK), ctypes.c_size_t(_BLOCK)

    def holds_zeros(number: int) -> bool:
        return not libc.memcmp(ctypes.c_void_p(start + number * _BLOCK), zeros, size)

    for is_empty, run in groupby(range(count), key=holds_zeros):
        if is_empty:
            first, *others = run
            place, length = start + first * _BLOCK, (1 + len(others)) * _BLOCK
            libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(length), _MADV_DONTNEED)

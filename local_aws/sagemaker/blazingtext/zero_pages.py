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

import numpy as np

_BLOCK = 1 << 16
_LEAST = 1 << 24
_MADV_DONTNEED = 4


def give_back_zero_pages(model: Any) -> None:
    """Give back the pages of a fastText model's input matrix that hold only zeros, where that is worth while."""
    if sys.platform != "linux" or model.is_quantized():
        return
    # The public `get_input_matrix` answers with a copy.
    matrix = np.asarray(model.f.getInputMatrix())
    if matrix.nbytes < _LEAST:
        return
    start = -(-matrix.ctypes.data // mmap.PAGESIZE) * mmap.PAGESIZE
    count = (matrix.ctypes.data + matrix.nbytes - start) // _BLOCK
    blocks = (ctypes.c_uint64 * (count * _BLOCK // 8)).from_address(start)
    empty = (np.ctypeslib.as_array(blocks).reshape(count, -1).max(axis=1) == 0).tolist()
    libc = ctypes.CDLL(None, use_errno=True)
    for is_empty, run in groupby(range(count), key=empty.__getitem__):
        if is_empty:
            first, *others = run
            place, length = start + first * _BLOCK, (1 + len(others)) * _BLOCK
            libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(length), _MADV_DONTNEED)

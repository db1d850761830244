"""A `model.tar.gz` that holds one file, written as a stream: what is all zeros costs next to nothing.

Zeros are written as runs that were compressed once (a deflate stream may be put together from parts that end at
a whole byte), other data in stored blocks: vectors of floats hardly get smaller, and trying takes longer than all
the rest. Any tool reads the outcome; it is one ordinary gzip member.
"""

from __future__ import annotations

import functools
import struct
import tarfile
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_BLOCK = 0xFFFF
_RUN = 1 << 20
_ZEROS = memoryview(bytes(_RUN))

Part = bytes | memoryview | int
"""Bytes, or a number of zeros."""


def write(path: Path, name: str, size: int, parts: Iterable[Part]) -> None:
    """Write an archive of one file.

    Args:
        path: the archive.
        name: the file's name in it.
        size: the file's size in bytes, which is the sum of the parts.
        parts: the file's content.

    Raises:
        ValueError: the parts aren't `size` bytes.
    """
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(time.time()), 0o644
    with path.open("wb") as file:
        stream = _Gzip(file)
        stream.write(member.tobuf(tarfile.GNU_FORMAT))
        start = stream.size
        for part in parts:
            stream.zeros(part) if isinstance(part, int) else stream.write(part)
        if stream.size - start != size:
            raise ValueError(f"{name} should have {size} bytes and has {stream.size - start}")
        stream.zeros(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)
        stream.close()


class _Gzip:
    """A gzip member made of stored blocks and runs of zeros."""

    def __init__(self, file: BinaryIO):
        self._file, self._crc, self.size = file, 0, 0
        file.write(_HEADER)

    def write(self, data: bytes | memoryview) -> None:
        self._crc = zlib.crc32(data, self._crc)
        self.size += len(data)
        for start in range(0, len(data), _BLOCK):
            block = data[start : start + _BLOCK]
            self._file.write(struct.pack("<BHH", 0, len(block), len(block) ^ _BLOCK))
            self._file.write(block)

    def zeros(self, count: int) -> None:
        self.size += count
        while count:
            run = min(count, _RUN)
            self._crc = zlib.crc32(_ZEROS[:run], self._crc)
            self._file.write(_run_of_zeros(run))
            count -= run

    def close(self) -> None:
        self._file.write(_LAST_BLOCK)
        self._file.write(struct.pack("<II", self._crc, self.size & 0xFFFFFFFF))


@functools.lru_cache(maxsize=4096)
def _run_of_zeros(count: int) -> bytes:
    """So many zeros as deflate blocks that stand for themselves and end at a whole byte."""
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return compressor.compress(_ZEROS[:count]) + compressor.flush(zlib.Z_FULL_FLUSH)

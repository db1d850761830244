"""The checksums by which S3 knows content, each as the digests of `hashlib` are.

Source: "Checking object integrity in Amazon S3", S3 user guide. Moto would compute CRC32 in place of those that it has
no library for, and call it by the other's name.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterable
from typing import Protocol


class Digest(Protocol):
    """A checksum that grows with the content."""

    def update(self, data: bytes, /) -> None:
        """Take in what comes next."""

    def digest(self) -> bytes:
        """The checksum so far, its most significant byte first."""


class _Crc:
    """A cyclic redundancy check.

    Args:
        size: bytes of the checksum.
        go_on: the value with some more content, from the value so far.
    """

    def __init__(self, size: int, go_on: Callable[[bytes, int], int]):
        self._size, self._go_on, self._value = size, go_on, 0

    def update(self, data: bytes, /) -> None:
        self._value = self._go_on(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def _crc(size: int, name: str) -> Digest:
    # These are rare: no start of the server waits for the library.
    from awscrt import checksums

    return _Crc(size, getattr(checksums, name))


def _crc32() -> Digest:
    from zlib_ng import zlib_ng  # eight times as fast as the standard library's

    return _Crc(4, zlib_ng.crc32)


def _xx(name: str) -> Digest:
    import xxhash

    digest: Digest = getattr(xxhash, name)()
    return digest


CHECKSUMS: dict[str, Callable[[], Digest]] = {
    "CRC32": _crc32,
    "CRC32C": lambda: _crc(4, "crc32c"),
    "CRC64NVME": lambda: _crc(8, "crc64nvme"),
    "SHA1": functools.partial(hashlib.sha1, usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": functools.partial(hashlib.md5, usedforsecurity=False),
    "XXHASH64": lambda: _xx("xxh64"),
    "XXHASH3": lambda: _xx("xxh3_64"),
    "XXHASH128": lambda: _xx("xxh3_128"),
}
"""By their names in the API."""


DEFAULT = "CRC64NVME"
"""Of an object that was put together without any being named."""
_OF_THE_WHOLE_ONLY = {"CRC64NVME"}
_OF_THE_WHOLE = {"CRC32", "CRC32C", *_OF_THE_WHOLE_ONLY}


def default_type(algorithm: str | None) -> str:
    """What the checksum of an object in parts is made of, where nobody says: its content, or its parts' checksums."""
    return "FULL_OBJECT" if (algorithm or DEFAULT) in _OF_THE_WHOLE_ONLY else "COMPOSITE"


def has_type(algorithm: str, checksum_type: str) -> bool:
    """Whether there is a checksum of an object in parts by this algorithm that is made so."""
    if checksum_type == "FULL_OBJECT":
        return algorithm in _OF_THE_WHOLE
    return algorithm not in _OF_THE_WHOLE_ONLY


def compute_checksum(body: bytes | Iterable[bytes], algorithm: str, encode_base64: bool = True) -> bytes:
    """The checksum of some content, in the form in which moto asks for it.

    Args:
        body: the content whole, or piece by piece.

    Raises:
        KeyError: S3 has no such algorithm.
    """
    checksum = CHECKSUMS[algorithm]()
    for piece in (body,) if isinstance(body, bytes | bytearray) else body:
        checksum.update(piece)
    return base64.b64encode(checksum.digest()) if encode_base64 else checksum.digest()

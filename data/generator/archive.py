"""The zip around a data set: the JSON lines and the second member that macOS adds to what it compresses.

The members' bytes, their order and everything the zip says of them are the same on every machine. How they
are compressed is zlib's own affair: Debian's zlib gives the stored bytes, zlib-ng and others may pack the
same content differently.
"""

import io
import json
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

# Text out of a grammar packs better than people's; the lowest level brings the zips near the originals' size.
COMPRESSION_LEVEL = 1
_WRITTEN = (2014, 7, 23, 12, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16


@dataclass(frozen=True)
class Difference:
    """How two zips differ: `content` in what they hold or say of it, `compression` in how it is
    compressed."""

    content: str | None
    compression: bool


def json_lines(records: Iterable[dict]) -> bytes:
    """One JSON object a line, in ASCII, as in the original file."""
    return b"".join(json.dumps(record).encode("ascii") + b"\n" for record in records)


def zipped(member: str, content: bytes) -> bytes:
    """A zip of the member and of its macOS companion."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in ((member, content), (f"__MACOSX/._{member}", _apple_double())):
            entry = zipfile.ZipInfo(name, _WRITTEN)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=COMPRESSION_LEVEL)
    return buffer.getvalue()


def difference(stored: bytes, made: bytes) -> Difference:
    """Compares two zips: first as bytes, then member by member."""
    if stored == made:
        return Difference(None, False)
    old, new = _described(stored), _described(made)
    if [name for name, *_ in old] != [name for name, *_ in new]:
        return Difference("the members' names", True)
    for before, after in zip(old, new, strict=True):
        if before != after:
            return Difference(f"member {before[0]}", True)
    return Difference(None, True)


def _described(archive_bytes: bytes) -> list[tuple]:
    with zipfile.ZipFile(io.BytesIO(archive_bytes)) as archive:
        return [
            (entry.filename, entry.date_time, entry.external_attr, entry.create_system, archive.read(entry))
            for entry in archive.infolist()
        ]


def _apple_double() -> bytes:
    """A Finder information record and an extended attribute's header, as the format of AppleDouble files
    (RFC 1740) has them."""
    entries = ((9, 50, 32 + 38), (2, 120, 0))  # Finder information, resource fork: id, offset, length
    header = struct.pack(">II16sH", 0x00051607, 0x00020000, b"Mac OS X        ", len(entries))
    table = b"".join(struct.pack(">III", *entry) for entry in entries)
    attributes = b"ATTR" + struct.pack(">IIII", 0, 120, 120, 0)
    return (header + table + bytes(32 + 2) + attributes).ljust(120, b"\0")

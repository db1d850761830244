"""Output on its way to a log: bytes as they come out of a pipe, cut into lines and into what an event may hold.

A line without an end is cut as it comes, so that no more of it is ever in memory than an event may hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

BATCH_BYTES = 1_048_576
EVENT_OVERHEAD_BYTES = 26
EVENT_BYTES = BATCH_BYTES - EVENT_OVERHEAD_BYTES
"""The largest event: CloudWatch takes 1 MB, and counts 26 bytes more for each in a batch of 1 MB (PutLogEvents)."""

_CHUNK = 1 << 16


class LineCutter:
    """Bytes in, in whatever pieces they come; whole lines out, and pieces of those that are too long."""

    def __init__(self, longest: int = EVENT_BYTES):
        self._longest = longest
        self._rest = bytearray()
        self._is_piece = False

    def feed(self, data: bytes | bytearray) -> Iterator[bytes]:
        """What is complete after these bytes; a line has its line feed at its end, a piece of one has none."""
        begun = len(self._rest)
        self._rest += data
        end = self._rest.rfind(b"\n", begun) + 1
        if end:
            lines = bytes(self._rest[:end]).split(b"\n")[:-1]
            del self._rest[:end]
            for line in lines:
                if not (line == b"" and self._is_piece):
                    *pieces, last = cut(line, self._longest)
                    yield from pieces
                    yield last + b"\n"
                self._is_piece = False
        while len(self._rest) > self._longest:
            piece = next(iter(cut(self._rest, self._longest)))
            del self._rest[: len(piece)]
            self._is_piece = True
            yield piece

    def flush(self) -> Iterator[bytes]:
        """The last line, which had no line feed."""
        if self._rest:
            yield bytes(self._rest)
        self._rest.clear()
        self._is_piece = False


def cut(data: bytes | bytearray, longest: int = EVENT_BYTES) -> Iterator[bytes]:
    """Text in pieces of at most so many bytes, never inside of a character; one empty piece of nothing."""
    at = 0
    while len(data) - at > longest:
        end = at + longest
        # No character has more than three bytes that continue it; what has more is no UTF-8.
        for shorter in range(4):
            if data[end - shorter] & 0xC0 != 0x80:
                end -= shorter
                break
        yield bytes(data[at:end])
        at = end
    yield bytes(data[at:])


def lines_of(output: IO[bytes]) -> Iterator[list[str]]:
    """The lines of a pipe until it ends, as many at once as have come, without their ends."""
    cutter = LineCutter()
    read = getattr(output, "read1", output.read)
    while data := read(_CHUNK):
        if found := [_text(line) for line in cutter.feed(data)]:
            yield found
    if rest := [_text(line) for line in cutter.flush()]:
        yield rest


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")

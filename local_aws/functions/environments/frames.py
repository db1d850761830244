"""The wire between a runtime's process and the service for everything that is written: one pipe, one order.

Standard output and standard error go into the pipe as they are. What must stay one log event (a logging
record, a traceback) goes in as a frame, and so does a mark, by which the reader knows that nothing
written before is still under way. A frame is Lambda's own telemetry frame: four bytes of type, four of
length, eight of time in microseconds, then the text; its first byte can't begin a UTF-8 character, so
that text and frames can share a pipe. Frames are kept below the size that a pipe takes in one piece, long
texts being continued.

It knows of CloudWatch only how large an event may be: `log` turns what is read here into log events.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from local_aws.logs.lines import EVENT_BYTES, LineCutter, cut

_PREFIX = b"\xa5\x5a\x00"
_TEXT, _CONTINUED, _MARK = 0x03, 0xFD, 0xFE
_HEADER = struct.Struct(">3sBIQ")
_PIECE = 4096 - _HEADER.size


class FrameWriter:
    """The writing end, in the runtime's process; it has the interface of awslambdaric's log sinks."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def __enter__(self) -> FrameWriter:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def log(self, msg: str, frame_type: bytes | None = None) -> None:
        """Write a text that is to be one log event."""
        self._write(msg.encode("utf-8", "replace"), _TEXT)

    def log_error(self, message_lines: list[str]) -> None:
        """Write an error and its traceback as one log event."""
        self.log("\n".join(message_lines))

    def mark(self, name: str) -> None:
        """Write a mark: whoever reads it has read all that was written before it."""
        self._write(name.encode(), _MARK)

    def _write(self, text: bytes, kind: int) -> None:
        now = time.time_ns() // 1000
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [b""]
        with self._lock:
            for number, piece in enumerate(pieces, 1):
                last = number == len(pieces)
                header = _HEADER.pack(_PREFIX, kind if last else _CONTINUED, len(piece), now)
                os.write(self._descriptor, header + piece)


@dataclass(frozen=True)
class Written:
    """Something read from the pipe: a log event's text, or a mark's name; `time` in epoch milliseconds."""

    text: str
    time: int
    is_mark: bool = False


class FrameReader:
    """The reading end: bytes in, in whatever pieces they come; lines, framed texts and marks out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines = LineCutter()
        self._continued = bytearray()

    def feed(self, data: bytes) -> Iterator[Written]:
        """Yield what is complete after these bytes. Plain output is cut at line feeds; a mark flushes it."""
        self._buffer += data
        while self._buffer:
            start = self._buffer.find(_PREFIX)
            if start == 0:
                frame = self._take_frame()
                if frame is None:
                    return
                yield from frame
            else:
                yield from self._take_text(start)
                if start < 0:
                    return

    def flush(self) -> Iterator[Written]:
        """Yield the last line, which had no line feed: the process is gone or the invocation over."""
        for line in self._lines.flush():
            yield Written(line.decode("utf-8", "replace"), _now())

    def _take_frame(self) -> list[Written] | None:
        if len(self._buffer) < _HEADER.size:
            return None
        _, kind, length, microseconds = _HEADER.unpack_from(self._buffer)
        end = _HEADER.size + length
        if len(self._buffer) < end:
            return None
        self._continued += self._buffer[_HEADER.size : end]
        del self._buffer[:end]
        if kind == _CONTINUED and len(self._continued) <= EVENT_BYTES:
            return []
        *pieces, last = cut(self._continued)
        written = [Written(piece.decode("utf-8", "replace"), microseconds // 1000) for piece in pieces]
        self._continued.clear()
        if kind == _CONTINUED:
            self._continued += last
            return written
        text = last.decode("utf-8", "replace")
        if kind == _MARK:
            return [*self.flush(), Written(text, microseconds // 1000, is_mark=True)]
        return [*written, Written(text, microseconds // 1000)]

    def _take_text(self, end: int) -> Iterator[Written]:
        if end < 0:
            # A frame's first bytes may be the last that have arrived so far.
            end = len(self._buffer)
            for overlap in (2, 1):
                if self._buffer.endswith(_PREFIX[:overlap]):
                    end -= overlap
                    break
        text = self._buffer[:end]
        del self._buffer[:end]
        now = _now()
        for line in self._lines.feed(text):
            yield Written(line.decode("utf-8", "replace"), now)


def _now() -> int:
    return time.time_ns() // 1_000_000

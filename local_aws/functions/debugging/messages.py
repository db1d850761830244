"""Messages of the Debug Adapter Protocol, read from the bytes that pass by.

Source: "Base protocol", https://microsoft.github.io/debug-adapter-protocol/overview.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_END_OF_HEADER = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Messages:
    """Gathers bytes, and gives each message as soon as it is whole."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The messages that are whole with these bytes; what is no message is passed over."""
        self._bytes += data
        while _END_OF_HEADER in self._bytes:
            header, _, rest = self._bytes.partition(_END_OF_HEADER)
            lengths = [line[len(_LENGTH) :] for line in header.lower().split(b"\r\n") if line.startswith(_LENGTH)]
            length = int(lengths[0]) if lengths and lengths[0].strip().isdigit() else 0
            if len(rest) < length:
                return
            self._bytes = rest[length:]
            try:
                message = json.loads(rest[:length] or b"null")
            except ValueError:
                continue
            if isinstance(message, dict):
                yield message

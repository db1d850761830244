"""A file cut into the bodies of requests: the whole file, or its lines, many or one to a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class PayloadTooLarge(Exception):
    """A record, or a file that isn't split, is larger than a request may be."""


def payloads(path: Path, split: str, limit: int, one_record: bool) -> Iterator[bytes]:
    """The bodies of the requests for a file, in order.

    Args:
        split: "None" for the whole file in one request, "Line" for records that end with a line feed.
        limit: the most bytes of a request; 0 for no limit.
        one_record: one record to a request, and not as many as fit.

    Raises:
        PayloadTooLarge: while the bodies are taken.
    """
    if split == "None":
        size = path.stat().st_size
        _check(size, limit)
        yield path.read_bytes()
        return
    batch: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        for record in file:
            _check(len(record), limit)
            if batch and (one_record or (limit and size + len(record) > limit)):
                yield b"".join(batch)
                batch, size = [], 0
            batch.append(record)
            size += len(record)
    if batch:
        yield b"".join(batch)


def _check(size: int, limit: int) -> None:
    if limit and size > limit:
        raise PayloadTooLarge(f"Too much data for max payload size: {size} bytes, and MaxPayloadInMB is {limit >> 20}")

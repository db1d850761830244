"""The log events that moto keeps, for the operations on them that are ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from local_aws import ACCOUNT


class StoredEvent(NamedTuple):
    """A log event; times in epoch milliseconds, `number` grows with every event that is stored anywhere."""

    timestamp: int
    number: int
    stream: str
    message: str
    ingested: int


def streams_of(group: str, region: str) -> list[str] | None:
    """The names of a group's streams, None where there is no such group."""
    found = _groups(region).get(group)
    return None if found is None else list(found.streams)


def events_of(group: str, region: str, streams: list[str]) -> Iterator[StoredEvent]:
    """The events of some streams of a group, stream by stream, in the order in which they were stored."""
    held = _groups(region)[group].streams
    for name in streams:
        for event in list(held[name].events):
            yield StoredEvent(event.timestamp, event.event_id, name, event.message, event.ingestion_time)


def _groups(region: str) -> dict[str, Any]:
    # Moto reads its settings while it is imported, so that the first import has to come after them.
    from moto.logs.models import logs_backends

    return logs_backends[ACCOUNT][region].groups

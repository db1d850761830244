"""The log events that moto keeps, for the operations on them that are ours.

Moto keeps a stream's events as they came, and sorts all of them for each page. Here an event finds its place by time
once: what is read goes by place, and costs what it gives.
"""

from __future__ import annotations

import bisect
import heapq
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from local_aws import ACCOUNT

Place = tuple[int, int]
"""Where an event stands in its stream: its time, and its number."""


class StoredEvent(NamedTuple):
    """A log event; times in epoch milliseconds, `number` grows with every event that is stored anywhere."""

    timestamp: int
    number: int
    stream: str
    message: str
    ingested: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.timestamp, self.number


class OrderedEvents:
    """The events of a stream by their places.

    Args:
        stream: moto's.
    """

    def __init__(self, stream: Any):
        self._stream = stream
        self._events: list[Any] = []
        self._taken = 0
        self._lock = threading.Lock()

    def forward(self, place: Place) -> Iterator[StoredEvent]:
        """The events from a place on."""
        events = self._all()
        start = bisect.bisect_left(events, place, key=_place)
        return (self._stored(events[index]) for index in range(start, len(events)))

    def backward(self, place: Place) -> Iterator[StoredEvent]:
        """The events before a place, the last one first."""
        events = self._all()
        end = bisect.bisect_left(events, place, key=_place)
        return (self._stored(events[index]) for index in range(end - 1, -1, -1))

    def _stored(self, event: Any) -> StoredEvent:
        name = self._stream.log_stream_name
        return StoredEvent(event.timestamp, event.event_id, name, event.message, event.ingestion_time)

    def _all(self) -> list[Any]:
        """The events, with those that have come since; who reads a list while it grows reads what it was."""
        with self._lock:
            new = self._stream.events[self._taken :]
            self._taken += len(new)
            new.sort(key=_place)
            if new and self._events and _place(new[0]) < _place(self._events[-1]):
                self._events = sorted(self._events + new, key=_place)
            else:
                self._events += new
            return self._events


_ordered: WeakKeyDictionary[Any, OrderedEvents] = WeakKeyDictionary()
_lock = threading.Lock()


def streams_of(group: str, region: str) -> list[str] | None:
    """The names of a group's streams, None where there is no such group."""
    found = _groups(region).get(group)
    return None if found is None else list(found.streams)


def ordered_events(group: str, region: str, stream: str) -> OrderedEvents:
    """The events of a stream that is there, by time."""
    held = _groups(region)[group].streams[stream]
    with _lock:
        return _ordered.setdefault(held, OrderedEvents(held))


def events_of(group: str, region: str, streams: list[str], place: Place = (0, 0)) -> Iterator[StoredEvent]:
    """The events of some streams of a group from a place on, in their order."""
    return heapq.merge(*(ordered_events(group, region, name).forward(place) for name in streams))


def _place(event: Any) -> Place:
    return event.timestamp, event.event_id


def _groups(region: str) -> dict[str, Any]:
    # Moto reads its settings while it is imported, so that the first import has to come after them.
    from moto.logs.models import logs_backends

    return logs_backends[ACCOUNT][region].groups

"""The history of an execution: a log of typed events, each with the id of the event that it follows from.

Order, details and `previousEventId` are those of GetExecutionHistory ("HistoryEvent", AWS Step Functions API
reference, and recorded executions). The events of one thread of control (the
machine's own, a Parallel's branch, a Map's iteration) chain to each other, not to what happens beside them.
"""

from __future__ import annotations

import functools
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, overload

from local_aws.states.document import Document
from local_aws.states.errors import Cancelled
from local_aws.states.work.signals import Signal

MAX_EVENTS = 25_000
BLOCK = 100
"""Events that are kept together, where a history outlives the process."""

_DOCUMENT = "document"
"""Before a document's text, in an event as plain data."""
_DETAILS = {
    "MapStateStarted": "mapStateStartedEventDetails",
    "MapIterationStarted": "mapIterationStartedEventDetails",
    "MapIterationSucceeded": "mapIterationSucceededEventDetails",
    "MapIterationFailed": "mapIterationFailedEventDetails",
    "MapIterationAborted": "mapIterationAbortedEventDetails",
}
"""Events whose name has Entered, Started or Exited in it without sharing their details with others."""

_WITHOUT_DETAILS = {
    "LambdaFunctionStarted",
    "MapRunSucceeded",
    "MapRunAborted",
    "MapStateFailed",
    "MapStateSucceeded",
    "MapStateAborted",
    "ParallelStateStarted",
    "ParallelStateSucceeded",
    "ParallelStateFailed",
    "ParallelStateAborted",
    "TaskStateAborted",
    "WaitStateAborted",
}
_EXECUTION_DATA = {"input", "output", "parameters", "assignedVariables", "inputDetails", "outputDetails"}


class HistoryFull(Exception):
    """The execution reached the maximum number of history events."""


@dataclass(slots=True)
class Event:
    """One event; `details` holds documents where the API shows JSON texts."""

    id: int
    previous: int
    type: str
    timestamp: float
    details: dict[str, Any] | None

    def plain(self) -> tuple[Any, ...]:
        """The event as plain data."""
        details = self.details and {
            name: (_DOCUMENT, value.text) if isinstance(value, Document) else value
            for name, value in self.details.items()
        }
        return (self.id, self.previous, self.type, self.timestamp, details)

    @classmethod
    def of_plain(cls, data: Iterable[Any]) -> Event:
        """The event that `plain` gave so."""
        number, previous, event_type, timestamp, details = data
        details = details and {
            name: Document(text=value[1]) if isinstance(value, tuple) and value[:1] == (_DOCUMENT,) else value
            for name, value in details.items()
        }
        return cls(number, previous, event_type, timestamp, details)

    def as_dict(self, with_data: bool = True) -> dict[str, Any]:
        """The event as a `HistoryEvent` of the API."""
        event: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(self.timestamp, UTC),
            "type": self.type,
            "id": self.id,
            "previousEventId": self.previous,
        }
        if self.type not in _WITHOUT_DETAILS:
            event[_details_name(self.type)] = self.shown_details(with_data)
        return event

    def shown_details(self, with_data: bool) -> dict[str, Any]:
        """The details with documents as JSON texts; what the execution worked on can be left out."""
        return {
            name: value.text if isinstance(value, Document) else value
            for name, value in (self.details or {}).items()
            if with_data or name not in _EXECUTION_DATA
        }


def _details_name(event_type: str) -> str:
    if event_type in _DETAILS:
        return _DETAILS[event_type]
    for suffix in ("StateEntered", "StateExited"):
        if event_type.endswith(suffix):
            return suffix[0].lower() + suffix[1:] + "EventDetails"
    return event_type[0].lower() + event_type[1:] + "EventDetails"


class PackedEvents(Sequence[Event]):
    """The events of an execution that has ended: blocks of bytes, in a fifth of the room, since they are kept long."""

    __slots__ = ("_blocks", "_count")

    def __init__(self, events: Sequence[Event]):
        self._count = len(events)
        starts = range(0, self._count, BLOCK)
        self._blocks = [pickle.dumps([event.plain() for event in events[start : start + BLOCK]]) for start in starts]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Event]:
        for block in self._blocks:
            yield from _unpacked(block)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        number = range(self._count)[index]
        return _unpacked(self._blocks[number // BLOCK])[number % BLOCK]


@functools.lru_cache(maxsize=16)
def _unpacked(block: bytes) -> tuple[Event, ...]:
    """The events of a block; whoever reads one of them reads the others, too."""
    return tuple(Event.of_plain(data) for data in pickle.loads(block))


class EventLog(Sequence[Event]):
    """The events of one execution, appended from many threads, read at any time. It is packed where nothing comes more.

    Args:
        told: called with every event, in order; it must return at once.
    """

    def __init__(self, told: Callable[[Event], None] | None = None) -> None:
        self._events: list[Event] | PackedEvents = []
        self._told = told
        self._closed = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._events)

    def append(self, event_type: str, previous: int, details: dict[str, Any] | None) -> int:
        """Add an event and give its id.

        Raises:
            Cancelled: the execution has ended.
            HistoryFull: this would be the last event but one that a history can hold.
        """
        with self._lock:
            return self._append(event_type, previous, details)

    def append_unless(self, stopped: Signal, event_type: str, previous: int, details: dict[str, Any] | None) -> int:
        """As `append`, and raises `Cancelled` where the signal is set; both in one step."""
        with self._lock:
            if stopped.is_set():
                raise Cancelled
            return self._append(event_type, previous, details)

    def close(self, event_type: str, previous: int, details: dict[str, Any] | None) -> bool:
        """Add the execution's last event. False where it already has one."""
        with self._lock:
            if self._closed:
                return False
            self._closed = True
            self._add(Event(len(self._events) + 1, previous, event_type, time.time(), details))
            return True

    def reopen(self, event_type: str, previous: int, details: dict[str, Any] | None) -> int:
        """Go on after the last event, for an execution that is redriven."""
        with self._lock:
            self._closed = False
            self._events = list(self._events)
            return self._append(event_type, previous, details)

    def pack(self) -> None:
        """Take less room, once the last event is there."""
        with self._lock:
            if self._closed and isinstance(self._events, list):
                self._events = PackedEvents(self._events)

    def put_back(self, events: Iterable[Event]) -> None:
        """Take events of the past, in their order, of which nobody is told."""
        self._events = [*self._events, *events]

    def seal(self) -> None:
        """Let the last event be the last one."""
        self._closed = True
        self.pack()

    def stop(self, stopped: Signal) -> None:
        """Set the signal such that nothing is appended on its behalf from now on."""
        with self._lock:
            stopped.set()

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def _append(self, event_type: str, previous: int, details: dict[str, Any] | None) -> int:
        if self._closed:
            raise Cancelled
        number = len(self._events) + 1
        if number >= MAX_EVENTS:
            raise HistoryFull
        self._add(Event(number, previous, event_type, time.time(), details))
        return number

    def _add(self, event: Event) -> None:
        if isinstance(self._events, PackedEvents):
            raise TypeError("a history that is packed takes no event")
        self._events.append(event)
        if self._told is not None:
            self._told(event)

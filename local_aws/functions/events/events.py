"""Asynchronous invocations: a queue, attempts, retries, and where the result goes.

A function error is tried twice more, after one and two minutes, with the same request id. A throttled
event goes back to the queue and waits, a second at first and five minutes at most, until it is six hours
old. The waits pass on the host's clock. What becomes of an event goes to its destination, and a failure
to the dead-letter queue.

Source: AWS Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation".
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.call import ApiError
from local_aws.functions.configuration import FunctionVersion
from local_aws.functions.events.destinations import EXHAUSTED, SUCCESS, TOO_OLD, Destinations, Record
from local_aws.functions.invocation import Outcome
from local_aws.functions.registry import EventInvokeConfig
from local_aws.house import Host, Records, Shelf

log = logging.getLogger(__name__)

_RECORDS = "lambda/events"
_RETRY_SECONDS = (60.0, 120.0)
_MAXIMUM_AGE_SECONDS = 21_600.0
_BACK_OFF_SECONDS = (1.0, 300.0)
_POLLERS = 64


@dataclass
class Event:
    """An asynchronous invocation on its way. `qualifier` is what the caller named, None for none.

    It `waits` until it is tried, and again where it is to be tried another time.
    """

    request_id: str
    function: str
    qualifier: str | None
    payload: bytes
    trace_header: str
    arrived: float = field(default_factory=time.monotonic)
    attempts: int = 0
    throttles: int = 0
    waits: bool = True


@dataclass(frozen=True)
class Settings:
    """What applies to an event at the moment: the version that it would run, and how it is handled."""

    version: FunctionVersion
    function_arn: str
    config: EventInvokeConfig | None
    reserved_concurrency: int | None

    @property
    def retries(self) -> int:
        """How often a function error is tried again."""
        chosen = self.config.maximum_retry_attempts if self.config else None
        return len(_RETRY_SECONDS) if chosen is None else chosen

    @property
    def maximum_age(self) -> float:
        """Seconds after which an event is given up."""
        return (self.config.maximum_event_age if self.config else None) or _MAXIMUM_AGE_SECONDS


class EventQueue:
    """Takes events and sees them through.

    Args:
        settings: what applies to an event; None where its function is gone.
        attempt: runs an event once; raises ApiError where it is throttled or refused.
    """

    def __init__(
        self,
        host: Host,
        settings: Callable[[Event], Settings | None],
        attempt: Callable[[Event], Outcome],
    ):
        self._host, self._clock = host, host.clock
        self._under_way: dict[str, Event] = {}
        self._settings, self._attempt = settings, attempt
        self._destinations = Destinations(host)
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closing = False
        self._free = threading.Semaphore(_POLLERS)
        threading.Thread(target=self._dispatch, name="lambda-events", daemon=True).start()

    def shelf(self) -> Shelf:
        """The events that are under way, as records that outlive the process."""
        return Records(self._host.kind(_RECORDS), self._kept, self._put_back)

    def resume(self) -> None:
        """Go on with the events of the past; one that was being tried is tried again."""
        for event in list(self._under_way.values()):
            self.add(event)

    def add(self, event: Event, seconds: float = 0.0) -> None:
        """Queue an event, due in so many seconds of the host's clock."""
        event.waits = True
        self._under_way[event.request_id] = event
        self._host.changed(_RECORDS, event.request_id)
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + self._clock.wall(seconds), next(self._order), event))
            self._changed.notify()

    def close(self) -> None:
        """Stop: what is still queued is lost with the process, unless its state is kept."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while not self._closing and (not self._due or self._due[0][0] > time.monotonic()):
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._changed.wait(wait)
                if self._closing:
                    return
                event = heapq.heappop(self._due)[2]
            self._free.acquire()
            threading.Thread(target=self._handle, args=(event,), name="lambda-event", daemon=True).start()

    def _handle(self, event: Event) -> None:
        event.waits = False
        try:
            self._try(event)
        except Exception:
            log.exception("the event %s of %s is lost", event.request_id, event.function)
        finally:
            if not event.waits and not self._closing:
                del self._under_way[event.request_id]
                self._host.changed(_RECORDS, event.request_id)
            self._free.release()

    def _kept(self, request_id: str) -> dict[str, Any] | None:
        event = self._under_way.get(request_id)
        if event is None:
            return None
        arrived = time.time() - (time.monotonic() - event.arrived)
        return {field.name: getattr(event, field.name) for field in fields(event)} | {"arrived": arrived}

    def _put_back(self, request_id: str, data: dict[str, Any]) -> None:
        arrived = time.monotonic() - (time.time() - data["arrived"])
        self._under_way[request_id] = Event(**(data | {"arrived": arrived}))

    def _try(self, event: Event) -> None:
        settings = self._settings(event)
        if settings is None:
            log.warning("the event %s of %s is dropped: the function is gone", event.request_id, event.function)
            return
        if settings.reserved_concurrency == 0:
            self._finish(event, settings, EXHAUSTED, None)
            return
        if self._age(event) > settings.maximum_age:
            self._finish(event, settings, TOO_OLD, None)
            return
        try:
            outcome = self._attempt(event)
        except Exception as error:
            if not isinstance(error, ApiError):
                log.exception("the event %s of %s could not be run", event.request_id, event.function)
            self._refused(event, settings, error)
            return
        event.attempts += 1
        if not outcome.function_error:
            self._finish(event, settings, SUCCESS, outcome)
        elif event.attempts > settings.retries:
            self._finish(event, settings, EXHAUSTED, outcome)
        else:
            self.add(event, _RETRY_SECONDS[event.attempts - 1])

    def _refused(self, event: Event, settings: Settings, error: Exception) -> None:
        """The function has not run: a throttle, or a fault of the service, both of which pass."""
        if getattr(error, "code", "") == "RecursiveInvocationException":
            self._finish(event, settings, EXHAUSTED, None)
            return
        shortest, longest = _BACK_OFF_SECONDS
        pause = min(longest, shortest * 2**event.throttles)
        event.throttles += 1
        if self._age(event) + pause > settings.maximum_age:
            self._finish(event, settings, TOO_OLD, None)
        else:
            self.add(event, pause)

    def _age(self, event: Event) -> float:
        return (time.monotonic() - event.arrived) * self._clock.factor

    def _finish(self, event: Event, settings: Settings, condition: str, outcome: Outcome | None) -> None:
        record = Record(
            event.request_id,
            settings.function_arn,
            condition,
            event.attempts,
            event.payload,
            outcome,
            event.trace_header,
        )
        version, config = settings.version, settings.config
        destination = None
        if config is not None:
            destination = config.on_success if condition == SUCCESS else config.on_failure
        try:
            if destination:
                self._destinations.send(record, destination, version.role, version.name)
            if condition != SUCCESS and version.dead_letter_arn:
                target = version.dead_letter_arn
                self._destinations.send_to_dead_letters(record, target, version.role, version.name)
        except (ApiError, ClientError, BotoCoreError) as error:
            log.warning("the result of event %s of %s is not delivered: %s", event.request_id, event.function, error)

"""The one way into CloudWatch Logs for what functions, jobs and endpoints write.

A `LogStream` takes text and returns at once; the `LogWriter` sends what all of them took, in the background and in
order, by API calls under each stream's role. Where the role may not write logs, its owner runs all the same, as on AWS,
and what it wrote is lost; the server's own log says so once for each stream.

Limits: Amazon CloudWatch Logs API reference, PutLogEvents.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.access.roles import Roles
from local_aws.call import ApiError
from local_aws.lag import Kind, Lag
from local_aws.logs.lines import BATCH_BYTES, EVENT_BYTES, EVENT_OVERHEAD_BYTES, cut

log = logging.getLogger(__name__)

_BATCH_EVENTS = 10_000
_WAITING_CHARACTERS = 16 * 1_048_576
"""Who writes faster than can be sent waits from here on, as behind any pipe that is full."""
_BATCH_SECONDS, _LATEST_SECONDS = 0.1, 1.0
"""How long events wait for others that go with them: longer where there are many streams with calls of their own."""
_PAUSES = 9
"""So many times as long as its calls take, the writer lets the server do other things."""
_FLUSH_SECONDS = 10.0


@dataclass(frozen=True)
class LogEvent:
    """One event; `time` in epoch milliseconds."""

    time: int
    text: str


@dataclass(frozen=True)
class Destination:
    """Where a stream's events go: its group and name, and the role session of a service that writes them.

    Without a role, the service writes on its own account, as a delivery of logs does.
    """

    group: str
    stream: str
    role_arn: str | None
    service: str
    session_name: str


class LogStream:
    """A log stream; it and its group are made when its first events are sent."""

    def __init__(self, writer: LogWriter, destination: Destination):
        self.destination = destination
        self._writer = writer
        self._lock = threading.Lock()
        self._latest = 0

    def write(self, text: str, at: int | None = None) -> None:
        """Add an event; one that is larger than CloudWatch takes is cut into several."""
        self.write_all([text], at)

    def write_all(self, texts: list[str], at: int | None = None) -> None:
        """Add events.

        CloudWatch orders events by their times. A record's is its writer's own (`at`, epoch milliseconds), a plain
        line's is when it was read here, which is later: no event may be earlier than the one written before it.
        """
        now = time.time_ns() // 1_000_000 if at is None else at
        with self._lock:
            self._latest = max(now, self._latest)
            self._take(texts, self._latest)

    def flush(self) -> None:
        """Have what was written sent now."""
        self._writer.flush()

    def _take(self, texts: list[str], time_ms: int) -> None:
        self._writer.put(self.destination, [LogEvent(time_ms, piece) for text in texts for piece in _pieces(text)])


def _pieces(text: str) -> Iterable[str]:
    if len(text) * 4 <= EVENT_BYTES:
        return (text,)
    return (piece.decode() for piece in cut(text.encode("utf-8", "replace")))


class LogWriter:
    """Sends log events to CloudWatch Logs, a batch for each stream, ten times a second at most."""

    def __init__(self, roles: Roles, lag: Lag):
        self._roles, self._lag = roles, lag
        self._waiting: dict[Destination, list[LogEvent]] = {}
        self._made: set[Destination] = set()
        self._refused: set[Destination] = set()
        self._changed = threading.Condition()
        self._taken = self._sent = self._characters = 0
        self._body = b""
        self._hurry = self._closed = False
        threading.Thread(target=self._run, name="log-writer", daemon=True).start()

    def put(self, destination: Destination, events: list[LogEvent]) -> None:
        """Take events to be sent; returns at once, unless too much is waiting already."""
        with self._changed:
            if self._characters >= _WAITING_CHARACTERS:
                self._changed.wait_for(lambda: self._characters < _WAITING_CHARACTERS or self._closed)
            self._characters += _characters(events)
            self._lag.later(Kind.LOG, destination.stream, functools.partial(self._due, destination, events))

    def _due(self, destination: Destination, events: list[LogEvent]) -> None:
        with self._changed:
            if not self._waiting:
                self._changed.notify_all()
            self._waiting.setdefault(destination, []).extend(events)
            self._taken += 1

    def flush(self) -> None:
        """Have what was taken and is due sent now, and wait for that, but not forever."""
        with self._changed:
            taken, self._hurry = self._taken, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._sent >= taken or self._closed, _FLUSH_SECONDS)

    def close(self) -> None:
        """Stop; what is still waiting is lost with the server and its CloudWatch Logs."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        pause = _BATCH_SECONDS
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._changed.wait_for(lambda: self._hurry or self._closed, pause)
                waiting, self._waiting = self._waiting, {}
                self._characters -= sum(map(_characters, waiting.values()))
                taken, self._hurry = self._taken, False
                self._changed.notify_all()
            began = time.thread_time()
            for destination, events in waiting.items():
                try:
                    self._send(destination, events)
                except (ApiError, ClientError, BotoCoreError) as refused:
                    self._lose(destination, refused)
                except Exception:
                    log.exception("writing to %s, stream %s", destination.group, destination.stream)
            pause = min(max(_BATCH_SECONDS, _PAUSES * (time.thread_time() - began)), _LATEST_SECONDS)
            with self._changed:
                self._sent = taken
                self._changed.notify_all()

    def _lose(self, destination: Destination, refused: Exception) -> None:
        if destination not in self._refused:
            self._refused.add(destination)
            log.warning("%s, stream %s is not written: %s", destination.group, destination.stream, refused)

    def _client(self, destination: Destination) -> Any:
        if destination.role_arn is None:
            return self._roles.admin_client("logs")
        return self._roles.client(
            "logs",
            role_arn=destination.role_arn,
            service=destination.service,
            session_name=destination.session_name,
        )

    def _fill(self, params: dict[str, Any], **_: Any) -> None:
        """Put the body that is to be sent in place of botocore's."""
        params["body"] = self._body

    def _send(self, destination: Destination, events: list[LogEvent]) -> None:
        client = self._client(destination)
        client.meta.events.register("before-call.logs.PutLogEvents", self._fill, unique_id="log-writer")
        names = {"logGroupName": destination.group, "logStreamName": destination.stream}
        if destination not in self._made:
            # Whether the group may be made or is there already, the stream is what counts.
            with contextlib.suppress(ClientError):
                client.create_log_group(logGroupName=destination.group)
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_stream(**names)
            self._made.add(destination)
        for batch in _batches(sorted(events, key=lambda event: event.time)):
            messages = [{"timestamp": event.time, "message": event.text} for event in batch]
            # botocore would take ten times as long to write this; it only signs and sends it.
            self._body = json.dumps({**names, "logEvents": messages}).encode()
            try:
                client.put_log_events(**names, logEvents=[])
            except client.exceptions.ResourceNotFoundException:
                # The group was deleted while its writer lives: it is made again, as on AWS.
                self._made.discard(destination)
                raise


def _characters(events: list[LogEvent]) -> int:
    return sum(len(event.text) for event in events)


def _batches(events: list[LogEvent]) -> Iterable[list[LogEvent]]:
    batch: list[LogEvent] = []
    size = 0
    for event in events:
        if not event.text.strip("\n"):
            continue
        bytes_ = len(event.text.encode("utf-8", "replace")) + EVENT_OVERHEAD_BYTES
        if batch and (size + bytes_ > BATCH_BYTES or len(batch) == _BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += bytes_
    if batch:
        yield batch

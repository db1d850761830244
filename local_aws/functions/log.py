"""What a function writes, as log events: the platform's own lines, the tail of an invocation, CloudWatch
Logs.

`LogStream` is the stream of one execution environment. `LogDelivery` writes the streams of all of them to
CloudWatch Logs in the background, in order, by API calls under the function's role, and so only if the
role may.

Texts of the platform's lines: logs recorded on AWS in 2025 and 2026, and the AWS Lambda developer guide.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import math
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.service import ApiError, Host

log = logging.getLogger(__name__)

_TAIL_BYTES = 4096
_EVENT_BYTES = 256 * 1024
_EVENT_OVERHEAD_BYTES = 26
_BATCH_BYTES = 1_048_576
_BATCH_EVENTS = 10_000
_BATCH_SECONDS = 0.1
_BACKGROUND_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class LogEvent:
    """One event; `time` in epoch milliseconds."""

    time: int
    text: str


def runtime_version_arn(region: str, runtime: str) -> str:
    """The ARN of the runtime's version; its hash is made from the runtime's name."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"


def init_start(region: str, runtime: str) -> str:
    """The line that begins an environment's log; AWS's patch number of the runtime is not known: it is 1."""
    version = runtime.removeprefix("python")
    arn = runtime_version_arn(region, runtime)
    return f"INIT_START Runtime Version: python:{version}.v1\tRuntime Version ARN: {arn}\n"


def init_report(milliseconds: float, phase: str, error_type: str | None) -> str:
    """The line after an initialisation that failed (`error_type`) or took too long (None)."""
    status = "timeout" if error_type is None else f"error\tError Type: {error_type}"
    return f"INIT_REPORT Init Duration: {milliseconds:.2f} ms\tPhase: {phase}\tStatus: {status}\n"


@dataclass(frozen=True)
class Report:
    """The figures of a REPORT line: times in milliseconds, memory in MiB; `init` only where it counts."""

    request_id: str
    duration: float
    memory_size: int
    memory_used: int
    init: float | None = None
    error_type: str | None = None

    @property
    def billed(self) -> int:
        """Milliseconds billed: initialisation included, rounded up."""
        return math.ceil(self.duration + (self.init or 0))

    def text(self) -> str:
        """The line as it stands in the log."""
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration:.2f} ms",
            f"Billed Duration: {self.billed} ms",
            f"Memory Size: {self.memory_size} MB",
            f"Max Memory Used: {self.memory_used} MB",
        ]
        if self.init is not None:
            parts.append(f"Init Duration: {self.init:.2f} ms")
        if self.error_type == "Sandbox.Timedout":
            parts.append("Status: timeout")
        elif self.error_type is not None:
            parts += ["Status: error", f"Error Type: {self.error_type}"]
        return "\t".join([*parts, "\n"])


def stream_name(version: str) -> str:
    """A new stream's name: the day, the function's version, 32 hexadecimal digits."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{secrets.token_hex(16)}"


@dataclass(frozen=True)
class Destination:
    """Where a stream's events go, and under which role."""

    role_arn: str
    function_name: str
    group: str
    stream: str


class LogStream:
    """The log of one execution environment."""

    def __init__(self, destination: Destination, delivery: LogDelivery):
        self.destination = destination
        self._delivery = delivery
        self._lock = threading.Lock()
        self._tail: list[str] | None = None
        self._latest = 0

    def begin_tail(self) -> None:
        """Keep what is written from now on, for the caller of the invocation."""
        with self._lock:
            self._tail = []

    def end_tail(self) -> bytes:
        """The last 4 KB of what was written since."""
        with self._lock:
            text, self._tail = "".join(self._tail or []), None
        return text.encode()[-_TAIL_BYTES:]

    def write(self, text: str, at: int | None = None) -> None:
        """Add an event; one that is larger than CloudWatch takes is cut into several.

        CloudWatch orders events by their times. A record's is the runtime's (`at`), a plain line's is when it was
        read here, which is later: no event may be earlier than the one written before it.
        """
        now = time.time_ns() // 1_000_000 if at is None else at
        with self._lock:
            time_ms = self._latest = max(now, self._latest)
            if self._tail is not None:
                self._tail.append(text)
            self._delivery.put(self.destination, [LogEvent(time_ms, piece) for piece in _pieces(text)])


def _pieces(text: str) -> Iterable[str]:
    if len(text) * 4 <= _EVENT_BYTES:
        return (text,)
    return _cut(text.encode())


def _cut(data: bytes) -> Iterable[str]:
    while data:
        end = _EVENT_BYTES
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[:end].decode()
        data = data[end:]


class LogDelivery:
    """Writes log events to CloudWatch Logs, a batch for each stream about ten times a second."""

    def __init__(self, host: Host):
        self._host = host
        self._waiting: dict[Destination, list[LogEvent]] = {}
        self._known: set[Destination] = set()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._something = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lambda-logs", daemon=True)
        self._thread.start()

    def put(self, destination: Destination, events: list[LogEvent]) -> None:
        """Take events to be written; returns at once."""
        with self._lock:
            self._waiting.setdefault(destination, []).extend(events)
        self._something.set()

    def flush(self) -> None:
        """Write what is waiting, now."""
        with self._sending:
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            for destination, events in waiting.items():
                try:
                    self._send(destination, events)
                except (ApiError, ClientError, BotoCoreError) as refused:
                    log.info("logs of %s are not written: %s", destination.function_name, refused)

    def close(self) -> None:
        """Stop; what is still waiting is lost with the server and its CloudWatch Logs."""
        self._closing.set()
        self._something.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._something.wait()
            self._something.clear()
            if self._closing.wait(_BATCH_SECONDS):
                return
            try:
                self.flush()
            except Exception:
                log.exception("writing the functions' logs")
                self._closing.wait(_BACKGROUND_PAUSE_SECONDS)

    def _send(self, destination: Destination, events: list[LogEvent]) -> None:
        client = self._host.roles.client(
            "logs",
            role_arn=destination.role_arn,
            service="lambda.amazonaws.com",
            session_name=destination.function_name,
        )
        names = {"logGroupName": destination.group, "logStreamName": destination.stream}
        if destination not in self._known:
            # Whether the group may be made or is there already, the stream is what counts.
            with contextlib.suppress(ClientError):
                client.create_log_group(logGroupName=destination.group)
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_stream(**names)
            self._known.add(destination)
        for batch in _batches(sorted(events, key=lambda event: event.time)):
            messages = [{"timestamp": event.time, "message": event.text} for event in batch]
            try:
                client.put_log_events(**names, logEvents=messages)
            except client.exceptions.ResourceNotFoundException:
                # The group was deleted while the environment lives: it is made again, as on AWS.
                self._known.discard(destination)
                raise


def _batches(events: list[LogEvent]) -> Iterable[list[LogEvent]]:
    batch: list[LogEvent] = []
    size = 0
    for event in events:
        if not event.text.strip("\n"):
            continue
        bytes_ = len(event.text.encode()) + _EVENT_OVERHEAD_BYTES
        if batch and (size + bytes_ > _BATCH_BYTES or len(batch) == _BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += bytes_
    if batch:
        yield batch

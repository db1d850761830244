"""What a function writes, as log events: the platform's own lines, and the tail of an invocation.

Texts of the platform's lines: logs recorded on AWS in 2025 and 2026, and the AWS Lambda developer guide.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from local_aws.logs.writer import Destination, LogStream, LogWriter

_TAIL_BYTES = 4096


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


class EnvironmentLog(LogStream):
    """The log of one execution environment, and the tail of the invocation that it serves."""

    def __init__(self, writer: LogWriter, destination: Destination):
        super().__init__(writer, destination)
        self._tail: deque[str] | None = None
        self._tail_length = 0

    def begin_tail(self) -> None:
        """Keep what is written from now on, for the caller of the invocation."""
        with self._lock:
            self._tail, self._tail_length = deque(), 0

    def end_tail(self) -> bytes:
        """The last 4 KB of what was written since."""
        with self._lock:
            text, self._tail = "".join(self._tail or []), None
        return text.encode()[-_TAIL_BYTES:]

    def _take(self, texts: list[str], time_ms: int) -> None:
        if self._tail is not None:
            for text in texts:
                self._keep(text[-_TAIL_BYTES:], self._tail)
        super()._take(texts, time_ms)

    def _keep(self, text: str, tail: deque[str]) -> None:
        """Add to the tail, and drop what no longer belongs to the last 4 KB."""
        tail.append(text)
        self._tail_length += len(text)
        while self._tail_length - len(tail[0]) >= _TAIL_BYTES:
            self._tail_length -= len(tail.popleft())

"""Instances that serve a model: containers that are started, asked over HTTP, watched, and started again.

An instance speaks the contract of SageMaker's containers for inference, `GET /ping` and `POST /invocations`, and
knows nothing of endpoints or transform jobs.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_aws.http_client import Answer, HttpConnection
from local_aws.logs.writer import LogStream
from local_aws.sagemaker.containers.container import Container

_log = logging.getLogger(__name__)
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
_PING_SECONDS = 10.0
_FIRST_RESTART_SECONDS, _LAST_RESTART_SECONDS = 0.1, 10.0


class Unreachable(Exception):
    """No answer: the container has exited, or is just being started again."""


class NotReady(Unreachable):
    """The request was not sent: it can go to another instance."""


class TimedOut(Exception):
    """The container did not answer in time."""


@dataclass(frozen=True)
class Reply:
    """A container's answer."""

    status: int
    content_type: str
    body: bytes
    custom_attributes: str | None = None


@dataclass(frozen=True)
class Launch:
    """How an algorithm's container is started; the environment is made anew for each start (credentials expire)."""

    command: Sequence[str]
    environment: Callable[[], Mapping[str, str]]
    log: Callable[[], LogStream]


class Instance:
    """One instance, from its first start until it is closed.

    Args:
        name: its instance id.
        root: the folder that its container sees as `/opt/ml`, with the model in it.
    """

    def __init__(self, name: str, root: Path, launch: Launch):
        self.name, self._root, self._launch = name, root, launch
        self._connections: Connections | None = None
        self._container: Container | None = None
        self._changed = threading.Condition()
        self._closed = self._failed = self._ever_ready = False
        self._pending = 0
        self._supervisor = threading.Thread(target=self._supervise, name=f"instance {name}", daemon=True)
        self._supervisor.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether it answers, waiting at most so long; at once where its container ended before it ever answered."""
        with self._changed:
            self._changed.wait_for(lambda: self._connections or self._failed or self._closed, seconds)
            return self._connections is not None

    @property
    def ready(self) -> bool:
        return self._connections is not None

    @property
    def pending(self) -> int:
        """How many requests it is answering."""
        return self._pending

    def invoke(self, body: bytes, headers: Mapping[str, str], seconds: float) -> Reply:
        """Post to `/invocations`.

        Raises:
            NotReady, Unreachable, TimedOut.
        """
        with self._changed:
            connections = self._connections
            if connections is None:
                raise NotReady(self.name)
            self._pending += 1
        try:
            return connections.request("POST", "/invocations", body, headers, seconds)
        finally:
            with self._changed:
                self._pending -= 1
                self._changed.notify_all()

    def close(self, drain_seconds: float = 0.0) -> None:
        """End it, after at most so many seconds in which requests that have begun are answered."""
        with self._changed:
            self._connections, connections = None, self._connections
            self._changed.wait_for(lambda: not self._pending, drain_seconds)
            self._closed = True
            self._changed.notify_all()
            container = self._container
        if connections is not None:
            connections.close()
        if container is not None:
            container.close()
        self._supervisor.join(10)

    # ---- the supervisor's thread, which outlives the container ----------------------------------------

    def _supervise(self) -> None:
        pause = _FIRST_RESTART_SECONDS
        while True:
            was_ready = self._run_once()
            with self._changed:
                if self._closed:
                    return
                self._failed = not self._ever_ready
                self._changed.notify_all()
                if self._failed:
                    return
                _log.warning("the container of %s has ended and is started again", self.name)
                pause = _FIRST_RESTART_SECONDS if was_ready else min(2 * pause, _LAST_RESTART_SECONDS)
                if self._changed.wait_for(lambda: self._closed, pause):
                    return

    def _run_once(self) -> bool:
        """Start a container and stay until it has ended; tells whether it was ready meanwhile."""
        output = _Output(self._launch.log(), self._listening)
        container = Container(self._root, self.name, output, "output/message")
        try:
            environment = self._launch.environment()
            with self._changed:
                if self._closed:
                    return False
                container.start(self._launch.command, environment, built_in=True)
                self._container = container
            container.wait(None)
        except Exception:
            _log.exception("the container of %s could not be started", self.name)
        finally:
            with self._changed:
                connections, self._connections, self._container = self._connections, None, None
            if connections is not None:
                connections.close()
            container.close()
        return connections is not None

    def _listening(self, port: int) -> None:
        connections = Connections(port)
        try:
            healthy = connections.request("GET", "/ping", b"", {}, _PING_SECONDS).status == 200
        except (Unreachable, TimedOut):
            healthy = False
        with self._changed:
            if healthy and not self._closed:
                self._connections, self._ever_ready = connections, True
                self._changed.notify_all()


class Connections:
    """Kept-alive HTTP connections to one container."""

    def __init__(self, port: int):
        self._port = port
        self._free: list[HttpConnection] = []
        self._lock = threading.Lock()

    def request(self, method: str, path: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Reply:
        """One request and its answer.

        Raises:
            Unreachable, TimedOut.
        """
        connection = None
        try:
            connection = self._connection(seconds)
            answer = connection.ask(method, path, body, headers)
        except OSError as error:
            if connection is not None:
                connection.close()
            if isinstance(error, TimeoutError):
                raise TimedOut(f"no answer in {seconds} s") from error
            raise Unreachable(str(error)) from error
        with self._lock:
            self._free.append(connection)
        return _reply(answer)

    def _connection(self, seconds: float) -> HttpConnection:
        """One that is free and that the container has not ended, or a new one."""
        while True:
            with self._lock:
                connection = self._free.pop() if self._free else None
            if connection is None:
                return HttpConnection("127.0.0.1", self._port, seconds)
            if connection.is_there():
                connection.wait_at_most(seconds)
                return connection
            connection.close()

    def close(self) -> None:
        """Close those that are not in use."""
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()


def _reply(answer: Answer) -> Reply:
    content_type = answer.headers.get("content-type", "application/octet-stream")
    return Reply(answer.status, content_type, answer.body, answer.headers.get("x-amzn-sagemaker-custom-attributes"))


class _Output:
    """A container's output on its way to the log, read for the address at which it listens."""

    def __init__(self, log: LogStream, listening: Callable[[int], None]):
        self._log, self._listening = log, listening

    def write_all(self, lines: list[str]) -> None:
        self._log.write_all(lines)
        for line in lines:
            if found := _LISTENING.search(line):
                self._listening(int(found[1]))

    def flush(self) -> None:
        self._log.flush()

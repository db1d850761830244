"""A container's output on its way to CloudWatch Logs, line by line, while it is written.

Lines are sent in small batches under the role of the job or model. Where the role may not write logs the job runs
all the same, as on AWS, and its lines are lost; the server's own log says so once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.service import ApiError

_log = logging.getLogger(__name__)
_BATCH_SECONDS = 0.1
_BATCH_EVENTS, _BATCH_BYTES, _EVENT_BYTES = 10_000, 1_000_000, 250_000


class LogStream:
    """One log stream, made when its first line is sent.

    Args:
        client: gives a CloudWatch Logs client under the role in question.
        group: log group, created if need be.
        stream: log stream.
    """

    def __init__(self, client: Callable[[], Any], group: str, stream: str):
        self._client, self.group, self.stream = client, group, stream
        self._waiting: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._closed = self._created = self._refused = False
        self._sender = threading.Thread(target=self._send_all, name=f"log {stream}", daemon=True)
        self._sender.start()

    def write(self, line: str) -> None:
        """Add a line (without its line end); an empty one is kept as a blank, which CloudWatch Logs can hold."""
        event = {"timestamp": int(time.time() * 1000), "message": line[:_EVENT_BYTES] or " "}
        with self._changed:
            self._waiting.append(event)
            self._changed.notify()

    def close(self, timeout: float = 10.0) -> None:
        """Send what is left, waiting at most so long."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._sender.join(timeout)

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._closed:
                    self._changed.wait_for(lambda: self._closed, _BATCH_SECONDS)
                batch = self._take()
            if not batch:
                return
            self._send(batch)

    def _take(self) -> list[dict[str, Any]]:
        size = count = 0
        for event in self._waiting[:_BATCH_EVENTS]:
            size += len(event["message"].encode()) + 26
            if size > _BATCH_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    def _send(self, batch: list[dict[str, Any]]) -> None:
        if self._refused:
            return
        try:
            client = self._client()
            if not self._created:
                _create(client.create_log_group, logGroupName=self.group)
                _create(client.create_log_stream, logGroupName=self.group, logStreamName=self.stream)
                self._created = True
            client.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=batch)
        except (ClientError, BotoCoreError, ApiError) as error:
            self._refused = True
            _log.warning("no log in %s, stream %s: %s", self.group, self.stream, error)


def _create(operation: Callable[..., Any], **names: str) -> None:
    try:
        operation(**names)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise

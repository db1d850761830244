"""Task tokens: what a Task state hands out when it waits for a callback, and what comes back with them."""

from __future__ import annotations

import base64
import os
import threading
import time
from typing import Any

from local_aws.call import ApiError
from local_aws.states.errors import Cancelled, StateError, TimedOut
from local_aws.states.work.signals import Signal


class WaitingTask:
    """A task that waits for its token to come back."""

    def __init__(self, token: str, stopped: Signal, heartbeat: float | None):
        self.token, self._heartbeat = token, heartbeat
        self._settled = stopped.child()
        self._lock = threading.Lock()
        self._beat = time.monotonic()
        self._outcome: tuple[Any, StateError | None] | None = None

    async def wait(self) -> Any:
        """Wait until the token comes back; gives the output that came with it.

        Raises:
            StateError: a failure came back.
            TimedOut: no heartbeat came in time.
            Cancelled: the attempt is to end.
        """
        while not await self._settled.until_set(self._remaining()):
            if self._remaining() == 0:
                raise TimedOut(heartbeat=True)
        if self._outcome is None:
            raise Cancelled
        output, error = self._outcome
        if error is not None:
            raise error
        return output

    def beat(self) -> None:
        """A heartbeat came."""
        self._beat = time.monotonic()

    def settle(self, output: Any, error: StateError | None) -> bool:
        """The token came back. False where it had already, or nothing waits any longer."""
        with self._lock:
            if self._outcome is not None or self._settled.is_set():
                return False
            self._outcome = (output, error)
        self._settled.set()
        return True

    def _remaining(self) -> float | None:
        return None if self._heartbeat is None else max(0.0, self._beat + self._heartbeat - time.monotonic())


class TaskTokens:
    """The tokens that are out."""

    def __init__(self) -> None:
        self._waiting: dict[str, WaitingTask] = {}
        self._lock = threading.Lock()

    @staticmethod
    def new() -> str:
        """A token that nobody can guess."""
        return base64.b64encode(os.urandom(96)).decode()

    def open(self, token: str, stopped: Signal, heartbeat: float | None) -> WaitingTask:
        """Let a task wait for a token. `heartbeat` is its HeartbeatSeconds."""
        task = WaitingTask(token, stopped, heartbeat)
        with self._lock:
            self._waiting[token] = task
        return task

    def close(self, token: str) -> None:
        """Nothing waits for the token any more."""
        with self._lock:
            self._waiting.pop(token, None)

    def find(self, token: str) -> WaitingTask:
        """The task that waits for a token.

        Raises:
            ApiError: `InvalidToken`, it isn't one; `TaskTimedOut`, none waits for it any more.
        """
        with self._lock:
            task = self._waiting.get(token)
        if task is not None:
            return task
        if not _well_formed(token):
            raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
        raise gone()


def gone() -> ApiError:
    """The error for a token that has come back already, or whose task has ended."""
    return ApiError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")


def _well_formed(token: str) -> bool:
    try:
        return len(base64.b64decode(token, validate=True)) == 96
    except ValueError:
        return False

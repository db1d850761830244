"""What functions wrote to CloudWatch Logs, by invocation."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course.errors import CourseError
from course.waiting import interruptible, pauses

_OF_LAMBDA = re.compile(r"(INIT_START|START|END|REPORT) ")


@dataclass(frozen=True, repr=False)
class LoggedInvocation:
    """What one invocation of a function wrote: the stream, the request, its lines in order, from when to when."""

    stream: str
    request_id: str
    lines: tuple[str, ...]
    began: datetime
    ended: datetime

    @property
    def printed(self) -> tuple[str, ...]:
        """The lines that the function itself has written: without Lambda's own (START, END, REPORT)."""
        return tuple(line for line in self.lines if not _OF_LAMBDA.match(line))

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_markdown_(self) -> str:
        return f"`{self.stream}`\n\n```text\n" + "\n".join(self.lines) + "\n```"


def invocations(
    function: str, at_least: int = 1, request_id: str | None = None, seconds: float = 180
) -> list[LoggedInvocation]:
    """The invocations of a function that have ended, oldest first, read from its log group.

    CloudWatch Logs lags a little behind the function, and a function started by an event runs when it is its
    turn: so this waits.

    Args:
        function: its name.
        at_least: wait until so many have ended.
        request_id: only those of this request (each try of an asynchronous request is an invocation).
        seconds: wait no longer.

    Raises:
        CourseError: fewer have ended within that time.
    """

    def ended() -> list[LoggedInvocation] | None:
        found = [one for one in ended_so_far(function) if request_id in (None, one.request_id)]
        return found if len(found) >= at_least else None

    return wait_until(ended, f"{at_least} invocation(s) of {function} in its log", seconds)


def wait_until(condition: Callable[[], Any], what: str = "the condition", seconds: float = 180) -> Any:
    """Wait until a condition holds.

    Args:
        condition: called again and again; holds when it returns something true, which is returned.
        what: names it in the error.
        seconds: wait no longer.

    Raises:
        CourseError: it did not hold within that time.
    """
    deadline, pause = time.monotonic() + seconds, pauses()
    with interruptible(f"You have stopped waiting for {what}. Run the cell again to go on waiting."):
        while True:
            held = condition()
            if held:
                return held
            if time.monotonic() >= deadline:
                raise CourseError(f"Waited {seconds:g} seconds for {what}: not there.")
            time.sleep(next(pause))


_START = re.compile(r"START RequestId: (\S+)")
_REPORT = re.compile(r"REPORT RequestId: (\S+)")


def ended_so_far(function: str) -> list[LoggedInvocation]:
    """The invocations of a function whose end is in its log by now, oldest first: streams split at START and REPORT."""
    pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    try:
        events = [event for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise
    open_lines: dict[str, list[str]] = {}
    began: dict[str, datetime] = {}
    ended = []
    for event in events:
        stream, line = event["logStreamName"], event["message"].rstrip("\n")
        if _START.match(line):
            open_lines[stream], began[stream] = [], _when(event)
        if stream in open_lines:
            open_lines[stream].append(line)
            report = _REPORT.match(line)
            if report:
                lines = tuple(open_lines.pop(stream))
                ended.append(LoggedInvocation(stream, report[1], lines, began[stream], _when(event)))
    return ended


def _when(event: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(event["timestamp"] / 1000, UTC)

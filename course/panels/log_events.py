"""CloudWatch Logs through boto3: groups, streams, events, and the lines of one invocation or job.

Source: CloudWatch Logs API reference; Lambda developer guide, "Working with Lambda function logs".
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3

from course.errors import CourseError
from course.panels.description import Code

_JOB_GROUPS = ("/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/TransformJobs")
_MOST_STREAMS = 50


@dataclass(frozen=True)
class LogEvent:
    """One event of a log."""

    id: str
    timestamp: int
    stream: str
    message: str

    @property
    def time(self) -> str:
        """When it was written."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@dataclass(frozen=True)
class LogLines:
    """Log events, with their times where somebody looks at them; the text, which is compared, leaves these out."""

    title: str
    events: Sequence[LogEvent]

    def html(self) -> str:
        title = html.escape(self.title)
        if not self.events:
            return f'<p class="course-caption">{title}</p><p>No events.</p>'
        rows = "".join(
            f'<tr><td class="course-time">{event.time}</td><td>{html.escape(event.message)}</td></tr>'
            for event in self.events
        )
        head = '<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Message</th></tr></thead>'
        table = f'<table class="course-table course-log"><caption>{title}</caption>{head}<tbody>{rows}</tbody></table>'
        return f'<div class="course-scroll" tabindex="0" role="region" aria-label="{title}">{table}</div>'

    def markdown(self) -> str:
        return Code(self.title, self._messages()).markdown()

    def text(self) -> str:
        return Code(self.title, self._messages()).text()

    def _messages(self) -> str:
        return "\n".join(event.message for event in self.events) or "No events."


class Logs:
    """What the panel does with CloudWatch Logs, through boto3."""

    def __init__(self) -> None:
        self._logs = boto3.client("logs")

    def groups(self) -> list[str]:
        """The names of all log groups."""
        pages = self._logs.get_paginator("describe_log_groups").paginate()
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    def streams(self, group: str) -> list[str]:
        """The newest streams of a group, the newest first."""
        answer = self._logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=_MOST_STREAMS
        )
        return [stream["logStreamName"] for stream in answer["logStreams"]]

    def events(
        self, group: str, streams: Sequence[str] = (), pattern: str = "", since: int | None = None
    ) -> list[LogEvent]:
        """The events of a group, oldest first.

        Args:
            streams: only these; all where none are named.
            pattern: only what this filter pattern lets through.
            since: only from this time on, in milliseconds since 1970.

        Raises:
            ClientError: no such group, or a pattern that isn't one.
        """
        wanted: dict[str, Any] = {"logGroupName": group}
        wanted |= {"logStreamNames": list(streams)} if streams else {}
        wanted |= {"filterPattern": pattern} if pattern else {}
        wanted |= {"startTime": since} if since is not None else {}
        pages = self._logs.get_paginator("filter_log_events").paginate(**wanted)
        found = [
            LogEvent(one["eventId"], one["timestamp"], one["logStreamName"], one["message"].rstrip("\n"))
            for page in pages
            for one in page["events"]
        ]
        return sorted(found, key=lambda event: event.timestamp)

    def of_request(self, group: str, request_id: str) -> list[LogEvent]:
        """The lines of an invocation (of each try, where there were several), by its request id.

        Raises:
            CourseError: the group has no such request.
        """
        streams = sorted({event.stream for event in self.events(group, pattern=f'"{request_id}"')})
        found = [event for stream in streams for event in _between(self.events(group, [stream]), request_id)]
        if not found:
            raise CourseError(f"{group} has no lines of request {request_id}. Logs lag some seconds: try again.")
        return sorted(found, key=lambda event: event.timestamp)

    def of_job(self, job: str) -> tuple[str, list[LogEvent]]:
        """The group in which a SageMaker job writes, and its lines.

        Raises:
            CourseError: no job of that name has written anything.
        """
        there = set(self.groups())
        for group in (group for group in _JOB_GROUPS if group in there):
            answer = self._logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")
            streams = [stream["logStreamName"] for stream in answer["logStreams"]]
            if streams:
                return group, self.events(group, streams)
        raise CourseError(f"No log of a job '{job}': check the name; a job writes once its instance has started.")


def _between(events: Iterable[LogEvent], request_id: str) -> Iterable[LogEvent]:
    """The events of one stream from a request's START line to its REPORT line."""
    inside = False
    for event in events:
        inside = inside or event.message.startswith(f"START RequestId: {request_id}")
        if inside:
            yield event
        if event.message.startswith(f"REPORT RequestId: {request_id}"):
            inside = False

"""FilterLogEvents: the events of a group that a filter pattern means, page by page; `aws logs tail` lives on it.

Source: Amazon CloudWatch Logs API reference, FilterLogEvents. How AWS names the
mistake of giving both a prefix and names of streams isn't known.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterable
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.cloudwatch_logs.log_groups import PAGE_BYTES, PAGE_EVENTS, group_named, streams_in
from local_aws.house import Service
from local_aws.logs.filter_pattern import Pattern, PatternError
from local_aws.moto.log_events import StoredEvent, events_of
from local_aws.moto.log_requests import filter_pattern


class FilterOperations(Service):
    """FilterLogEvents."""

    name = "logs"

    def filter_log_events(self, call: Call, **params: Any) -> dict[str, Any]:
        """The events by time, whatever stream they are of."""
        group = group_named(params)
        pattern = filter_pattern(params.get("filterPattern", ""))
        streams = _streams(call, group, params)
        start, until = (params.get("startTime", 0), 0), params.get("endTime", float("inf"))
        if "nextToken" in params:
            timestamp, number = _position(params["nextToken"], group)
            start = max(start, (timestamp, number + 1))
        there = events_of(group, call.region, streams, start)
        events = itertools.takewhile(lambda event: event.timestamp <= until, there)
        try:
            page, last = _page(events, pattern, params.get("limit", PAGE_EVENTS))
        except PatternError as error:
            raise ApiError("InvalidParameterException", str(error)) from error
        answer: dict[str, Any] = {"events": [_shown(event) for event in page], "searchedLogStreams": []}
        if last is not None:
            answer["nextToken"] = _token(last, group)
        return answer


def _streams(call: Call, group: str, params: dict[str, Any]) -> list[str]:
    streams = streams_in(call, group)
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        message = "Only one of logStreamNamePrefix and logStreamNames can be specified."
        raise ApiError("InvalidParameterException", message)
    if names is None:
        return [name for name in streams if name.startswith(prefix or "")]
    if not set(names) <= set(streams):
        raise ApiError("ResourceNotFoundException", "The specified log stream does not exist.")
    return list(dict.fromkeys(names))


def _page(events: Iterable[StoredEvent], pattern: Pattern, limit: int) -> tuple[list[StoredEvent], StoredEvent | None]:
    """The first events that are meant, and the last event looked at, None where all were."""
    page: list[StoredEvent] = []
    size, last = 0, None
    for event in events:
        if pattern.matches(event.message):
            size += len(event.message)
            if page and (len(page) == limit or size > PAGE_BYTES):
                return page, last
            page.append(event)
        last = event
    return page, None


def _shown(event: StoredEvent) -> dict[str, Any]:
    return {
        "logStreamName": event.stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": f"{event.number:056d}",
    }


def _token(event: StoredEvent, group: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([group, event.timestamp, event.number]).encode()).decode()


def _position(token: str, group: str) -> tuple[int, int]:
    """Raises:
    ApiError: `InvalidParameterException`, the token isn't one of this group's.
    """
    try:
        of, timestamp, number = json.loads(base64.urlsafe_b64decode(token))
        if of == group:
            return int(timestamp), int(number)
    except (ValueError, TypeError):
        pass
    raise ApiError("InvalidParameterException", "The specified nextToken is invalid.")

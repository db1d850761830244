"""GetLogEvents: the events of a stream, from its end or its head, page by page in both directions.

A token is a direction and a place; where there is nothing more in its direction, the answer has the same token, as on
AWS. Source: Amazon CloudWatch Logs API reference, GetLogEvents. `endTime` itself is not included there, unlike in
FilterLogEvents.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.cloudwatch_logs.log_groups import PAGE_BYTES, PAGE_EVENTS, group_named, streams_in
from local_aws.house import Service
from local_aws.moto.log_events import OrderedEvents, Place, StoredEvent, ordered_events

_TOKEN = re.compile(r"([bf])/(\d{20})(\d{36})/s", re.ASCII)
_HEAD: Place = (0, 0)
_END: Place = (10**20 - 1, 10**36 - 1)


class GetOperations(Service):
    """GetLogEvents."""

    name = "logs"

    def get_log_events(self, call: Call, **params: Any) -> dict[str, Any]:
        """A page of a stream's events by time, and where those before and behind it are.

        Raises:
            ApiError: `ResourceNotFoundException`, `InvalidParameterException`.
        """
        group, stream = group_named(params), params["logStreamName"]
        if stream not in streams_in(call, group):
            raise ApiError("ResourceNotFoundException", "The specified log stream does not exist.")
        least, beyond = max((params.get("startTime", 0), 0), _HEAD), (params.get("endTime", _END[0]), 0)
        forward, place = _asked(params)
        events = _from(ordered_events(group, call.region, stream), forward, place, least, beyond)
        page = _page(events, params.get("limit", PAGE_EVENTS))
        if not forward:
            page.reverse()
        if page:
            first, behind = page[0].place, _next(page[-1].place)
        else:  # whoever has begun at the end of nothing reads on from its head
            first = behind = place if "nextToken" in params else _HEAD
        return {
            "events": [
                {"timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingested}
                for event in page
            ],
            "nextBackwardToken": _token("b", first),
            "nextForwardToken": _token("f", behind),
        }


def _from(events: OrderedEvents, forward: bool, place: Place, least: Place, beyond: Place) -> Iterable[StoredEvent]:
    """The events between two places, from a third one on, in one of the directions."""
    if forward:
        there = events.forward(max(place, least))
        return itertools.takewhile(lambda event: event.place < beyond, there)
    return itertools.takewhile(lambda event: event.place >= least, events.backward(min(place, beyond)))


def _asked(params: dict[str, Any]) -> tuple[bool, Place]:
    """Whether events are read forwards, and from which place on."""
    if "nextToken" in params:
        return _read(params["nextToken"])
    return (True, _HEAD) if params.get("startFromHead") else (False, _END)


def _page(events: Iterable[StoredEvent], limit: int) -> list[StoredEvent]:
    page: list[StoredEvent] = []
    size = 0
    for event in itertools.islice(events, limit):
        size += len(event.message)
        if page and size > PAGE_BYTES:
            break
        page.append(event)
    return page


def _next(place: Place) -> Place:
    return place[0], place[1] + 1


def _token(direction: str, place: Place) -> str:
    return f"{direction}/{place[0]:020d}{place[1]:036d}/s"


def _read(token: str) -> tuple[bool, Place]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ApiError("InvalidParameterException", "The specified nextToken is invalid.")
    return found[1] == "f", (int(found[2]), int(found[3]))

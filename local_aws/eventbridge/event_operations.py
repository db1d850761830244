"""Operations on events: PutEvents and TestEventPattern."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from local_aws.call import ApiError, Call, not_there
from local_aws.event_pattern import PatternError, compiled
from local_aws.eventbridge.dispatcher import event_of
from local_aws.eventbridge.foundation import EventBridgeFoundation

log = logging.getLogger(__name__)

_LARGEST = 1_048_576
"""Bytes of all entries of a request together; 256 KiB until January 2026."""
_REQUIRED = ("Source", "DetailType", "Detail")
_MANDATORY = ("id", "account", "source", "time", "region", "resources", "detail-type")


class EventOperations(EventBridgeFoundation):
    """What is told, and what a pattern would make of it."""

    def put_events(self, call: Call, Entries: list[dict[str, Any]], **params: Any) -> dict[str, Any]:  # noqa: N803
        """Take events; each entry is answered by its id or by what is wrong with it."""
        if "EndpointId" in params:
            raise not_there("EndpointId of PutEvents")
        if sum(map(_size, Entries)) > _LARGEST:
            raise ApiError("ValidationException", "Total size of the entries in the request is over the limit.")
        answers = [self._taken(call, entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def test_event_pattern(self, call: Call, EventPattern: str, Event: str) -> dict[str, Any]:  # noqa: N803
        """Whether a pattern is about an event.

        Raises:
            ApiError: `InvalidEventPatternException`; `ValidationException` where the event lacks what every one has.
        """
        check_pattern(EventPattern)
        try:
            event = json.loads(Event)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not all(name in event for name in _MANDATORY):
            raise ApiError("ValidationException", "Parameter Event is not valid.")
        return {"Result": compiled(EventPattern).matches(event)}

    def _taken(self, call: Call, entry: dict[str, Any]) -> dict[str, Any]:
        for name in _REQUIRED:
            if not entry.get(name):
                return _refused(
                    "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
                )
        if entry["Source"].startswith("aws.") and call.principal.kind != "service":
            return _refused("NotAuthorizedForSourceException", "Not authorized for the source.")
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            return _refused("MalformedDetail", "Detail is malformed.")
        bus = self._buses.find(entry.get("EventBusName"))
        if bus is None:
            # AWS answers with an id all the same, and nobody ever sees the event.
            log.warning("an event for the bus %s is lost: there is no such bus", entry["EventBusName"])
            return {"EventId": str(uuid.uuid4())}
        event = event_of(self.host, entry, detail)
        self._dispatcher.put(bus, event, entry.get("TraceHeader") or call.trace_header)
        return {"EventId": event["id"]}


def check_pattern(text: str) -> None:
    """Refuse a text that is no pattern.

    Raises:
        ApiError: `InvalidEventPatternException`.
    """
    try:
        compiled(text)
    except PatternError as error:
        message = f"Event pattern is not valid. Reason: {error}"
        raise ApiError("InvalidEventPatternException", message) from None


def _size(entry: dict[str, Any]) -> int:
    """The size of an entry ("Calculating PutEvents event entry size", EventBridge user guide)."""
    texts = [entry.get(name, "") for name in _REQUIRED] + list(entry.get("Resources", []))
    return (14 if "Time" in entry else 0) + sum(len(text.encode()) for text in texts)


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"ErrorCode": code, "ErrorMessage": message}

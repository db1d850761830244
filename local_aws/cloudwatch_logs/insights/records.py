"""Which fields a log event has: CloudWatch's own, those of a message that is JSON, and those of Lambda's lines.

Source: "Supported logs and discovered fields", Amazon CloudWatch Logs user guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from local_aws import ACCOUNT
from local_aws.cloudwatch_logs.insights.values import Moment, Record, Value
from local_aws.moto.log_events import StoredEvent

_MOST_FIELDS = 1000
"""As many fields of a JSON message are discovered at most ("Supported logs and discovered fields")."""
_LAMBDA_LINE = re.compile(r"(?P<type>START|END|REPORT) RequestId: (?P<id>[0-9a-f-]{36})")
_REPORTED = {
    "@duration": re.compile(r"\tDuration: ([\d.]+) ms"),
    "@billedDuration": re.compile(r"\tBilled Duration: ([\d.]+) ms"),
    "@initDuration": re.compile(r"\tInit Duration: ([\d.]+) ms"),
    "@memorySize": re.compile(r"\tMemory Size: (\d+) MB"),
    "@maxMemoryUsed": re.compile(r"\tMax Memory Used: (\d+) MB"),
}
_MEGABYTE = 1_000_000
"""Lambda's memory is shown in bytes, a megabyte of which is a million: the guide's samples divide so."""


def record_of(event: StoredEvent, group: str) -> Record:
    """The fields of an event."""
    record: Record = {
        "@timestamp": Moment(event.timestamp),
        "@message": event.message,
        "@logStream": event.stream,
        "@log": f"{ACCOUNT}:{group}",
        "@ingestionTime": Moment(event.ingested),
        "@ptr": f"{event.number:056d}",
    }
    if group.startswith("/aws/lambda/"):
        record |= _of_lambda(event.message)
    if event.message.lstrip().startswith("{"):
        record |= dict(_of_json(event.message))
    return record


def _of_lambda(message: str) -> Record:
    found = _LAMBDA_LINE.search(message)
    if found is None:
        return {}
    record: Record = {"@type": found["type"], "@requestId": found["id"]}
    if found["type"] == "REPORT":
        for name, pattern in _REPORTED.items():
            if reported := pattern.search(message):
                amount = float(reported[1])
                record[name] = amount * _MEGABYTE if pattern.pattern.endswith("MB") else amount
    return record


def _of_json(message: str) -> Iterator[tuple[str, Value]]:
    try:
        document = json.loads(message)
        yield from list(_flat("", document))[:_MOST_FIELDS]
    except (ValueError, RecursionError):
        return


def _flat(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(f"{path}.{name}" if path else name, item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flat(f"{path}.{index}", item)
    elif value is not None:
        yield path, value

"""The record of an event, as S3 sends it.

Source: S3 user guide, "Event message structure"; recorded records.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from local_aws.call import Call

_ticks: Iterator[int] = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Change:
    """One object that was created or removed, as its event tells it."""

    event: str
    bucket: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None


def record(call: Call, change: Change, rule_id: str) -> dict[str, Any]:
    """The record of a change, for the rule that it matched."""
    described: dict[str, Any] = {"key": quote_plus(change.key, safe="/")}
    if change.size is not None:
        described["size"] = change.size
    if change.etag is not None:
        described["eTag"] = change.etag
    if change.version_id is not None:
        described["versionId"] = change.version_id
    about_object = change.event.startswith(("ObjectCreated", "ObjectRemoved"))
    if about_object:
        described["sequencer"] = sequencer()
    return {
        "eventVersion": "2.1" if about_object else "2.3",
        "eventSource": "aws:s3",
        "awsRegion": call.region,
        "eventTime": now(),
        "eventName": change.event,
        "userIdentity": {"principalId": f"AWS:{call.principal.user_id}"},
        "requestParameters": {"sourceIPAddress": call.source_ip},
        "responseElements": {"x-amz-request-id": call.request_id, "x-amz-id-2": secrets.token_urlsafe(56)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule_id,
            "bucket": {
                "name": change.bucket,
                "ownerIdentity": {"principalId": "A3LOCALAWSOWNER"},
                "arn": f"arn:aws:s3:::{change.bucket}",
            },
            "object": described,
        },
    }


def sequencer() -> str:
    """A text that is greater than that of every change before, digit by digit."""
    return f"{next(_ticks):018X}"


def now() -> str:
    """This moment, as S3 writes it in its events."""
    moment = datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

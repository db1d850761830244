"""A change of an object as EventBridge is told it.

Source: "EventBridge event message structure" and "EventBridge mapping and troubleshooting", Amazon S3 user guide.
"""

from __future__ import annotations

from typing import Any

from local_aws.announcer import News
from local_aws.call import Call
from local_aws.s3.event_record import Change, sequencer

_KINDS = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectAcl": "Object ACL Updated",
}
_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}


def news(call: Call, change: Change) -> News:
    """What EventBridge is told of a change. Keys are as they are, not form-encoded as in notifications."""
    described: dict[str, Any] = {"key": change.key}
    if change.size is not None:
        described["size"] = change.size
    if change.etag is not None:
        described["etag"] = change.etag
    if change.version_id is not None:
        described["version-id"] = change.version_id
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": change.bucket},
        "object": described,
        "request-id": call.request_id,
        "requester": call.account,
        "source-ip-address": call.source_ip,
    }
    if change.event in _REASONS:
        described["sequencer"] = sequencer()
        detail["reason"] = _REASONS[change.event]
    if change.event in _DELETIONS:
        detail["deletion-type"] = _DELETIONS[change.event]
    kind = next(name for start, name in _KINDS.items() if change.event.startswith(start))
    return News(call.region, "s3", kind, (f"arn:aws:s3:::{change.bucket}",), detail, call.trace_header)

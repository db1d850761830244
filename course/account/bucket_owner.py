"""Says in every call of S3's whose the course's bucket is: a stranger's of the same name gets nothing.

A bucket's name is unique in the world, and free again once the bucket is deleted: whoever takes it then would get what
a learner uploads. The name of the course's bucket has the account in it, so its owner is known wherever it is named.

It is done to the sessions of the course (and with them to `boto3.client`), so a lesson's cell stays plain. A presigned
URL goes without: whoever uses it would have to send the header, too. What runs under a role of AWS's (a function, a
job, a state) is bound by its role's policy alone.

Source: "Verifying bucket ownership with bucket owner condition", S3 user guide.
"""

from __future__ import annotations

import re
from typing import Any

from botocore.model import OperationModel

_NAME = re.compile(r"workflow-course-(?:[a-z][a-z0-9]*-)?(\d{12})-[a-z]+(?:-[a-z]+)+-\d+")


def owner_of(bucket: str) -> str | None:
    """The account whose bucket of the course this is; None where it is no bucket of the course."""
    found = _NAME.fullmatch(bucket)
    return found[1] if found else None


def expect(events: Any) -> None:
    """Let the clients of a session say who owns the course's bucket.

    Args:
        events: the session's.
    """
    events.register("before-parameter-build.s3", _say)


def _say(params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
    if context.get("is_presign_request"):
        return
    buckets = {
        "ExpectedBucketOwner": params.get("Bucket"),
        "ExpectedSourceBucketOwner": _source_of(params.get("CopySource")),
    }
    members = model.input_shape.members if model.input_shape is not None else {}
    for member, bucket in buckets.items():
        owner = owner_of(bucket) if isinstance(bucket, str) else None
        if owner and member in members:
            params.setdefault(member, owner)


def _source_of(source: Any) -> str | None:
    """The bucket in the source of a copy, in either form in which boto3 takes it."""
    if isinstance(source, dict):
        return source.get("Bucket")
    return source.lstrip("/").partition("/")[0] if isinstance(source, str) else None

"""DeleteObjects as AWS does it: key by key, on conditions, and quietly where that is asked for.

Source: DeleteObjects, S3 API reference; "How to perform conditional deletes", S3 user guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from local_aws import wire
from local_aws.call import ApiError
from local_aws.s3.conditions import require_etag

_DELETED = re.compile(rb"<Deleted>.*?</Deleted>", re.DOTALL)


def allowed(
    objects: list[dict[str, Any]], require: Callable[[int, dict[str, Any]], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """What of a DeleteObjects is to be deleted, and the `Error` elements for the rest.

    Args:
        require: raises an `ApiError` where an object, told with its place in the list, may not be deleted.
    """
    left, refusals = [], []
    for place, target in enumerate(objects):
        try:
            require(place, target)
        except ApiError as error:
            refusals.append(
                f"<Error><Key>{wire.escape(target['Key'])}</Key><Code>{error.code}</Code>"
                f"<Message>{wire.escape(error.message)}</Message></Error>"
            )
        else:
            left.append(target)
    return left, refusals


def require_condition(target: Mapping[str, Any], bucket: str, head: Callable[..., Mapping[str, Any] | None]) -> None:
    """Raise unless what is deleted is what the caller says it is.

    Raises:
        ApiError: `PreconditionFailed`, `NoSuchKey`.
    """
    if "ETag" in target:
        require_etag(target["ETag"], target["Key"], head(Bucket=bucket, Key=target["Key"]))


def answer(body: bytes, refusals: list[str], quiet: bool) -> bytes:
    """Moto's answer with what it doesn't know of."""
    body = _DELETED.sub(b"", body) if quiet else body
    head, end, tail = body.rpartition(b"</DeleteResult>")
    return head + "".join(refusals).encode() + end + tail


def deleted(body: bytes) -> Iterator[tuple[str, str | None]]:
    """Key and, where one was asked for, version of each object that an answer to DeleteObjects says is deleted."""
    for element in ElementTree.fromstring(body).iter():
        if element.tag.rpartition("}")[2] == "Deleted":
            values = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            yield values["Key"], values.get("VersionId")

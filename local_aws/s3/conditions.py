"""Conditions of a write that moto doesn't look at: what a copy's source, or what stands at the key, has to be.

Source: "Conditional requests", S3 user guide; CopyObject, UploadPartCopy and CompleteMultipartUpload, S3 API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from local_aws.call import ApiError
from local_aws.s3.errors import no_such_key

_COPIES = {"CopyObject", "UploadPartCopy"}
_CONDITIONAL = {"CopyObject", "CompleteMultipartUpload"}
"""Operations whose condition on what stands at the key moto doesn't hold."""
_WRITES = {"PutObject", *_CONDITIONAL}
_DECIDES = {"if-match": "if-unmodified-since", "if-none-match": "if-modified-since"}
"""Conditions of a read, and those that don't count beside them (RFC 9110, 13.1.3 and 13.1.4; GetObject)."""
_SOURCE = "x-amz-copy-source-if-"
Head = Callable[..., Mapping[str, Any] | None]


def require_conditions(operation: str, bucket: str, key: str, headers: Mapping[str, str], head: Head) -> None:
    """Raise unless the conditions of a write hold.

    Args:
        head: tells of an object (`Bucket`, `Key`, `VersionId`), as HeadObject does; None where there is none.

    Raises:
        ApiError: `PreconditionFailed`; `NoSuchKey`, an ETag is wanted at a key where nothing is; `NotImplemented`, as
            S3 itself has it, for two conditions at once and for an ETag that must not be there.
    """
    if operation in _WRITES:
        _require_accepted(headers)
    if operation in _COPIES and any(name.startswith(_SOURCE) for name in headers):
        _require_source(headers, head)
    if operation in _CONDITIONAL and ("if-match" in headers or "if-none-match" in headers):
        _require_target(bucket, key, headers, head)


_CHANGING = ("x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-server-side-encryption")
"""Headers that change something of a copy begin so."""


def source_of(headers: Mapping[str, str], head: Head) -> Mapping[str, Any] | None:
    """What HeadObject tells of a copy's source; None where it tells nothing."""
    return head(**_source(headers))


def _source(headers: Mapping[str, str]) -> dict[str, str]:
    path, _, query = headers["x-amz-copy-source"].removeprefix("/").partition("?")
    bucket, _, key = unquote(path).partition("/")
    version = parse_qs(query).get("versionId")
    return {"Bucket": bucket, "Key": key, **({"VersionId": version[0]} if version else {})}


def require_change(bucket: str, key: str, headers: Mapping[str, str]) -> None:
    """Raise where a copy takes an object to itself and changes nothing of it.

    Raises:
        ApiError: `InvalidRequest`.
    """
    changes = headers.get("x-amz-metadata-directive") == "REPLACE" or any(
        name.startswith(_CHANGING) for name in headers
    )
    if not changes and _source(headers) == {"Bucket": bucket, "Key": key}:
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
        raise ApiError("InvalidRequest", message, 400)


def _require_source(headers: Mapping[str, str], head: Head) -> None:
    source = source_of(headers, head)
    if source is None:
        return  # the copy itself will say that there is none
    etag, changed = source["ETag"].strip('"'), source["LastModified"]
    matches, differs = headers.get(f"{_SOURCE}match"), headers.get(f"{_SOURCE}none-match")
    since, until = _moment(headers, "modified-since"), _moment(headers, "unmodified-since")
    if matches is not None and not _means(matches, etag):
        raise _failed(f"{_SOURCE}match")
    # Where the ETag is the one that was wanted, it doesn't matter when the object changed; so for the other two.
    if matches is None and until is not None and changed > until:
        raise _failed(f"{_SOURCE}unmodified-since")
    if differs is not None and _means(differs, etag):
        raise _failed(f"{_SOURCE}none-match")
    if differs is None and since is not None and changed <= since:
        raise _failed(f"{_SOURCE}modified-since")


def _require_target(bucket: str, key: str, headers: Mapping[str, str], head: Head) -> None:
    there = head(Bucket=bucket, Key=key)
    if "if-none-match" in headers and there is not None and _means(headers["if-none-match"], there["ETag"].strip('"')):
        raise _failed("If-None-Match")
    if "if-match" in headers:
        require_etag(headers["if-match"], key, there)


def require_etag(wanted: str, key: str, there: Mapping[str, Any] | None) -> None:
    """Raise unless an object is the one that is wanted at a key.

    Args:
        there: what HeadObject tells of it; None where there is none.

    Raises:
        ApiError: `PreconditionFailed`, `NoSuchKey`.
    """
    if there is None:
        raise no_such_key(key)
    if not _means(wanted, there["ETag"].strip('"')):
        raise _failed("If-Match")


def decisive(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a read without the times that don't count beside an ETag."""
    beside = {time for etag, time in _DECIDES.items() if etag in headers}
    return {name: value for name, value in headers.items() if name not in beside}


def _require_accepted(headers: Mapping[str, str]) -> None:
    if "if-match" in headers and "if-none-match" in headers:
        raise _unaccepted("If-Match,If-None-Match", "Multiple conditional request headers present in the request")
    if headers.get("if-none-match", "*") != "*":
        raise _unaccepted("If-None-Match", "We don't accept the provided value of If-None-Match header for this API")


def _unaccepted(header: str, why: str) -> ApiError:
    message = "A header you provided implies functionality that is not implemented"
    return ApiError("NotImplemented", message, 501, Header=header, additionalMessage=why)


def _means(wanted: str, etag: str) -> bool:
    return wanted == "*" or wanted.strip('"') == etag


def _moment(headers: Mapping[str, str], name: str) -> datetime | None:
    """The time that a condition names; what is no time is no condition (RFC 9110, 13.1.3)."""
    try:
        moment = parsedate_to_datetime(headers[_SOURCE + name])
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failed(condition: str) -> ApiError:
    message = "At least one of the pre-conditions you specified did not hold"
    return ApiError("PreconditionFailed", message, 412, Condition=condition)

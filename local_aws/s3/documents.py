"""What S3 refuses of the documents and headers that moto keeps as they come.

Source: PutObjectTagging, PutObject, S3 API reference, and its list of error codes.
What S3 says of an unknown encryption nobody has recorded: it is what its SDKs report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, OperationModel, Shape, StringShape, StructureShape

from local_aws import wire
from local_aws.call import ApiError
from local_aws.s3.configurations import require_cors, require_lifecycle, require_website
from local_aws.s3.errors import invalid_argument

_LOCK = "x-amz-object-lock-"
_METADATA, _MOST_METADATA = "x-amz-meta-", 2048
_DIRECTIVES = {"x-amz-metadata-directive": "metadata", "x-amz-tagging-directive": "tagging"}
_ENCRYPTIONS = {"AES256", "aws:kms", "aws:kms:dsse"}
CHECKED = {
    "PutBucketAccelerateConfiguration",
    "PutBucketCors",
    "PutBucketLifecycleConfiguration",
    "PutBucketReplication",
    "PutBucketTagging",
    "PutBucketWebsite",
    "PutObjectTagging",
}
"""Operations whose document is looked at here."""
_CONFIGURATIONS = {
    "CORSConfiguration": require_cors,
    "LifecycleConfiguration": require_lifecycle,
    "WebsiteConfiguration": require_website,
}
_TAGS = {"PutBucketTagging": ("Bucket tag count", 50), "PutObjectTagging": ("Object tags", 10)}
"""How many tags there may be, and how S3 says so."""
_TAG = re.compile(r"[\w\s+\-=._:/@]*")
_LONGEST_TAG = {"Key": 128, "Value": 256}


def require_valid(operation: OperationModel, params: dict[str, Any]) -> None:
    """Raise where S3 refuses a document.

    Raises:
        ApiError: `MalformedXML` for a value that isn't one of the list, `InvalidRequest`, `InvalidArgument`,
            `InvalidTag`, `BadRequest`.
    """
    wire.validate(operation, params)
    for member, require in _CONFIGURATIONS.items():
        if member in params:
            require(params[member])
    require_enumerated(operation.name, params)
    tags = params.get("Tagging", {}).get("TagSet", [])
    require_tags(tags)
    if operation.name in _TAGS and len(tags) > _TAGS[operation.name][1]:
        what, most = _TAGS[operation.name]
        raise ApiError("BadRequest", f"{what} cannot be greater than {most}", 400)


def require_enumerated(operation: str, params: Mapping[str, Any]) -> None:
    """Raise where a value in a document isn't one of its list.

    Raises:
        ApiError: `MalformedXML`.
    """
    shape = wire.api_for("s3").model.operation_model(operation).input_shape
    assert shape is not None
    for value, known in _enumerated(shape, params):
        if value not in known:
            raise wire.malformed_xml()


def require_headers(headers: Mapping[str, str]) -> None:
    """Raise where S3 refuses what the headers say of a new object.

    Raises:
        ApiError: `InvalidArgument`, `MetadataTooLarge`.
    """
    encryption = headers.get("x-amz-server-side-encryption")
    if encryption is not None and encryption not in _ENCRYPTIONS:
        raise invalid_argument(
            "The encryption method specified is not supported", "x-amz-server-side-encryption", encryption
        )
    for name, what in _DIRECTIVES.items():
        if headers.get(name, "COPY") not in ("COPY", "REPLACE"):
            raise invalid_argument(f"Unknown {what} directive.", name, headers[name])
    tagging = headers.get("x-amz-tagging")
    keys = [key for key, _ in parse_qsl(tagging, keep_blank_values=True)] if tagging else []
    if len(keys) > len(set(keys)):
        message = (
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
            "name duplicates."
        )
        raise invalid_argument(message, "x-amz-tagging", tagging or "")
    _require_retention(headers)
    told = [(name[len(_METADATA) :], value) for name, value in headers.items() if name.startswith(_METADATA)]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in told)
    if size > _MOST_METADATA:
        message = "Your metadata headers exceed the maximum allowed metadata size"
        raise ApiError("MetadataTooLarge", message, 400, Size=size, MaxSizeAllowed=_MOST_METADATA)


def require_tags(tags: list[dict[str, str]]) -> None:
    """Raise where a tag is named twice, or none.

    Raises:
        ApiError: `InvalidTag`.
    """
    for tag in tags:
        for member, most in _LONGEST_TAG.items():
            text = tag.get(member, "")
            if len(text) > most or not _TAG.fullmatch(text) or (member == "Key" and not text):
                raise ApiError("InvalidTag", f"The Tag{member} you have provided is invalid", 400)
    names = Counter(tag.get("Key", "") for tag in tags)
    for name, count in names.items():
        if count > 1:
            raise ApiError("InvalidTag", "Cannot provide multiple Tags with the same key", 400, TagKey=name)


def _require_retention(headers: Mapping[str, str]) -> None:
    mode, until, hold = (headers.get(f"{_LOCK}{name}") for name in ("mode", "retain-until-date", "legal-hold"))
    if hold not in (None, "ON", "OFF"):
        raise invalid_argument("Legal Hold must be either of 'ON' or 'OFF'", f"{_LOCK}legal-hold", hold)
    if mode not in (None, "COMPLIANCE", "GOVERNANCE"):
        raise invalid_argument("Unknown wormMode directive.", f"{_LOCK}mode", mode)
    if (mode is None) != (until is None):
        message = f"{_LOCK}retain-until-date and {_LOCK}mode must both be supplied"
        raise ApiError("InvalidArgument", message, 400)
    if until is None:
        return
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        message = "The retain until date must be provided in ISO 8601 format"
        raise invalid_argument(message, f"{_LOCK}retain-until-date", until) from error
    if moment.replace(tzinfo=moment.tzinfo or UTC) <= datetime.now(UTC):
        raise invalid_argument("The retain until date must be in the future!", f"{_LOCK}retain-until-date", until)


def _enumerated(shape: Shape, value: Any) -> Iterator[tuple[str, list[str]]]:
    """The values in a document that have to be one of a list, and that list."""
    if isinstance(shape, StructureShape):
        for name in shape.members.keys() & value.keys():
            if "location" not in shape.members[name].serialization:
                yield from _enumerated(shape.members[name], value[name])
    elif isinstance(shape, ListShape):
        for one in value:
            yield from _enumerated(shape.member, one)
    elif isinstance(shape, StringShape) and shape.enum:
        yield value, shape.enum

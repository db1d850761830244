"""What is told of an object's parts: its attributes, and one part of it.

Sources: GetObjectAttributes, GetObject, HeadObject, S3 API reference; texts as S3's users report them.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from local_aws import wire
from local_aws.call import ApiError, Call
from local_aws.house import Service
from local_aws.moto.buckets import region_of
from local_aws.moto.uploads import StoredObject, StoredPart, StoredUpload, object_of
from local_aws.s3.buckets import require_bucket
from local_aws.s3.errors import invalid_argument
from local_aws.s3.objects import require_object
from local_aws.s3.uploads import require_part_number

_ATTRIBUTES = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}
_BYTES = "bytes="
_MOST = 1000
"""Parts of one page."""


class ObjectParts(Service):
    """GetObjectAttributes."""

    name = "s3"

    def get_object_attributes(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        ObjectAttributes: list[str],  # noqa: N803
        VersionId: str | None = None,  # noqa: N803
        MaxParts: int = _MOST,  # noqa: N803
        PartNumberMarker: int = 0,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """What is asked for of an object.

        Raises:
            ApiError: `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`, `InvalidArgument`.
        """
        require_bucket(Bucket)
        if unknown := [name for name in ObjectAttributes if name not in _ATTRIBUTES]:
            raise invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", unknown[0])
        found = require_object(Bucket, Key, VersionId)
        told = {
            "ETag": found.etag.strip('"'),
            "Checksum": found.checksum or None,
            "ObjectParts": found.upload and _parts(found.upload, PartNumberMarker, min(MaxParts, _MOST)),
            "StorageClass": found.storage_class,
            "ObjectSize": found.size,
        }
        answer: dict[str, Any] = {name: told[name] for name in ObjectAttributes if told[name] is not None}
        answer["LastModified"] = found.last_modified
        if found.version_id != "null":
            answer["VersionId"] = found.version_id
        return answer


def _parts(upload: StoredUpload, after: int, most: int) -> dict[str, Any]:
    """An object's parts; which they are is told where they came with checksums."""
    parts = upload.parts
    answer: dict[str, Any] = {"TotalPartsCount": len(parts)}
    if not all(part.kept_checksum for part in parts):
        return answer
    behind = [part for part in parts if part.number > after]
    page = behind[:most]
    return answer | {
        "PartNumberMarker": after,
        "NextPartNumberMarker": page[-1].number if page else 0,
        "MaxParts": most,
        "IsTruncated": len(behind) > len(page),
        "Parts": [{"PartNumber": part.number, "Size": part.size, **part.kept_checksum} for part in page],
    }


def by_range(bucket: str, key: str, request: wire.Request) -> tuple[wire.Request, dict[str, str]]:
    """A request for a part of an object as one for the bytes in which it stands, and what the answer says besides.

    A range in another unit than bytes is none.

    Raises:
        ApiError: `InvalidPartNumber`, `InvalidArgument`, `InvalidRequest`.
    """
    if "partNumber" not in request.query:
        if request.headers.get("range", _BYTES).startswith(_BYTES):
            return request, {}
        without = {name: value for name, value in request.headers.items() if name != "range"}
        return dataclasses.replace(request, headers=without), {}
    number = require_part_number(request.query["partNumber"])
    if "range" in request.headers:
        message = "Cannot specify both Range header and partNumber query parameter"
        raise ApiError("InvalidRequest", message, 400)
    query = request.query.without("partNumber")
    headers, told = dict(request.headers), {}
    found = object_of(bucket, key, query.get("versionId")) if region_of(bucket) else None
    if isinstance(found, StoredObject):
        parts = found.upload.parts if found.upload else []
        if number > max(1, len(parts)):
            message = "The requested partnumber is not satisfiable"
            members = {"PartNumberRequested": number, "ActualPartCount": max(1, len(parts))}
            raise ApiError("InvalidPartNumber", message, 416, **members)
        start, end = _place(parts, number) if parts else (0, found.size)
        if end > start:
            headers["range"] = f"{_BYTES}{start}-{end - 1}"
        told = {"x-amz-mp-parts-count": str(len(parts))} if parts else {}
    return dataclasses.replace(request, query=query, headers=headers), told


def _place(parts: list[StoredPart], number: int) -> tuple[int, int]:
    """Where a part begins and ends; they are counted as they were put together."""
    start = sum(part.size for part in parts[: number - 1])
    return start, start + parts[number - 1].size

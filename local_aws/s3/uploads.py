"""Uploads in parts, and the parts of an object: what moto takes as it comes, or doesn't tell.

Sources: "Uploading and copying objects using multipart upload", "Checking object integrity", S3 user guide;
CompleteMultipartUpload, UploadPart, UploadPartCopy, ListParts, ListMultipartUploads, GetObjectAttributes, GetObject,
S3 API reference; texts as S3's users report them.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws import wire
from local_aws.call import ApiError
from local_aws.moto.buckets import region_of
from local_aws.moto.checksums import default_type, has_type
from local_aws.moto.uploads import StoredUpload, object_of, upload_of
from local_aws.s3.conditions import Head, source_of
from local_aws.s3.content import require_algorithm
from local_aws.s3.errors import invalid_argument

_LEAST = 5 << 20
"""The bytes of a part that isn't the last."""
_MOST_PARTS = 10_000
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})")
_CHECKSUM = "x-amz-checksum-"
_OF_AN_UPLOAD = {"AbortMultipartUpload", "CompleteMultipartUpload", "ListParts", "UploadPart", "UploadPartCopy"}


def require_upload(operation: OperationModel, bucket: str, key: str, request: wire.Request, head: Head) -> wire.Request:
    """Raise where a call of an upload in parts isn't one that S3 does; else what moto is to be asked.

    Args:
        head: tells of an object, as HeadObject does.

    Raises:
        ApiError: `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `InvalidArgument`,
            `InvalidRequest`, `MalformedXML`.
    """
    if region_of(bucket) is None:
        return request  # which moto will say
    if operation.name == "CreateMultipartUpload":
        return _with_type(request)
    if operation.name not in _OF_AN_UPLOAD:
        return request
    if operation.name in ("UploadPart", "UploadPartCopy"):
        require_part_number(request.query.get("partNumber", ""))
    identity = request.query.get("uploadId", "")
    upload = upload_of(bucket, identity)
    if upload is None or upload.key != key:
        if operation.name == "CompleteMultipartUpload" and _is_complete(bucket, key, identity):
            return request
        raise _no_such_upload(identity)
    if operation.name == "UploadPart":
        _require_its_algorithm(upload, request.headers)
    elif operation.name == "UploadPartCopy":
        _require_range(request.headers, head)
    elif operation.name == "CompleteMultipartUpload":
        _require_parts(upload, wire.parse(request, operation, {"Bucket": bucket, "Key": key}))
    return request


def require_there(bucket: str, key: str, identity: str) -> StoredUpload:
    """An upload that goes on.

    Raises:
        ApiError: `NoSuchUpload`.
    """
    upload = upload_of(bucket, identity)
    if upload is None or upload.key != key:
        raise _no_such_upload(identity)
    return upload


def require_part_number(text: str) -> int:
    """The number of a part.

    Raises:
        ApiError: `InvalidArgument`.
    """
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= number <= _MOST_PARTS:
        message = f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive"
        raise invalid_argument(message, "partNumber", text)
    return number


def _with_type(request: wire.Request) -> wire.Request:
    """A request that begins an upload, which says of what the object's checksum will be made."""
    algorithm, kind = (request.headers.get(f"{_CHECKSUM}{name}") for name in ("algorithm", "type"))
    if algorithm is None:
        if kind is not None:
            message = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            raise ApiError("InvalidRequest", message, 400)
        return request
    require_algorithm(algorithm)
    if kind is None:
        headers = {**request.headers, f"{_CHECKSUM}type": default_type(algorithm)}
        return dataclasses.replace(request, headers=headers)
    if kind not in ("COMPOSITE", "FULL_OBJECT"):
        raise ApiError("InvalidRequest", f"Value for {_CHECKSUM}type header is invalid.", 400)
    if not has_type(algorithm, kind):
        message = f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        raise ApiError("InvalidRequest", message, 400)
    return request


def _require_its_algorithm(upload: StoredUpload, headers: Mapping[str, str]) -> None:
    if upload.algorithm is None:
        return
    told = (*headers, *headers.get("x-amz-trailer", "").lower().replace(" ", "").split(","))
    given = {name.removeprefix(_CHECKSUM) for name in told if name.startswith(_CHECKSUM)} or {"null"}
    expected = upload.algorithm.lower()
    if expected not in given:
        message = (
            f"Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {min(given)}"
        )
        raise ApiError("InvalidRequest", message, 400)


def _require_range(headers: Mapping[str, str], head: Head) -> None:
    wanted = headers.get("x-amz-copy-source-range")
    if wanted is None:
        return
    found = _RANGE.fullmatch(wanted)
    if found is None or int(found[1]) > int(found[2]):
        message = (
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
            "zero-based offsets of the first and last bytes to copy"
        )
        raise invalid_argument(message, "x-amz-copy-source-range", wanted)
    source = source_of(headers, head)
    if source is not None and int(found[2]) >= source["ContentLength"]:
        message = f"Range specified is not valid for source object of size: {source['ContentLength']}"
        raise invalid_argument(message, "x-amz-copy-source-range", wanted)


def _is_complete(bucket: str, key: str, identity: str) -> bool:
    """Whether an upload became the object that is there: to complete it again is no error."""
    there = object_of(bucket, key)
    upload = None if there is None or isinstance(there, str) else there.upload
    return upload is not None and upload.identity == identity


def _require_parts(upload: StoredUpload, params: Mapping[str, Any]) -> None:
    wanted, kind = params.get("MultipartUpload", {}).get("Parts", []), params.get("ChecksumType")
    if not wanted or any("PartNumber" not in part or "ETag" not in part for part in wanted):
        raise wire.malformed_xml()
    if kind is not None and kind != upload.checksum_type:
        message = (
            f"The upload was created using the {upload.checksum_type} checksum mode. The complete request must use the "
            "same checksum mode."
        )
        raise ApiError("InvalidRequest", message, 400)
    numbers = [part["PartNumber"] for part in wanted]
    if any(one >= other for one, other in itertools.pairwise(numbers)):
        message = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise ApiError("InvalidPartOrder", message, 400, UploadId=upload.identity)
    sizes = list(_sizes(upload, wanted))
    for part, size in zip(wanted[:-1], sizes, strict=False):
        if size < _LEAST:
            message = "Your proposed upload is smaller than the minimum allowed size"
            members = {"ProposedSize": size, "MinSizeAllowed": _LEAST, "PartNumber": part["PartNumber"]}
            raise ApiError("EntityTooSmall", message, 400, **members, ETag=part["ETag"].strip('"'))
    said = params.get("MpuObjectSize")
    if said is not None and said != sum(sizes):
        message = (
            f"The provided 'x-amz-mp-object-size' header value {said} does not match what was computed: {sum(sizes)}"
        )
        raise ApiError("InvalidRequest", message, 400)


def _sizes(upload: StoredUpload, wanted: list[dict[str, Any]]) -> Iterator[int]:
    """The sizes of the parts that an object is to be put together from, each held against what is said of it."""
    for part in wanted:
        number, found = part["PartNumber"], upload.part(part["PartNumber"])
        checksums = {name: value for name, value in part.items() if name.startswith("Checksum")}
        if found is None or found.etag.strip('"') != part["ETag"].strip('"'):
            raise _invalid_part(upload, part)
        for name, value in checksums.items():
            if found.checksum(name.removeprefix("Checksum"))[name] != value:
                raise _invalid_part(upload, part)
        if upload.algorithm and upload.checksum_type == "COMPOSITE" and f"Checksum{upload.algorithm}" not in checksums:
            message = (
                f"The upload was created using a {upload.algorithm.lower()} checksum. The complete request must "
                f"include the checksum for each part. It was missing for part {number} in the request."
            )
            raise ApiError("InvalidRequest", message, 400)
        yield found.size


def _invalid_part(upload: StoredUpload, part: Mapping[str, Any]) -> ApiError:
    message = (
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
        "entity tag may not match the part's entity tag."
    )
    members = {"UploadId": upload.identity, "PartNumber": part["PartNumber"], "ETag": part["ETag"].strip('"')}
    return ApiError("InvalidPart", message, 400, **members)


def _no_such_upload(identity: str) -> ApiError:
    message = (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
        "completed."
    )
    return ApiError("NoSuchUpload", message, 404, UploadId=identity)

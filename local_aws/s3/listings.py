"""Lists of S3: buckets, objects, versions, uploads; moto pages none of them as S3 does, or reads all for each page.

Source: ListBuckets, ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads, S3 API reference. What a
page begins behind may be anything; a common prefix is behind it as a text.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from local_aws.call import ApiError, Call
from local_aws.house import Host, Service
from local_aws.moto.buckets import StoredVersion, any_bucket, keys_of, latest_of, region_of, versions_of
from local_aws.moto.inside import Moto
from local_aws.moto.uploads import StoredPart, StoredUpload, uploads_of
from local_aws.s3.buckets import require_bucket
from local_aws.s3.entries import Entry, common_prefix, entries, page_of
from local_aws.s3.errors import invalid_argument
from local_aws.s3.uploads import require_there

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_MOST_BUCKETS = 10_000
_MOST_KEYS = 1000
"""Of one page, also where a caller asks for more."""
_OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile"}
"""As moto has it elsewhere."""
_NO_BUCKETS: dict[str, Any] = {
    "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"},
    "Buckets": [],
}
"""What moto answers where there is none."""
_NAMES = {"Key", "Prefix", "Delimiter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "StartAfter"}
"""Members whose text an answer may give in URL form."""


class _Listed(NamedTuple):
    """An entry of a list of versions: a version of a key, or a common prefix (`version` is None)."""

    name: str
    version: StoredVersion | None = None
    is_latest: bool = False


class Listings(Service):
    """The lists of buckets, of objects, of versions and of uploads that go on."""

    name = "s3"

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto

    def list_buckets(
        self,
        call: Call,
        MaxBuckets: int = _MOST_BUCKETS,  # noqa: N803
        ContinuationToken: str = "",  # noqa: N803
        **filters: Any,
    ) -> dict[str, Any]:
        """The account's buckets, of one region or by a prefix, in pages.

        Raises:
            ApiError: `InvalidArgument`.
        """
        found = self._moto.ask("s3", "list_buckets", **filters) if any_bucket() else _NO_BUCKETS
        after = _read(ContinuationToken) if ContinuationToken else ""
        buckets = sorted((one for one in found["Buckets"] if one["Name"] > after), key=lambda one: one["Name"])
        page = buckets[:MaxBuckets]
        for bucket in page:
            bucket["BucketRegion"] = region_of(bucket["Name"])
        answer = {"Owner": found["Owner"], "Buckets": page, "Prefix": filters.get("Prefix")}
        if len(buckets) > len(page):
            answer["ContinuationToken"] = _token(page[-1]["Name"])
        return answer

    def list_objects(self, call: Call, Bucket: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Keys in their order, in pages that begin behind a key; the next one is named where keys are put together.

        Raises:
            ApiError: `NoSuchBucket`, `InvalidArgument`.
        """
        page = _objects(Bucket, params, params.get("Marker", ""), with_owner=True)
        answer = _asked(Bucket, params, "Marker") | page.members()
        if page.is_truncated and params.get("Delimiter"):
            answer["NextMarker"] = page.last
        return _encoded(answer, params.get("EncodingType", ""))

    def list_objects_v2(self, call: Call, Bucket: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Keys in their order, in pages that a token leads to.

        Raises:
            ApiError: `NoSuchBucket`, `InvalidArgument`.
        """
        after = _read(params["ContinuationToken"]) if "ContinuationToken" in params else params.get("StartAfter", "")
        page = _objects(Bucket, params, after, with_owner=params.get("FetchOwner", False))
        answer = _asked(Bucket, params, "StartAfter", "ContinuationToken") | page.members()
        answer["KeyCount"] = len(page.found)
        if page.is_truncated:
            answer["NextContinuationToken"] = _token(page.last)
        return _encoded(answer, params.get("EncodingType", ""))

    def list_object_versions(self, call: Call, Bucket: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """The versions of objects, and delete markers, the latest of each key first.

        Raises:
            ApiError: `NoSuchBucket`, `InvalidArgument`.
        """
        require_bucket(Bucket)
        listed, is_truncated = page_of(_versions(Bucket, params), _most(params))
        answer = _asked(Bucket, params, "KeyMarker", "VersionIdMarker") | {
            "Versions": [_shown_version(one) for one in listed if one.version and one.version.content],
            "DeleteMarkers": [_shown_version(one) for one in listed if one.version and not one.version.content],
            "CommonPrefixes": [{"Prefix": one.name} for one in listed if one.version is None],
            "IsTruncated": is_truncated,
        }
        if is_truncated:
            last = listed[-1]
            answer["NextKeyMarker"] = last.name
            answer["NextVersionIdMarker"] = last.version.version_id if last.version else None
        return _encoded(answer, params.get("EncodingType", ""))

    def list_multipart_uploads(self, call: Call, Bucket: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """The uploads in parts that are neither completed nor aborted, by their keys, and of a key the oldest first.

        Raises:
            ApiError: `NoSuchBucket`, `InvalidArgument`.
        """
        require_bucket(Bucket)
        most = _most(params, "MaxUploads", "max-uploads")
        page, is_truncated = page_of(_uploads(Bucket, params), most)
        answer = {
            "Bucket": Bucket,
            "Prefix": params.get("Prefix", ""),
            "KeyMarker": params.get("KeyMarker", ""),
            "UploadIdMarker": params.get("UploadIdMarker", ""),
            "MaxUploads": most,
            "IsTruncated": is_truncated,
            "Uploads": [_shown_upload(one) for one in page if isinstance(one, StoredUpload)],
            "CommonPrefixes": [{"Prefix": one} for one in page if isinstance(one, str)],
        }
        if params.get("Delimiter"):
            answer["Delimiter"] = params["Delimiter"]
        if is_truncated:
            last = page[-1]
            key, identity = (last.key, last.identity) if isinstance(last, StoredUpload) else (last, "")
            answer |= {"NextKeyMarker": key, "NextUploadIdMarker": identity}
        return _encoded(answer, params.get("EncodingType", ""))

    def list_parts(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        UploadId: str,  # noqa: N803
        PartNumberMarker: int = 0,  # noqa: N803
        **params: Any,
    ) -> dict[str, Any]:
        """The parts of an upload so far, in their order.

        Raises:
            ApiError: `NoSuchBucket`, `NoSuchUpload`, `InvalidArgument`.
        """
        require_bucket(Bucket)
        upload, most = require_there(Bucket, Key, UploadId), _most(params, "MaxParts", "max-parts")
        behind = [part for part in upload.parts if part.number > PartNumberMarker]
        page = behind[:most]
        answer = {
            "Bucket": Bucket,
            "Key": Key,
            "UploadId": UploadId,
            "PartNumberMarker": PartNumberMarker,
            "NextPartNumberMarker": page[-1].number if page else 0,
            "MaxParts": most,
            "IsTruncated": len(behind) > len(page),
            "Parts": [_shown_part(part, upload.algorithm) for part in page],
        }
        return answer | _of_upload(upload)


def _uploads(bucket: str, params: Mapping[str, Any]) -> Iterator[StoredUpload | str]:
    """All that stands behind the markers: uploads, and what many of their keys begin with up to a delimiter."""
    prefix, delimiter = params.get("Prefix", ""), params.get("Delimiter", "")
    marker, after, told = params.get("KeyMarker", ""), params.get("UploadIdMarker", ""), ""
    there = sorted(uploads_of(bucket), key=lambda one: (one.key, one.initiated or _LONG_AGO, one.identity))
    of_marker = [one.identity for one in there if one.key == marker]
    passed = of_marker[: of_marker.index(after) + 1] if after in of_marker else [] if after else of_marker
    for upload in there:
        if upload.key < marker or upload.identity in passed or not upload.key.startswith(prefix):
            continue
        common = common_prefix(upload.key, prefix, delimiter)
        if common is None:
            yield upload
        elif common != told and common > marker:
            told = common
            yield common


def _of_upload(upload: StoredUpload) -> dict[str, Any]:
    owner = {"Initiator": _OWNER, "Owner": _OWNER, "StorageClass": upload.storage_class}
    if upload.algorithm is None:
        return owner
    return owner | {"ChecksumAlgorithm": upload.algorithm, "ChecksumType": upload.checksum_type}


def _shown_upload(upload: StoredUpload) -> dict[str, Any]:
    told = {"Key": upload.key, "UploadId": upload.identity, "Initiated": upload.initiated}
    return {name: value for name, value in told.items() if value is not None} | _of_upload(upload)


def _shown_part(part: StoredPart, algorithm: str | None) -> dict[str, Any]:
    told = {"PartNumber": part.number, "LastModified": part.last_modified, "ETag": part.etag, "Size": part.size}
    return told | (part.checksum(algorithm) if algorithm else {})


class _Objects(NamedTuple):
    """A page of a list of objects."""

    found: list[tuple[Entry, StoredVersion | None]]
    last: str
    is_truncated: bool
    with_owner: bool

    def members(self) -> dict[str, Any]:
        """The members of the answer that both operations have."""
        owner = {"Owner": _OWNER} if self.with_owner else {}
        contents = [_shown(entry.name, version) | owner for entry, version in self.found if version is not None]
        prefixes = [{"Prefix": entry.name} for entry, _ in self.found if entry.is_prefix]
        return {"Contents": contents, "CommonPrefixes": prefixes, "IsTruncated": self.is_truncated}


def _objects(bucket: str, params: Mapping[str, Any], after: str, with_owner: bool) -> _Objects:
    require_bucket(bucket)
    keys = keys_of(bucket)

    def is_there(key: str) -> bool:
        latest = latest_of(keys, key)
        return latest is not None and latest.content is not None

    there = entries(keys, params.get("Prefix", ""), params.get("Delimiter", ""), after, is_there)
    page, is_truncated = page_of(there, _most(params))
    found = ((entry, None if entry.is_prefix else latest_of(keys, entry.name)) for entry in page)
    # A key may have been deleted since it was found to be there.
    shown = [(entry, version) for entry, version in found if entry.is_prefix or (version and version.content)]
    return _Objects(shown, page[-1].name if page else after, is_truncated, with_owner)


def _versions(bucket: str, params: Mapping[str, Any]) -> Iterator[_Listed]:
    """All that stands behind the marker: behind a key, or behind a version of it."""
    keys, marker, version_id = keys_of(bucket), params.get("KeyMarker", ""), params.get("VersionIdMarker")
    if version_id is not None:
        if not marker or not version_id:
            why = "cannot be empty" if marker else "cannot be specified without a key marker"
            raise invalid_argument(f"A version-id marker {why}.", "version-id-marker", version_id)
        yield from _behind(list(_listed(marker, versions_of(keys, marker))), version_id)
    for entry in entries(keys, params.get("Prefix", ""), params.get("Delimiter", ""), marker):
        if entry.is_prefix:
            yield _Listed(entry.name)
        else:
            yield from _listed(entry.name, versions_of(keys, entry.name))


def _listed(key: str, versions: list[StoredVersion]) -> Iterator[_Listed]:
    return (_Listed(key, version, is_latest=not number) for number, version in enumerate(versions))


def _behind(listed: list[_Listed], version_id: str) -> list[_Listed]:
    """Those behind a version; all of them where it has been deleted since it was listed."""
    ids = [one.version.version_id for one in listed if one.version is not None]
    return listed[ids.index(version_id) + 1 :] if version_id in ids else listed


def _shown(key: str, version: StoredVersion) -> dict[str, Any]:
    shown: dict[str, Any] = {"Key": key, "LastModified": version.last_modified}
    if version.content is not None:
        shown |= {
            "ETag": version.content.etag,
            "Size": version.content.size,
            "StorageClass": version.content.storage_class,
        }
        if version.content.checksum_algorithm:
            shown["ChecksumAlgorithm"] = [version.content.checksum_algorithm]
    return shown


def _shown_version(listed: _Listed) -> dict[str, Any]:
    if listed.version is None:
        raise ValueError(f"{listed.name} is no version")
    told = {"VersionId": listed.version.version_id, "IsLatest": listed.is_latest, "Owner": _OWNER}
    return _shown(listed.name, listed.version) | told


def _asked(bucket: str, params: Mapping[str, Any], *members: str) -> dict[str, Any]:
    """What an answer repeats of its question."""
    repeated = {name: params[name] for name in ("Delimiter", *members) if params.get(name)}
    return {"Name": bucket, "Prefix": params.get("Prefix", ""), "MaxKeys": _most(params), **repeated}


def _most(params: Mapping[str, Any], member: str = "MaxKeys", argument: str = "maxKeys") -> int:
    most: int = params.get(member, _MOST_KEYS)
    if most < 0:
        raise invalid_argument(f"Argument {argument} must be an integer between 0 and 2147483647", argument, most)
    return min(most, _MOST_KEYS)


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read(token: str) -> str:
    try:
        if not token:
            raise ValueError("it is empty")
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        message = "The continuation token provided is incorrect"
        raise ApiError("InvalidArgument", message, 400, ArgumentName="continuation-token") from error


def _encoded(answer: dict[str, Any], encoding: str) -> dict[str, Any]:
    if not encoding:
        return answer
    if encoding != "url":
        raise invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", encoding)
    return {name: _in_url_form(name, value) for name, value in answer.items()} | {"EncodingType": "url"}


def _in_url_form(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _in_url_form(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_in_url_form(name, item) for item in value]
    return quote(value, safe="/") if name in _NAMES and isinstance(value, str) else value

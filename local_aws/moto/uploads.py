"""The uploads in parts that moto keeps, and the parts of which an object was put together."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from local_aws.moto.buckets import buckets, modified
from local_aws.moto.checksums import default_type
from local_aws.moto.contents import checksum_of_part


class StoredPart:
    """A part of an upload, or of an object.

    Args:
        kept: moto's record of it.
    """

    def __init__(self, number: int, kept: Any):
        self.number, self._kept = number, kept
        self.etag: str = kept.etag
        self.size: int = kept.size
        self.last_modified = modified(kept)

    @property
    def kept_checksum(self) -> dict[str, str]:
        """The checksum that it was given with, as a member of S3's ("ChecksumSHA256"); nothing where there was none."""
        return self.checksum(self._kept.checksum_algorithm) if self._kept.checksum_algorithm else {}

    def checksum(self, algorithm: str) -> dict[str, str]:
        """Its checksum, as a member of S3's."""
        return {f"Checksum{algorithm}": base64.b64encode(checksum_of_part(self._kept, algorithm)).decode()}


class StoredUpload:
    """An upload in parts: one that goes on, or one of which an object was made.

    Args:
        kept: moto's record of it.
    """

    def __init__(self, kept: Any):
        self._kept = kept
        self.identity: str = kept.id
        self.key: str = kept.key_name
        self.storage_class: str = kept.storage or "STANDARD"
        self.algorithm: str | None = kept.metadata.get("x-amz-checksum-algorithm")
        self.checksum_type: str = kept.metadata.get("x-amz-checksum-type") or default_type(self.algorithm)
        # A state that was kept before this was noted has it not.
        self.initiated: datetime | None = getattr(kept, "initiated", None)

    @property
    def parts(self) -> list[StoredPart]:
        """Its parts in their order."""
        return [StoredPart(number, part) for number, part in sorted(self._kept.parts.items())]

    def part(self, number: int) -> StoredPart | None:
        """One of its parts; None where there is none of that number."""
        found = self._kept.parts.get(number)
        return None if found is None else StoredPart(number, found)


class StoredObject:
    """An object, for what its parts and its checksum are.

    Args:
        kept: moto's record of it.
    """

    def __init__(self, kept: Any):
        self.version_id: str = kept.version_id
        self.etag: str = kept.etag
        self.size: int = kept.size
        self.storage_class: str = kept.storage_class
        self.last_modified = modified(kept)
        self.upload = None if kept.multipart is None else StoredUpload(kept.multipart)
        self.kept = kept

    @property
    def checksum(self) -> dict[str, str]:
        """Its checksum and that one's type, as members of S3's."""
        return checksum_of(self.kept)


def checksum_of(kept: Any) -> dict[str, str]:
    """The checksum of an object, as members of S3's; nothing where it has none.

    Args:
        kept: moto's record of it.
    """
    if not kept.checksum_algorithm or not kept.checksum_value:
        return {}
    kind = kept.checksum_type or "FULL_OBJECT"
    value = f"{kept.checksum_value}-{kept.checksum_parts}" if kind == "COMPOSITE" else kept.checksum_value
    return {f"Checksum{kept.checksum_algorithm}": value, "ChecksumType": kind}


def upload_of(bucket: str, identity: str) -> StoredUpload | None:
    """An upload that goes on; None where there is none of that name."""
    found = buckets()[bucket].multiparts.get(identity)
    return None if found is None else StoredUpload(found)


def uploads_of(bucket: str) -> list[StoredUpload]:
    """The uploads of a bucket that go on."""
    return [StoredUpload(one) for one in list(buckets()[bucket].multiparts.values())]


def object_of(bucket: str, key: str, version_id: str | None = None) -> StoredObject | str | None:
    """An object, or one of its versions; the version's name where it is a delete marker, None where there is none."""
    keys = buckets()[bucket].keys
    if version_id is None:
        found = keys.get(key)
    else:
        found = next((one for one in keys.getlist(key, []) if one.version_id == version_id), None)
    if found is None:
        return None
    return StoredObject(found) if hasattr(found, "etag") else str(found.version_id)


def marker_of(bucket: str, key: str, version_id: str | None = None) -> str | None:
    """The version's name of the delete marker on top of a key, or of the one that is that version; None for none."""
    found = object_of(bucket, key, version_id) if bucket in buckets() else None
    return found if isinstance(found, str) else None

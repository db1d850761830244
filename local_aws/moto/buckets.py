"""The buckets that moto keeps, for what is ours of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from local_aws import ACCOUNT

if TYPE_CHECKING:
    from local_aws.moto.key_store import KeyStore


class StoredVersion(NamedTuple):
    """A version of an object, or a delete marker (`content` is None)."""

    version_id: str
    last_modified: datetime
    content: StoredContent | None


class StoredContent(NamedTuple):
    """What lists tell of an object's content."""

    etag: str
    size: int
    storage_class: str | None
    checksum_algorithm: str | None


def any_bucket() -> bool:
    """Whether there is a bucket."""
    return bool(buckets())


def region_of(bucket: str) -> str | None:
    """The region in which a bucket stands; None where there is no such bucket."""
    found = buckets().get(bucket)
    if found is None:
        return None
    return {"EU": "eu-west-1"}.get(found.region_name, found.region_name)


def default_key_of(bucket: str) -> tuple[str | None, str | None]:
    """How what is put into a bucket that is there is encrypted by default, and with which key of KMS."""
    rule = (buckets()[bucket].encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    return rule.get("SSEAlgorithm"), rule.get("KMSMasterKeyID")


def keys_of(bucket: str) -> KeyStore:
    """The keys of a bucket that is there, with what moto has of each."""
    keys: KeyStore = buckets()[bucket].keys
    return keys


def latest_of(keys: KeyStore, key: str) -> StoredVersion | None:
    """The version of a key that is asked for by the key alone; None where the key has gone in the meantime."""
    found = keys.get(key)
    return None if found is None else _version(found)


def versions_of(keys: KeyStore, key: str) -> list[StoredVersion]:
    """The versions of a key, the latest first."""
    return [_version(one) for one in reversed(keys.getlist(key, []))]


def modified(found: Any) -> datetime:
    """When something that moto keeps was last changed, in whole seconds."""
    moment: datetime = found.last_modified.replace(microsecond=0, tzinfo=UTC)
    return moment


def _version(found: Any) -> StoredVersion:
    moment = modified(found)
    if not hasattr(found, "etag"):
        return StoredVersion(found.version_id, moment, None)
    content = StoredContent(found.etag, found.size, found.storage_class, found.checksum_algorithm)
    return StoredVersion(found.version_id, moment, content)


def buckets() -> Mapping[str, Any]:
    """Moto's own buckets by their names."""
    # As long as nobody has wanted moto's S3 there is none: it is imported when somebody does, which takes a while.
    backends = getattr(sys.modules.get("moto.s3.models"), "s3_backends", None)
    return {} if backends is None else backends[ACCOUNT]["aws"].buckets

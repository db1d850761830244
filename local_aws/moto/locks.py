"""Object Lock as S3 keeps it where moto doesn't.

It may be switched on for a bucket that holds objects, since November 2023. An object that was put in parts is retained
by the bucket's default like any other. What isn't an object's content needs no digest.
Sources: "Locking objects with Object Lock", S3 user guide; PutObjectLockConfiguration, S3 API reference.
"""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from local_aws.moto.buckets import buckets
from local_aws.moto.uploads import StoredObject


class Retention(NamedTuple):
    """How long a version of an object stays, and who may end that before."""

    mode: str
    until: datetime

    @property
    def holds(self) -> bool:
        """Whether it holds at this moment."""
        return self.until > datetime.now(UTC)


def is_lockable(bucket: str) -> bool:
    """Whether Object Lock is on for a bucket that is there."""
    return bool(buckets()[bucket].object_lock_enabled)


def retention_of(found: StoredObject) -> Retention | None:
    """An object's retention; None where it has none."""
    if not found.kept.lock_mode or not found.kept.lock_until:
        return None
    until = datetime.fromisoformat(found.kept.lock_until)
    return Retention(found.kept.lock_mode, until.replace(tzinfo=until.tzinfo or UTC))


def legal_hold_of(found: StoredObject) -> str | None:
    """An object's legal hold, `ON` or `OFF`; None where it never had one."""
    status: str | None = found.kept.lock_legal_status
    return status


def retain_by_default(bucket: Any, key: Any) -> None:
    """Give an object the retention that its bucket has for all.

    Args:
        bucket: moto's.
        key: moto's record of the object.
    """
    if bucket.has_default_lock:
        key.lock_mode, key.lock_until = bucket.default_lock_mode, bucket.default_retention()


def install() -> None:
    """Have moto's S3 keep it so. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.s3.models")
    models.S3Backend.put_object_lock_configuration = _put_configuration


def _put_configuration(
    backend: Any,
    bucket_name: str,
    lock_enabled: bool,
    mode: str | None = None,
    days: int | None = None,
    years: int | None = None,
) -> None:
    bucket = backend.get_bucket(bucket_name)
    bucket.object_lock_enabled = lock_enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days or 0, years or 0

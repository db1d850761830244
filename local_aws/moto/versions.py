"""Versions as S3 keeps them where moto doesn't.

Where versioning is suspended, the version that is called "null" is replaced, and all others stay: moto takes such a
bucket for one that never had versions, and lets all of them go. Where a key is deleted that isn't there, a delete
marker is made all the same.
Sources: "Working with objects in a versioning-suspended bucket", "Working with delete markers", S3 user guide.
"""

from __future__ import annotations

import importlib
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

_NULL = "null"
_putting: ContextVar[bool] = ContextVar("whether an object is put beside the versions that are there", default=False)


def install() -> None:
    """Have moto's S3 keep them. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.s3.models")
    backend = models.S3Backend
    put, delete = backend.put_object, backend.delete_object
    if getattr(put, "of_ours", False):
        return

    def put_object(self: Any, bucket_name: str, key_name: str, *content: Any, **how: Any) -> Any:
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status != "Suspended":
            return put(self, bucket_name, key_name, *content, **how)
        kept = _others(bucket.keys.getlist(key_name, []))
        token = _putting.set(True)
        try:
            made = put(self, bucket_name, key_name, *content, **how)
        finally:
            _putting.reset(token)
        made._version_id = _NULL
        bucket.keys.setlist(key_name, [*kept, made])
        return made

    def delete_object(
        self: Any, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        bucket = self.get_bucket(bucket_name)
        versions = bucket.keys.getlist(key_name, [])
        if bucket.versioning_status and version_id is None and not versions:
            marker = _first_marker(models, key_name)
            if bucket.versioning_status == "Suspended":
                marker._version_id = _NULL
            bucket.keys.setlist(key_name, [marker])
            return True, {"version-id": marker.version_id, "delete-marker": "true"}
        if bucket.versioning_status != "Suspended" or not versions:
            answer: tuple[bool, dict[str, Any]] = delete(self, bucket_name, key_name, version_id, bypass)
            return answer
        if version_id is None:
            marker = models.FakeDeleteMarker(versions[-1])
            marker._version_id = _NULL
            bucket.keys.setlist(key_name, [*_others(versions), marker])
            return True, {"version-id": _NULL, "delete-marker": "true"}
        left = [one for one in versions if str(one.version_id) != version_id]
        bucket.keys.setlist(key_name, left)
        if not left:
            bucket.keys.pop(key_name)
        return True, {"version-id": version_id}

    put_object.of_ours = True  # type: ignore[attr-defined] # a mark for the next call
    backend.put_object, backend.delete_object = put_object, delete_object
    plain = models.FakeBucket.is_versioned.fget
    models.FakeBucket.is_versioned = property(lambda bucket: plain(bucket) or _putting.get())


def _first_marker(models: Any, key_name: str) -> Any:
    """A delete marker on nothing. Moto's points to what it is on, and takes its name from there; this one to itself."""
    marker = models.FakeDeleteMarker(SimpleNamespace(name=key_name))
    marker.key = marker
    return marker


def _others(versions: list[Any]) -> list[Any]:
    return [one for one in versions if str(one.version_id) != _NULL]

"""Object Lock: versions of objects that nobody deletes for a time, or as long as a hold is on them.

Moto keeps mode, time and hold with the object, and lets no locked version be deleted; what of them may be changed, and
what a bucket with Object Lock can't become, is decided here.
Sources: "Locking objects with Object Lock", S3 user guide; PutObjectRetention, PutObjectLegalHold,
PutObjectLockConfiguration, PutBucketVersioning, S3 API reference; texts as S3's users report them. What S3 says of a
period of days that is too long nobody has recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local_aws import wire
from local_aws.call import ApiError, Call
from local_aws.house import Host, Service
from local_aws.moto.buckets import region_of
from local_aws.moto.inside import Moto
from local_aws.moto.locks import is_lockable, legal_hold_of, retention_of
from local_aws.moto.uploads import StoredObject, object_of
from local_aws.s3.buckets import require_bucket
from local_aws.s3.documents import require_enumerated
from local_aws.s3.errors import invalid_argument
from local_aws.s3.objects import require_object

_LONGEST = {"Days": 36_500, "Years": 100}


class ObjectLock(Service):
    """The operations of S3 on locks, and on the versioning that they stand on."""

    name = "s3"

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto

    # ---- versioning ----------------------------------------------------------------------------------

    def get_bucket_versioning(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Whether a bucket keeps versions; nothing where it never did."""
        require_bucket(Bucket)
        return self._moto.ask("s3", "get_bucket_versioning", Bucket=Bucket)

    def put_bucket_versioning(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        VersioningConfiguration: Mapping[str, Any],  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Have a bucket keep versions, or no further ones.

        Raises:
            ApiError: `InvalidBucketState`, its objects may be locked; `IllegalVersioningConfigurationException`,
                nothing is said; `MalformedXML`, `NoSuchBucket`.
        """
        require_bucket(Bucket)
        require_enumerated(call.operation, {"VersioningConfiguration": VersioningConfiguration})
        if "Status" not in VersioningConfiguration:
            message = "The Versioning element must be specified"
            raise ApiError("IllegalVersioningConfigurationException", message, 400)
        if VersioningConfiguration["Status"] != "Enabled" and is_lockable(Bucket):
            message = (
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            )
            raise ApiError("InvalidBucketState", message, 409)
        status = {"Status": VersioningConfiguration["Status"]}
        return self._moto.ask("s3", "put_bucket_versioning", Bucket=Bucket, VersioningConfiguration=status)

    # ---- of a bucket ---------------------------------------------------------------------------------

    def get_object_lock_configuration(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Whether objects may be locked, and for how long new ones are.

        Raises:
            ApiError: `ObjectLockConfigurationNotFoundError`, `NoSuchBucket`.
        """
        require_bucket(Bucket)
        if not is_lockable(Bucket):
            message = "Object Lock configuration does not exist for this bucket"
            raise ApiError("ObjectLockConfigurationNotFoundError", message, 404, BucketName=Bucket)
        answer = self._moto.ask("s3", "get_object_lock_configuration", Bucket=Bucket)
        if rule := answer["ObjectLockConfiguration"].get("Rule"):
            rule["DefaultRetention"] = {name: value for name, value in rule["DefaultRetention"].items() if value}
        return answer

    def put_object_lock_configuration(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        ObjectLockConfiguration: Mapping[str, Any] | None = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Have objects be lockable, for good, and new ones be locked where a rule says so.

        Raises:
            ApiError: `InvalidBucketState`, the bucket keeps no versions; `MalformedXML`, `InvalidArgument`,
                `NoSuchBucket`.
        """
        require_bucket(Bucket)
        configuration = ObjectLockConfiguration or {}
        require_enumerated(call.operation, {"ObjectLockConfiguration": configuration})
        if "ObjectLockEnabled" not in configuration:
            raise wire.malformed_xml()
        if "Rule" in configuration:
            _require_period(configuration["Rule"].get("DefaultRetention", {}))
        versioning = self._moto.ask("s3", "get_bucket_versioning", Bucket=Bucket)
        if versioning.get("Status") != "Enabled":
            message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
            raise ApiError("InvalidBucketState", message, 409)
        which: dict[str, Any] = {"Bucket": Bucket, "ObjectLockConfiguration": configuration}
        return self._moto.ask("s3", "put_object_lock_configuration", **which)

    # ---- of an object --------------------------------------------------------------------------------

    def get_object_retention(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        VersionId: str | None = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """How long a version stays.

        Raises:
            ApiError: `NoSuchObjectLockConfiguration`, `InvalidRequest`, and what `require_object` raises.
        """
        found = retention_of(_require_lockable(Bucket, Key, VersionId, "GET"))
        if found is None:
            raise _no_lock()
        return {"Retention": {"Mode": found.mode, "RetainUntilDate": found.until}}

    def put_object_retention(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Retention: Mapping[str, Any] | None = None,  # noqa: N803
        VersionId: str | None = None,  # noqa: N803
        BypassGovernanceRetention: bool = False,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Retain a version, or change how; whoever may bypass governance, and says so, may also end it.

        Raises:
            ApiError: `AccessDenied`, what holds would be weakened; `MalformedXML`, `InvalidArgument`,
                `InvalidRequest`, and what `require_object` raises.
        """
        wanted = Retention or {}
        require_enumerated(call.operation, {"Retention": wanted})
        there = _require_lockable(Bucket, Key, VersionId, "PUT")
        if len(wanted.keys() & {"Mode", "RetainUntilDate"}) == 1:
            raise wire.malformed_xml()
        if wanted and wanted["RetainUntilDate"] <= datetime.now(UTC):
            message = "The retain until date must be in the future!"
            raise invalid_argument(message, "RetainUntilDate", wanted["RetainUntilDate"].isoformat())
        _require_changeable(there, wanted, BypassGovernanceRetention)
        which = {"Bucket": Bucket, "Key": Key, **({"VersionId": VersionId} if VersionId else {})}
        self._moto.ask("s3", "put_object_retention", **which, Retention=wanted)
        return {}

    def get_object_legal_hold(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        VersionId: str | None = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Whether a hold is on a version.

        Raises:
            ApiError: `NoSuchObjectLockConfiguration`, `InvalidRequest`, and what `require_object` raises.
        """
        status = legal_hold_of(_require_lockable(Bucket, Key, VersionId, "GET"))
        if status is None:
            raise _no_lock()
        return {"LegalHold": {"Status": status}}

    def put_object_legal_hold(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        LegalHold: Mapping[str, Any] | None = None,  # noqa: N803
        VersionId: str | None = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Put a hold on a version, or take it off.

        Raises:
            ApiError: `MalformedXML`, `InvalidRequest`, and what `require_object` raises.
        """
        hold = LegalHold or {}
        require_enumerated(call.operation, {"LegalHold": hold})
        _require_lockable(Bucket, Key, VersionId, "PUT")
        if "Status" not in hold:
            raise wire.malformed_xml()
        which = {"Bucket": Bucket, "Key": Key, **({"VersionId": VersionId} if VersionId else {})}
        self._moto.ask("s3", "put_object_legal_hold", **which, LegalHold=hold)
        return {}


def require_lockable(bucket: str) -> None:
    """Raise unless objects of a bucket may be locked.

    Raises:
        ApiError: `InvalidRequest`, `NoSuchBucket`.
    """
    require_bucket(bucket)
    if not is_lockable(bucket):
        raise ApiError("InvalidRequest", "Bucket is missing Object Lock Configuration", 400)


def require_removable(bucket: str, key: str, version_id: str | None, bypasses: bool) -> None:
    """Raise where a version is to be deleted that is locked. Without a version, a delete marker is put on top.

    Args:
        bypasses: whether the caller may bypass governance, and says so.

    Raises:
        ApiError: `AccessDenied`.
    """
    found = object_of(bucket, key, version_id) if version_id is not None and region_of(bucket) else None
    if not isinstance(found, StoredObject):
        return
    retention = retention_of(found)
    stays = retention is not None and retention.holds and not (retention.mode == "GOVERNANCE" and bypasses)
    if stays or legal_hold_of(found) == "ON":
        raise _locked()


def _require_lockable(bucket: str, key: str, version_id: str | None, method: str) -> StoredObject:
    require_lockable(bucket)
    return require_object(bucket, key, version_id, method)


def _require_changeable(there: StoredObject, wanted: Mapping[str, Any], bypasses: bool) -> None:
    """Raise where a retention that holds would be shorter, or of another mode."""
    now = retention_of(there)
    if now is None or not now.holds:
        return
    stays = wanted.get("Mode") == now.mode and wanted["RetainUntilDate"] >= now.until
    if not stays and not (now.mode == "GOVERNANCE" and bypasses):
        raise _locked()


def _require_period(rule: Mapping[str, Any]) -> None:
    periods = rule.keys() & _LONGEST.keys()
    if "Mode" not in rule or len(periods) != 1:
        raise wire.malformed_xml()
    unit = periods.pop()
    if rule[unit] < 1:
        message = "Default retention period must be a positive integer value."
        raise invalid_argument(message, unit, rule[unit])
    if rule[unit] > _LONGEST[unit]:
        raise invalid_argument("Default retention period too large.", unit, rule[unit])


def _locked() -> ApiError:
    return ApiError("AccessDenied", "Access Denied because object protected by object lock.", 403)


def _no_lock() -> ApiError:
    message = "The specified object does not have a ObjectLock configuration"
    return ApiError("NoSuchObjectLockConfiguration", message, 404)

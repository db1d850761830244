"""Object Lock: what is locked stays, and what holds can't be weakened but by those who may."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.refusals import refusal, refused

LOCKED = ("AccessDenied", "Access Denied because object protected by object lock.")
MALFORMED = ("MalformedXML", 400)


def later(days: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def retention(days: int, mode: str = "GOVERNANCE") -> dict[str, Any]:
    return {"Mode": mode, "RetainUntilDate": later(days)}


@pytest.fixture
def locked(s3: Any, bucket: str) -> str:
    """A bucket whose objects may be locked."""
    name = f"{bucket}-locked"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def put(s3: Any, bucket: str, key: str = "k", **how: Any) -> dict[str, Any]:
    """A new version, as calls name it."""
    version = s3.put_object(Bucket=bucket, Key=key, Body=b"x", **how)["VersionId"]
    return {"Bucket": bucket, "Key": key, "VersionId": version}


# ---- buckets ---------------------------------------------------------------------------------------------------


def test_a_bucket_with_locks_keeps_its_versions(s3, locked):
    suspended = {"Bucket": locked, "VersioningConfiguration": {"Status": "Suspended"}}
    sentence = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
    assert refusal(s3.put_bucket_versioning, **suspended) == ("InvalidBucketState", sentence)
    assert s3.get_bucket_versioning(Bucket=locked)["Status"] == "Enabled"


def test_locks_stand_on_versions(s3, bucket):
    configuration = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    assert refused(s3.put_object_lock_configuration, Bucket=bucket, **configuration) == ("InvalidBucketState", 409)
    assert refused(s3.get_object_lock_configuration, Bucket=bucket) == ("ObjectLockConfigurationNotFoundError", 404)
    s3.put_object(Bucket=bucket, Key="before", Body=b"")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, **configuration)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }


def test_versioning_that_says_nothing(s3, bucket):
    put_versioning = s3.put_bucket_versioning
    nothing = ("IllegalVersioningConfigurationException", 400)
    assert refused(put_versioning, Bucket=bucket, VersioningConfiguration={}) == nothing


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "MalformedXML"),
        ({"Mode": "GOVERNANCE"}, "MalformedXML"),
        ({"Days": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 1, "Years": 1}, "MalformedXML"),
        ({"Mode": "governance", "Days": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidArgument"),
        ({"Mode": "COMPLIANCE", "Years": -1}, "InvalidArgument"),
        ({"Mode": "COMPLIANCE", "Years": 101}, "InvalidArgument"),
    ],
)
def test_default_retentions_that_are_none(s3, locked, rule, code):
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": rule}}
    call = s3.put_object_lock_configuration
    assert refused(call, Bucket=locked, ObjectLockConfiguration=configuration) == (code, 400)
    assert "Rule" not in s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"]


def test_a_default_is_for_whatever_becomes_an_object(s3, locked):
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=configuration)
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == configuration
    put(s3, locked, "put")
    s3.copy_object(Bucket=locked, Key="copied", CopySource=f"{locked}/put")
    which = {"Bucket": locked, "Key": "parts"}
    upload = which | {"UploadId": s3.create_multipart_upload(**which)["UploadId"]}
    parts = [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    for key in ("put", "copied", "parts"):
        found = s3.get_object_retention(Bucket=locked, Key=key)["Retention"]
        assert found["Mode"] == "GOVERNANCE", key
        assert abs(found["RetainUntilDate"] - later(3)) < timedelta(hours=1), key
    s3.put_object_tagging(Bucket=locked, Key="put", Tagging={"TagSet": []})


# ---- retention -------------------------------------------------------------------------------------------------


def test_who_asks_for_a_lock_where_there_is_none(s3, bucket, locked):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    which = {"Bucket": bucket, "Key": "k"}
    missing = ("InvalidRequest", "Bucket is missing Object Lock Configuration")
    assert refusal(s3.get_object_retention, **which) == missing
    assert refusal(s3.get_object_legal_hold, **which) == missing
    assert refusal(s3.put_object_retention, **which, Retention=retention(1)) == missing
    assert refusal(s3.put_object_legal_hold, **which, LegalHold={"Status": "ON"}) == missing
    assert refusal(s3.put_object, **which, Body=b"", ObjectLockLegalHoldStatus="ON") == missing
    which = put(s3, locked)
    none = ("NoSuchObjectLockConfiguration", 404)
    assert refused(s3.get_object_retention, **which) == refused(s3.get_object_legal_hold, **which) == none
    assert refused(s3.get_object_retention, Bucket=locked, Key="other") == ("NoSuchKey", 404)
    assert refused(s3.get_object_retention, **which | {"VersionId": "other"}) == ("NoSuchVersion", 404)


def test_a_retention_is_told_and_holds(s3, locked):
    which = put(s3, locked)
    wanted = retention(2)
    s3.put_object_retention(**which, Retention=wanted)
    assert s3.get_object_retention(**which)["Retention"] == wanted
    head = s3.head_object(**which)
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == tuple(wanted.values())
    assert refusal(s3.delete_object, **which) == LOCKED
    assert refusal(s3.delete_object, **which, BypassGovernanceRetention=False) == LOCKED
    s3.delete_object(Bucket=locked, Key="k")
    s3.delete_object(**which, BypassGovernanceRetention=True)
    assert refused(s3.head_object, **which) == ("404", 404)


@pytest.mark.parametrize(
    ("first", "then", "may", "may_bypassing"),
    [
        ("GOVERNANCE", retention(3), True, True),
        ("GOVERNANCE", retention(1), False, True),
        ("GOVERNANCE", {}, False, True),
        ("GOVERNANCE", retention(3, "COMPLIANCE"), False, True),
        ("COMPLIANCE", retention(3, "COMPLIANCE"), True, True),
        ("COMPLIANCE", retention(1, "COMPLIANCE"), False, False),
        ("COMPLIANCE", retention(3), False, False),
        ("COMPLIANCE", {}, False, False),
    ],
)
def test_what_holds_is_weakened_by_nobody_but_those_who_bypass(s3, locked, first, then, may, may_bypassing):
    for bypasses, allowed in ((False, may), (True, may_bypassing)):
        which = put(s3, locked)
        s3.put_object_retention(**which, Retention=retention(2, first))
        change = {**which, "Retention": then, "BypassGovernanceRetention": bypasses}
        if allowed:
            s3.put_object_retention(**change)
        else:
            assert refusal(s3.put_object_retention, **change) == LOCKED


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"Mode": "GOVERNANCE"}, "MalformedXML"),
        ({"RetainUntilDate": later(1)}, "MalformedXML"),
        (retention(1, "governance"), "MalformedXML"),
        (retention(-1), "InvalidArgument"),
    ],
)
def test_retentions_that_are_none(s3, locked, wanted, code):
    assert refused(s3.put_object_retention, **put(s3, locked), Retention=wanted) == (code, 400)


def test_what_headers_of_a_new_object_may_not_say(s3, locked):
    which = {"Bucket": locked, "Key": "k", "Body": b""}
    assert refused(s3.put_object, **which, ObjectLockLegalHoldStatus="on") == ("InvalidArgument", 400)
    until = {"ObjectLockRetainUntilDate": later(1)}
    assert refused(s3.put_object, **which, **until, ObjectLockMode="FOREVER") == ("InvalidArgument", 400)


# ---- legal holds -----------------------------------------------------------------------------------------------


def test_a_legal_hold_holds_until_it_is_taken_off(s3, locked):
    which = put(s3, locked, ObjectLockLegalHoldStatus="ON")
    assert s3.get_object_legal_hold(**which)["LegalHold"] == {"Status": "ON"}
    assert refusal(s3.delete_object, **which, BypassGovernanceRetention=True) == LOCKED
    assert refused(s3.put_object_legal_hold, **which, LegalHold={}) == MALFORMED
    assert refused(s3.put_object_legal_hold, **which, LegalHold={"Status": "on"}) == MALFORMED
    s3.put_object_legal_hold(**which, LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(**which)["LegalHold"] == {"Status": "OFF"}
    s3.delete_object(**which)


def test_of_many_the_locked_ones_stay(s3, locked):
    held, governed, free = (put(s3, locked, key) for key in "abc")
    s3.put_object_legal_hold(**held, LegalHold={"Status": "ON"})
    s3.put_object_retention(**governed, Retention=retention(1))

    def delete(**how: Any) -> tuple[list[str], list[tuple[str, str]]]:
        objects = [{name: one[name] for name in ("Key", "VersionId")} for one in (held, governed, free)]
        answer = s3.delete_objects(Bucket=locked, Delete={"Objects": objects}, **how)
        faults = [(one["Key"], one["Message"]) for one in answer.get("Errors", [])]
        return [one["Key"] for one in answer.get("Deleted", [])], faults

    assert delete() == (["c"], [("a", LOCKED[1]), ("b", LOCKED[1])])
    assert delete(BypassGovernanceRetention=True) == (["b", "c"], [("a", LOCKED[1])])


def test_to_bypass_is_a_right_of_its_own(aws, s3, locked):
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"]
    role = aws.role("lambda.amazonaws.com")
    arn = f"arn:aws:s3:::{locked}/*"
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": actions, "Resource": arn}
    s3.put_bucket_policy(Bucket=locked, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    one = aws.client("s3", role_arn=role)
    which = put(s3, locked)
    one.put_object_retention(**which, Retention=retention(1))
    bypassing = {**which, "BypassGovernanceRetention": True}
    for call, more in ((one.delete_object, {}), (one.put_object_retention, {"Retention": {}})):
        code, message = refusal(call, **bypassing, **more)
        assert code == "AccessDenied" and "s3:BypassGovernanceRetention" in message
    objects = [{"Key": "k", "VersionId": which["VersionId"]}]
    answer = one.delete_objects(Bucket=locked, Delete={"Objects": objects}, BypassGovernanceRetention=True)
    assert "s3:BypassGovernanceRetention" in answer["Errors"][0]["Message"]
    statement["Action"] = [*actions, "s3:BypassGovernanceRetention"]
    s3.put_bucket_policy(Bucket=locked, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    one.delete_object(**bypassing)

"""Documents, headers and conditions that S3 refuses, where moto would keep or ignore them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.refusals import refused

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def rule(**members: Any) -> dict[str, Any]:
    return {"Status": "Enabled", "Filter": {"Prefix": ""}, **members}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([rule()], "InvalidRequest"),
        ([rule(Expiration={"Days": 0})], "InvalidArgument"),
        ([rule(ID="a", Expiration={"Days": 1})] * 2, "InvalidArgument"),
        ([rule(Expiration={"Days": 1}) | {"Status": "On"}], "MalformedXML"),
        ([rule(Transitions=[{"Days": 1, "StorageClass": "COLD"}])], "MalformedXML"),
    ],
)
def test_lifecycle_rules_that_are_refused(s3, bucket, rules, code):
    put = s3.put_bucket_lifecycle_configuration
    assert refused(put, Bucket=bucket, LifecycleConfiguration={"Rules": rules}) == (code, 400)
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)[0] == "NoSuchLifecycleConfiguration"


def test_a_lifecycle_rule_without_a_name_is_given_one(s3, bucket):
    rules = [rule(Expiration={"Days": 1}), rule(ID="mine", AbortIncompleteMultipartUpload={"DaysAfterInitiation": 2})]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    first, second = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert first["ID"] and first["Expiration"] == {"Days": 1} and second["ID"] == "mine"


def test_values_that_are_none_of_the_list(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    malformed = ("MalformedXML", 400)
    assert refused(s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration={"Status": "On"}) == malformed
    accelerate = s3.put_bucket_accelerate_configuration
    assert refused(accelerate, Bucket=bucket, AccelerateConfiguration={"Status": "On"}) == malformed
    assert refused(s3.put_object_legal_hold, Bucket=bucket, Key="k", LegalHold={"Status": "Yes"}) == malformed


def test_a_tag_is_named_once(s3, bucket):
    tags = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    assert refused(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=tags) == ("InvalidTag", 400)
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags) == ("InvalidTag", 400)
    assert refused(s3.put_object, Bucket=bucket, Key="k", Tagging="a=1&a=2") == ("InvalidArgument", 400)


def test_headers_of_a_new_object_that_are_refused(s3, bucket):
    put = {"Bucket": bucket, "Key": "k"}
    for write in (s3.put_object, s3.create_multipart_upload):
        assert refused(write, **put, ServerSideEncryption="DES") == ("InvalidArgument", 400)
        assert refused(write, **put, Metadata={"a": "x" * 2048}) == ("MetadataTooLarge", 400)
    s3.put_object(**put, Metadata={"a": "x" * 2047})
    copy = {**put, "CopySource": f"{bucket}/k"}
    assert refused(s3.copy_object, **copy, MetadataDirective="KEEP") == ("InvalidArgument", 400)
    assert refused(s3.copy_object, **copy, TaggingDirective="KEEP") == ("InvalidArgument", 400)


# ---- conditions ------------------------------------------------------------------------------------------------


def test_conditions_of_a_write_that_s3_has_not(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    put = {"Bucket": bucket, "Key": "k", "Body": b"y"}
    assert refused(s3.put_object, **put, IfNoneMatch='"other"') == ("NotImplemented", 501)
    assert refused(s3.put_object, **put, IfNoneMatch="*", IfMatch=etag) == ("NotImplemented", 501)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@pytest.mark.parametrize("read", ["get_object", "head_object"])
def test_a_time_does_not_count_beside_an_etag(s3, bucket, read):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    call, which = getattr(s3, read), {"Bucket": bucket, "Key": "k"}
    assert refused(call, **which, IfUnmodifiedSince=LONG_AGO)[1] == 412
    assert call(**which, IfMatch=etag, IfUnmodifiedSince=LONG_AGO)["ContentLength"] == 1
    later = datetime(2020, 1, 1, tzinfo=UTC)
    assert refused(call, **which, IfNoneMatch=etag, IfModifiedSince=later)[1] == 304


# ---- DeleteObjects ---------------------------------------------------------------------------------------------


def test_many_are_deleted_key_by_key_on_conditions(s3, bucket):
    etags = {key: s3.put_object(Bucket=bucket, Key=key, Body=key.encode())["ETag"] for key in "abc"}
    objects = [{"Key": "a", "ETag": etags["a"]}, {"Key": "b", "ETag": etags["a"]}, {"Key": "c"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [*objects, {"Key": "d", "ETag": etags["a"]}]})
    assert [one["Key"] for one in answer["Deleted"]] == ["a", "c"]
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("b", "PreconditionFailed"), ("d", "NoSuchKey")]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["b"]


def test_many_are_deleted_quietly(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"")["ETag"]
    s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    objects = [{"Key": "a"}, {"Key": "b", "ETag": etag}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    assert "Deleted" not in answer and [one["Key"] for one in answer["Errors"]] == ["b"]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in answer and "Errors" not in answer
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_list_of_nothing_is_no_list(s3, bucket):
    with pytest.raises(ClientError, match="MalformedXML"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": []})
    s3.meta.events.register("before-call.s3.DeleteObjects", lambda params, **_: params.update(body=b""))
    with pytest.raises(ClientError, match="MalformedXML"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})


# ---- uploads in parts ------------------------------------------------------------------------------------------


def test_an_upload_that_is_not_there(s3, bucket):
    which = {"Bucket": bucket, "Key": "k", "UploadId": "nothing"}
    gone = ("NoSuchUpload", 404)
    assert refused(s3.upload_part, **which, PartNumber=1, Body=b"x") == gone
    parts = {"Parts": [{"PartNumber": 1, "ETag": '"0"'}]}
    assert refused(s3.complete_multipart_upload, **which, MultipartUpload=parts) == gone


def test_an_upload_ends_as_its_parts_are(s3, bucket):
    which = {"Bucket": bucket, "Key": "k"}
    made = s3.create_multipart_upload(**which, ChecksumAlgorithm="SHA256")
    which["UploadId"] = made["UploadId"]
    body = b"x" * (5 << 20)
    one, two = (
        s3.upload_part(**which, PartNumber=number, Body=content, ChecksumAlgorithm="SHA256")
        for number, content in ((1, body), (2, b"end"))
    )
    members = ("ETag", "ChecksumSHA256")
    parts = [{"PartNumber": n, **{name: part[name] for name in members}} for n, part in ((1, one), (2, two))]

    def complete(parts: list[dict[str, Any]], **more: Any) -> Any:
        return s3.complete_multipart_upload(**which, MultipartUpload={"Parts": parts}, **more)

    assert refused(complete, parts=parts[::-1]) == ("InvalidPartOrder", 400)
    wrong = {**parts[0], "ChecksumSHA256": two["ChecksumSHA256"]}
    assert refused(complete, parts=[wrong, parts[1]]) == ("InvalidPart", 400)
    without = [{name: part[name] for name in ("PartNumber", "ETag")} for part in parts]
    assert refused(complete, parts=without) == ("InvalidRequest", 400)
    assert refused(complete, parts=parts, MpuObjectSize=3) == ("InvalidRequest", 400)
    assert refused(complete, parts=parts, ChecksumType="FULL_OBJECT") == ("InvalidRequest", 400)
    complete(parts, MpuObjectSize=len(body) + 3, ChecksumType="COMPOSITE")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == len(body) + 3


def test_a_retention_has_a_mode_and_a_time_to_come(s3, bucket):
    put = {"Bucket": f"{bucket}-locked", "Key": "k", "Body": b""}
    s3.create_bucket(Bucket=put["Bucket"], ObjectLockEnabledForBucket=True)
    past, later = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)
    assert refused(s3.put_object, **put, ObjectLockMode="GOVERNANCE") == ("InvalidArgument", 400)
    assert refused(s3.put_object, **put, ObjectLockRetainUntilDate=later) == ("InvalidArgument", 400)
    both = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": past}
    assert refused(s3.put_object, **put, **both) == ("InvalidArgument", 400)
    s3.put_object(**put, **both | {"ObjectLockRetainUntilDate": later})
    assert s3.head_object(Bucket=put["Bucket"], Key="k")["ObjectLockMode"] == "GOVERNANCE"

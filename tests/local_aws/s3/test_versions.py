"""Versions of objects where versioning is suspended, and requests for objects that S3 refuses or reads otherwise."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.refusals import refused


def versioning(s3, bucket, status):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def there(s3, bucket):
    """The versions of a bucket's one key, the latest first; a delete marker is `None`."""
    told = s3.list_object_versions(Bucket=bucket)
    listed = [*told.get("Versions", ()), *((one | {"Size": None}) for one in told.get("DeleteMarkers", ()))]
    return {one["VersionId"]: one["Size"] for one in listed}


@pytest.fixture
def suspended(s3, bucket):
    """A bucket with a version of each kind, and the name of the one that isn't `null`."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    versioning(s3, bucket, "Enabled")
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"22")["VersionId"]
    versioning(s3, bucket, "Suspended")
    return version


def test_a_write_replaces_the_null_version_alone(s3, bucket, suspended):
    for body in (b"333", b"4444"):
        assert s3.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] == "null"
    assert there(s3, bucket) == {"null": 4, suspended: 2}
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"4444"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=suspended)["Body"].read() == b"22"
    assert s3.head_object(Bucket=bucket, Key="k", VersionId=suspended)["ContentLength"] == 2
    assert refused(s3.head_object, Bucket=bucket, Key="k", VersionId="none")[1] == 404


def test_a_copy_and_an_upload_in_parts_do_so_too(s3, bucket, suspended):
    s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k", "VersionId": suspended})
    assert there(s3, bucket) == {"null": 2, suspended: 2}
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"55555")["ETag"]}
    assert s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})["VersionId"] == "null"
    assert there(s3, bucket) == {"null": 5, suspended: 2}


@pytest.mark.parametrize("many", [False, True])
def test_a_deletion_puts_a_null_marker_and_keeps_the_others(s3, bucket, suspended, many):
    if many:
        deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})["Deleted"][0]
        assert (deleted["DeleteMarker"], deleted["DeleteMarkerVersionId"]) == (True, "null")
    else:
        deleted = s3.delete_object(Bucket=bucket, Key="k")
        assert (deleted["DeleteMarker"], deleted["VersionId"]) == (True, "null")
    assert there(s3, bucket) == {"null": None, suspended: 2}
    assert refused(s3.get_object, Bucket=bucket, Key="k") == ("NoSuchKey", 404)
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    assert there(s3, bucket) == {suspended: 2}
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"22"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=suspended)
    assert there(s3, bucket) == {}
    s3.delete_bucket(Bucket=bucket)


def test_versions_go_on_where_versioning_is_on_again(s3, bucket, suspended):
    versioning(s3, bucket, "Enabled")
    newer = s3.put_object(Bucket=bucket, Key="k", Body=b"4444")["VersionId"]
    assert there(s3, bucket) == {newer: 4, suspended: 2, "null": 1}


def test_a_key_has_1024_bytes_at_most(s3, bucket):
    s3.put_object(Bucket=bucket, Key="é" * 512, Body=b"")
    for call in (s3.put_object, s3.create_multipart_upload, s3.get_object):
        assert refused(call, Bucket=bucket, Key="é" * 512 + "a") == ("KeyTooLongError", 400)


def test_a_range_is_in_bytes_or_none(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    assert s3.get_object(Bucket=bucket, Key="k", Range="chars=0-3")["Body"].read() == b"0123456789"
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-3")["Body"].read() == b"0123"


def test_a_list_has_one_other_form(s3, bucket):
    assert refused(s3.list_objects_v2, Bucket=bucket, EncodingType="base64") == ("InvalidArgument", 400)


@pytest.mark.parametrize(("status", "named"), [("Enabled", None), ("Suspended", "null")])
def test_a_key_that_is_not_there_gets_a_delete_marker(s3, bucket, status, named):
    versioning(s3, bucket, "Enabled")
    versioning(s3, bucket, status)
    told = s3.delete_object(Bucket=bucket, Key="never")
    assert told["DeleteMarker"]
    assert named in (None, told["VersionId"])
    assert there(s3, bucket) == {told["VersionId"]: None}
    s3.delete_object(Bucket=bucket, Key="never", VersionId=told["VersionId"])
    assert there(s3, bucket) == {}


@pytest.mark.parametrize("read", ["get_object", "head_object"])
def test_a_delete_marker_says_that_it_is_one(s3, bucket, read):
    versioning(s3, bucket, "Enabled")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    for status, which in ((404, {}), (405, {"VersionId": marker})):
        with pytest.raises(ClientError) as caught:
            getattr(s3, read)(Bucket=bucket, Key="k", **which)
        told = caught.value.response["ResponseMetadata"]
        assert told["HTTPStatusCode"] == status
        assert told["HTTPHeaders"]["x-amz-delete-marker"] == "true"
        assert told["HTTPHeaders"]["x-amz-version-id"] == marker


def test_a_copy_to_itself_changes_something(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    copy = {"Bucket": bucket, "Key": "k", "CopySource": {"Bucket": bucket, "Key": "k"}}
    assert refused(s3.copy_object, **copy)[0] == "InvalidRequest"
    s3.copy_object(**copy, MetadataDirective="REPLACE", Metadata={"a": "b"})
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "b"}

"""Members of S3's requests that moto ignores and that are honoured here: checksums, owners, conditions, lists."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from botocore import xform_name

from docs import operations
from local_aws.moto.checksums import CHECKSUMS, compute_checksum
from local_aws.moto.contents import Stored
from local_aws.s3.content import Content
from tests import unchecked
from tests.refusals import refused

OTHER_ACCOUNT = "999988887777"
MEMBERS = {name: f"Checksum{name}" for name in CHECKSUMS}
LARGE = b"x" * (5 << 20)


def digest(algorithm: str, content: bytes) -> str:
    return compute_checksum(content, algorithm).decode()


# ---- checksums -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algorithm", "known"),
    [
        ("CRC32", "cbf43926"),
        ("CRC32C", "e3069283"),
        ("CRC64NVME", "ae8b14860a799888"),
        ("XXHASH64", "8cb841db40e6ae83"),
        ("SHA256", hashlib.sha256(b"123456789").hexdigest()),
    ],
)
def test_checksums_are_those_of_their_catalogues(algorithm, known):
    """The check values of the catalogue of CRC algorithms, and of xxHash."""
    assert base64.b64decode(digest(algorithm, b"123456789")).hex() == known


@pytest.mark.parametrize("algorithm", MEMBERS)
def test_content_is_held_against_its_checksum(s3, bucket, algorithm):
    right, wrong = digest(algorithm, b"content"), digest(algorithm, b"other")
    put = {"Bucket": bucket, "Key": algorithm, "Body": b"content"}
    assert refused(s3.put_object, **put, **{MEMBERS[algorithm]: wrong}) == ("BadDigest", 400)
    assert refused(s3.put_object, **put, **{MEMBERS[algorithm]: "!"}) == ("InvalidRequest", 400)
    assert refused(s3.head_object, Bucket=bucket, Key=algorithm)[1] == 404
    s3.put_object(**put, **{MEMBERS[algorithm]: right})
    found = s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
    assert found[MEMBERS[algorithm]] == right


def test_the_etag_is_the_hash_of_the_pieces_in_their_order():
    """Large pieces are hashed by another thread while more come in, small ones by the thread that brings them."""
    random = Random(1)
    pieces = [random.randbytes(size) for size in [1 << 20] * 9 + [1, 300 << 10, 255 << 10, 1 << 20, 7]]
    with Content({}) as content:
        for piece in pieces:
            content.write(piece)
        kept = content.kept()
    assert isinstance(kept, Stored)
    assert kept.etag == hashlib.md5(b"".join(pieces)).hexdigest()
    kept.close_unless_taken()


def test_one_checksum_a_request(s3, bucket):
    both = {"ChecksumCRC32": digest("CRC32", b"x"), "ChecksumSHA1": digest("SHA1", b"x")}
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"x", **both) == ("InvalidRequest", 400)


def test_a_document_is_held_against_its_md5(s3, bucket):
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags, ContentMD5=wrong) == ("BadDigest", 400)
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags, ContentMD5="x") == ("InvalidDigest", 400)
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"content", LARGE], ids=["small", "in pieces"])
@pytest.mark.parametrize("algorithm", ["CRC32C", "CRC64NVME", "SHA256"])
def test_a_copy_has_the_checksum_that_is_asked_for(s3, bucket, algorithm, content):
    s3.put_object(Bucket=bucket, Key="from", Body=content)
    source = {"Bucket": bucket, "Key": "from"}
    copied = s3.copy_object(Bucket=bucket, Key="to", CopySource=source, ChecksumAlgorithm=algorithm)
    assert copied["CopyObjectResult"][MEMBERS[algorithm]] == digest(algorithm, content)
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == content


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_an_object_put_together_is_held_against_its_checksum(s3, bucket, algorithm):
    how = {"ChecksumAlgorithm": algorithm, "ChecksumType": "FULL_OBJECT"}
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, **how)["UploadId"]
    parts = []
    for number, body in ((1, LARGE), (2, b"end")):
        part = s3.upload_part(**upload, PartNumber=number, Body=body, **{MEMBERS[algorithm]: digest(algorithm, body)})
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    complete = {**upload, "MultipartUpload": {"Parts": parts}, "ChecksumType": "FULL_OBJECT"}
    wrong, right = digest(algorithm, b"other"), digest(algorithm, LARGE + b"end")
    assert refused(s3.complete_multipart_upload, **complete, **{MEMBERS[algorithm]: wrong})[0] == "BadDigest"
    s3.complete_multipart_upload(**complete, **{MEMBERS[algorithm]: right})
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[MEMBERS[algorithm]] == right


# ---- owners ----------------------------------------------------------------------------------------------------


def test_a_bucket_that_is_expected_to_be_anothers_gets_nothing(s3, bucket):
    """In every operation that takes the condition."""
    asked = unchecked.client("s3", s3.meta.endpoint_url)
    model = s3.meta.service_model
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    owned = {name: shape for name, shape in shapes.items() if shape and "ExpectedBucketOwner" in shape.members}
    there = set(owned) - set(operations.answers("s3").missing)
    assert len(there) > 60
    for name in sorted(there):
        params = unchecked.some_value(owned[name]) | {"Bucket": bucket, "ExpectedBucketOwner": OTHER_ACCOUNT}
        code, status = refused(getattr(asked, xform_name(name)), **params)
        assert (code in {"AccessDenied", "403"}, status) == (True, 403), name
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="123456789012")


def test_the_source_of_a_copy_may_be_expected_to_be_anothers(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    copy = {"Bucket": bucket, "Key": "to", "CopySource": f"{bucket}/k"}
    assert refused(s3.copy_object, **copy, ExpectedSourceBucketOwner=OTHER_ACCOUNT) == ("AccessDenied", 403)
    s3.copy_object(**copy, ExpectedSourceBucketOwner="123456789012")


# ---- conditions ------------------------------------------------------------------------------------------------


def test_a_copy_is_made_on_conditions_of_its_source(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    copy = {"Bucket": bucket, "Key": "to", "CopySource": f"{bucket}/k"}
    now = datetime.now(UTC)
    earlier, later = now - timedelta(hours=1), now + timedelta(hours=1)
    failed = ("PreconditionFailed", 412)
    assert refused(s3.copy_object, **copy, CopySourceIfMatch='"other"') == failed
    assert refused(s3.copy_object, **copy, CopySourceIfNoneMatch=etag) == failed
    assert refused(s3.copy_object, **copy, CopySourceIfModifiedSince=later) == failed
    assert refused(s3.copy_object, **copy, CopySourceIfUnmodifiedSince=earlier) == failed
    assert refused(s3.head_object, Bucket=bucket, Key="to")[1] == 404
    s3.copy_object(**copy, CopySourceIfMatch=etag, CopySourceIfUnmodifiedSince=earlier)
    s3.copy_object(**copy, CopySourceIfNoneMatch='"other"', CopySourceIfModifiedSince=later)


@pytest.mark.parametrize("finish", ["copy", "complete"])
def test_what_is_written_over_may_be_a_condition(s3, bucket, finish):
    s3.put_object(Bucket=bucket, Key="from", Body=b"x")
    etag = s3.put_object(Bucket=bucket, Key="there", Body=b"y")["ETag"]

    def write(key: str, **condition):
        if finish == "copy":
            return s3.copy_object(Bucket=bucket, Key=key, CopySource=f"{bucket}/from", **condition)
        upload = {"Bucket": bucket, "Key": key}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        part = s3.upload_part(**upload, PartNumber=1, Body=b"z")["ETag"]
        parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
        return s3.complete_multipart_upload(**upload, MultipartUpload=parts, **condition)

    assert refused(write, key="there", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(write, key="there", IfMatch='"other"') == ("PreconditionFailed", 412)
    assert refused(write, key="nothing", IfMatch=etag) == ("NoSuchKey", 404)
    write("there", IfMatch=etag)
    write("new", IfNoneMatch="*")


# ---- keys of the caller's own, lists ---------------------------------------------------------------------------


def test_keys_of_the_callers_own_are_blocked(s3, bucket):
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"x", **key) == ("AccessDenied", 403)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refused(s3.get_object, Bucket=bucket, Key="k", **key) == ("InvalidRequest", 400)


def test_versions_are_listed_in_url_form_where_it_is_asked_for(s3, bucket):
    keys = ["a b", "ä/ö", "1+1=2", "&<>"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert sorted(one["Key"] for one in s3.list_object_versions(Bucket=bucket)["Versions"]) == sorted(keys)
    answer = s3.list_object_versions(Bucket=bucket, EncodingType="url")
    assert "1%2B1%3D2" in {one["Key"] for one in answer["Versions"]} and answer["EncodingType"] == "url"


@pytest.mark.slow
def test_buckets_come_in_pages(aws, s3):
    names = sorted(aws.bucket() for _ in range(3))
    pages = s3.get_paginator("list_buckets").paginate(Prefix="bucket-", PaginationConfig={"PageSize": 2})
    found = [bucket for page in pages for bucket in page["Buckets"]]
    assert [one["Name"] for one in found] == sorted(one["Name"] for one in found)
    regions = {one["Name"]: one["BucketRegion"] for one in found}  # other tests have buckets elsewhere
    assert {name: regions.get(name) for name in names} == dict.fromkeys(names, "us-east-1")
    assert refused(s3.list_buckets, ContinuationToken="!") == ("InvalidArgument", 400)

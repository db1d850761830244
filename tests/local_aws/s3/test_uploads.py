"""Uploads in parts, and the parts of an object."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from local_aws.moto.checksums import compute_checksum
from tests.refusals import refused

LARGE = b"x" * (5 << 20)
SMALL = (b"a" * 10, b"b" * 20)


def begun(s3, bucket, key="k", bodies=SMALL, algorithm=None, **how):
    """An upload with its parts, and what CompleteMultipartUpload is to be told of them."""
    if algorithm:
        how["ChecksumAlgorithm"] = algorithm
    upload = {
        "Bucket": bucket,
        "Key": key,
        "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key, **how)["UploadId"],
    }
    parts = []
    for number, body in enumerate(bodies, start=1):
        checksum = {f"Checksum{algorithm}": compute_checksum(body, algorithm).decode()} if algorithm else {}
        part = s3.upload_part(**upload, PartNumber=number, Body=body, **checksum)
        parts.append({"PartNumber": number, "ETag": part["ETag"], **checksum})
    return upload, parts


def complete(s3, upload, parts, **further):
    return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **further)


def code(error) -> str:
    return error.value.response["Error"]["Code"]


# ---- what is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (lambda one, two: [two, one], ("InvalidPartOrder", 400)),
        (lambda one, two: [one, one], ("InvalidPartOrder", 400)),
        (lambda one, two: [one, two], ("EntityTooSmall", 400)),
        (lambda one, two: [{**one, "ETag": two["ETag"]}], ("InvalidPart", 400)),
        (lambda one, two: [{**one, "PartNumber": 3}], ("InvalidPart", 400)),
        (lambda one, two: [{**one, "ChecksumCRC32": "AAAAAA=="}], ("InvalidPart", 400)),
        (lambda one, two: [], ("MalformedXML", 400)),
    ],
)
def test_a_list_of_parts_is_held_against_those_that_came(s3, bucket, wrong, expected):
    upload, parts = begun(s3, bucket)
    said = {"MultipartUpload": {"Parts": wrong(*parts)}}
    assert refused(s3.complete_multipart_upload, **upload, **said) == expected
    assert len(s3.list_parts(**upload)["Parts"]) == 2


@pytest.mark.parametrize("identity", ["nothing", "0"])
def test_an_upload_that_is_not_there_is_said_not_to_be(s3, bucket, identity):
    other, _ = begun(s3, bucket, "other")
    for upload in ({"Bucket": bucket, "Key": "k", "UploadId": identity}, {**other, "Key": "k"}):
        part = {"PartNumber": 1, "ETag": "x"}
        assert refused(s3.upload_part, **upload, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
        assert refused(s3.list_parts, **upload) == ("NoSuchUpload", 404)
        assert refused(s3.abort_multipart_upload, **upload) == ("NoSuchUpload", 404)
        assert refused(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [part]})[0] == "NoSuchUpload"


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_parts_have_numbers_from_1_to_10000(s3, bucket, number):
    upload, _ = begun(s3, bucket)
    assert refused(s3.upload_part, **upload, PartNumber=number, Body=b"x") == ("InvalidArgument", 400)
    assert refused(s3.get_object, Bucket=bucket, Key="k", PartNumber=number) == ("InvalidArgument", 400)


@pytest.mark.parametrize("wanted", ["bytes=0-11", "bytes=3-2", "0-3", "bytes=0-", "bytes=-3"])
def test_a_part_is_copied_from_bytes_that_are_there(s3, bucket, wanted):
    s3.put_object(Bucket=bucket, Key="from", Body=b"hello world")
    upload, _ = begun(s3, bucket)
    how = {**upload, "PartNumber": 3, "CopySource": f"{bucket}/from"}
    assert refused(s3.upload_part_copy, **how, CopySourceRange=wanted) == ("InvalidArgument", 400)
    s3.upload_part_copy(**how, CopySourceRange="bytes=0-10")
    assert [part["Size"] for part in s3.list_parts(**upload)["Parts"]] == [10, 20, 11]


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("SHA256", "FULL_OBJECT"), ("SHA1", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")]
)
def test_not_each_checksum_can_be_of_each_type(s3, bucket, algorithm, kind):
    how = {"Bucket": bucket, "Key": "k", "ChecksumAlgorithm": algorithm, "ChecksumType": kind}
    assert refused(s3.create_multipart_upload, **how) == ("InvalidRequest", 400)


def test_parts_come_with_the_checksum_that_was_announced(s3, bucket):
    upload, (part, _) = begun(s3, bucket, algorithm="SHA256")
    other = {**upload, "PartNumber": 1, "Body": b"x", "ChecksumCRC32": compute_checksum(b"x", "CRC32").decode()}
    assert refused(s3.upload_part, **other) == ("InvalidRequest", 400)
    without = {"PartNumber": 1, "ETag": part["ETag"]}
    assert refused(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [without]})[0] == "InvalidRequest"
    said = {"MultipartUpload": {"Parts": [part]}}
    assert refused(s3.complete_multipart_upload, **upload, **said, ChecksumType="FULL_OBJECT")[0] == "InvalidRequest"
    assert refused(s3.complete_multipart_upload, **upload, **said, MpuObjectSize=11)[0] == "InvalidRequest"
    complete(s3, upload, [part], ChecksumType="COMPOSITE", MpuObjectSize=10)


# ---- what is told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algorithm", "kind", "checksum"),
    [
        (None, "FULL_OBJECT", "CRC64NVME"),
        ("CRC32", "COMPOSITE", "CRC32"),
        ("SHA256", "COMPOSITE", "SHA256"),
        ("CRC64NVME", "FULL_OBJECT", "CRC64NVME"),
    ],
)
def test_everybody_tells_the_same_checksum_of_an_object_in_parts(s3, bucket, algorithm, kind, checksum):
    upload, parts = begun(s3, bucket, bodies=(b"content",), algorithm=algorithm)
    made = complete(s3, upload, parts)
    where = {"Bucket": bucket, "Key": "k"}
    attributes = s3.get_object_attributes(**where, ObjectAttributes=["Checksum"])["Checksum"]
    got = s3.get_object(**where, ChecksumMode="ENABLED")
    member = f"Checksum{checksum}"
    assert got["Body"].read() == b"content"
    assert got[member].endswith("-1") == (kind == "COMPOSITE")
    for told in (made, attributes, got, s3.head_object(**where, ChecksumMode="ENABLED")):
        assert (told[member], told["ChecksumType"]) == (got[member], kind)
    assert "VersionId" not in made


def test_an_object_is_what_its_parts_were_and_its_copy_is_not(s3, bucket):
    upload, parts = begun(s3, bucket, bodies=(LARGE, b"left out", b"end"), algorithm="CRC32")
    complete(s3, upload, [parts[0], parts[2]])
    complete(s3, upload, [parts[0], parts[2]])  # again, which S3 takes for the same
    where = {"Bucket": bucket, "Key": "k", "ObjectAttributes": ["ObjectParts", "ObjectSize"]}
    told = s3.get_object_attributes(**where)
    assert told["ObjectSize"] == len(LARGE) + 3
    assert [(part["PartNumber"], part["Size"]) for part in told["ObjectParts"]["Parts"]] == [(1, len(LARGE)), (3, 3)]
    assert {part["ChecksumCRC32"] for part in told["ObjectParts"]["Parts"]} == {
        parts[0]["ChecksumCRC32"],
        parts[2]["ChecksumCRC32"],
    }
    page = s3.get_object_attributes(**where, MaxParts=1)["ObjectParts"]
    assert (page["IsTruncated"], page["NextPartNumberMarker"], page["TotalPartsCount"]) == (True, 1, 2)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    copied = s3.get_object_attributes(**where | {"Key": "copy"}, **{})
    assert "ObjectParts" not in copied
    checksum = s3.get_object(Bucket=bucket, Key="copy", ChecksumMode="ENABLED")
    assert checksum["Body"].read() == LARGE + b"end"
    assert checksum["ChecksumCRC32"] == compute_checksum(LARGE + b"end", "CRC32").decode()
    s3.delete_object(Bucket=bucket, Key="k")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == LARGE + b"end"


def test_a_part_of_an_object_is_read_alone(s3, bucket):
    upload, parts = begun(s3, bucket, bodies=(LARGE, b"end"))
    made = complete(s3, upload, parts)
    where = {"Bucket": bucket, "Key": "k", "PartNumber": 2}
    part = s3.get_object(**where)
    assert part["Body"].read() == b"end"
    assert part["ContentRange"] == f"bytes {len(LARGE)}-{len(LARGE) + 2}/{len(LARGE) + 3}"
    head = s3.head_object(**where)
    for told in (part, head):
        assert (told["ETag"], told["PartsCount"], told["ContentLength"]) == (made["ETag"], 2, 3)
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert refused(s3.get_object, **where | {"PartNumber": 3}) == ("InvalidPartNumber", 416)
    assert refused(s3.get_object, **where, Range="bytes=0-1") == ("InvalidRequest", 400)


def test_an_object_that_was_put_at_once_is_one_part(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="k", PartNumber=1)["Body"].read() == b"content"
    assert s3.get_object(Bucket=bucket, Key="empty", PartNumber=1)["Body"].read() == b""
    assert refused(s3.get_object, Bucket=bucket, Key="k", PartNumber=2) == ("InvalidPartNumber", 416)
    told = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ObjectParts"])
    assert told["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    assert "ObjectParts" not in told


def test_attributes_are_told_of_objects_that_are_there(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"content")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    ask = {"Bucket": bucket, "Key": "k", "ObjectAttributes": ["ObjectSize"]}
    assert refused(s3.get_object_attributes, **ask) == ("NoSuchKey", 404)
    assert refused(s3.get_object_attributes, **ask, VersionId=marker) == ("MethodNotAllowed", 405)
    assert refused(s3.get_object_attributes, **ask, VersionId="none") == ("NoSuchVersion", 404)
    assert refused(s3.get_object_attributes, **ask | {"ObjectAttributes": ["Size"]}) == ("InvalidArgument", 400)
    told = s3.get_object_attributes(**ask, VersionId=version)
    assert (told["ObjectSize"], told["VersionId"]) == (7, version)


# ---- lists -----------------------------------------------------------------------------------------------------


def test_parts_are_listed_by_their_numbers_in_pages(s3, bucket):
    upload, _ = begun(s3, bucket, bodies=(), algorithm="SHA256")
    for number in (30, 2, 7):
        body = str(number).encode()
        s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumSHA256=compute_checksum(body, "SHA256").decode())
    pages = list(s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2}))
    assert [[part["PartNumber"] for part in page["Parts"]] for page in pages] == [[2, 7], [30]]
    assert s3.list_parts(**upload, PartNumberMarker=2)["Parts"][0]["PartNumber"] == 7
    assert pages[0]["ChecksumAlgorithm"] == "SHA256"
    assert pages[0]["Parts"][0]["ChecksumSHA256"] == compute_checksum(b"2", "SHA256").decode()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_uploads_are_listed_by_their_keys_in_pages(s3, bucket, size):
    keys = ["b", "a/1", "a/2", "b", "c d", "a-"]
    made = sorted((key, number, begun(s3, bucket, key, ())[0]["UploadId"]) for number, key in enumerate(keys))
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    found = [(one["Key"], one["UploadId"]) for page in pages for one in page.get("Uploads", ())]
    assert found == [(key, identity) for key, _, identity in made]


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_uploads_are_put_together_by_a_delimiter(s3, bucket, size):
    for key in ("a/1", "a/2", "b", "c/1"):
        begun(s3, bucket, key, ())
    told, markers = [], {}
    for _ in range(5):
        page = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", MaxUploads=size, **markers)
        told += [one["Key"] for one in page.get("Uploads", ())]
        told += [one["Prefix"] for one in page.get("CommonPrefixes", ())]
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page.get("NextUploadIdMarker", "")}
    assert sorted(told) == ["a/", "b", "c/"]


def test_lists_of_uploads_refuse_what_s3_refuses(s3, bucket):
    assert refused(s3.list_multipart_uploads, Bucket=bucket, MaxUploads=-1) == ("InvalidArgument", 400)
    with pytest.raises(ClientError) as error:
        s3.list_multipart_uploads(Bucket="no-such-bucket-here")
    assert code(error) == "NoSuchBucket"

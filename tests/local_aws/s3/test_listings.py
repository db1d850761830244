"""Lists of a bucket's keys: order, pages, delimiters, versions, and who may read them."""

from __future__ import annotations

import json
import threading
import urllib.request
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

KEYS = ["a", "a/1", "a/2", "b/c/1", "b/d", "é", "z/", "z/last", "\U0001f600"]
"""In the order of their bytes."""


@pytest.fixture
def filled(s3, bucket):
    """A bucket whose keys were put in another order than theirs."""
    for key in KEYS[::2] + KEYS[1::2]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"content")
    s3.put_object(Bucket=bucket, Key="a/1", Body=b"again")
    s3.put_object(Bucket=bucket, Key="gone", Body=b"content")
    s3.delete_object(Bucket=bucket, Key="gone")
    return bucket


def listed(answer) -> list[str]:
    """Keys and common prefixes of a page, in their order."""
    keys = [one["Key"] for one in answer.get("Contents", [])]
    return sorted(keys + [one["Prefix"] for one in answer.get("CommonPrefixes", [])])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, KEYS),
        ({"Prefix": "a/"}, ["a/1", "a/2"]),
        ({"Prefix": "nothing"}, []),
        ({"Delimiter": "/"}, ["a", "a/", "b/", "z/", "é", "\U0001f600"]),
        ({"Delimiter": "/", "Prefix": "b/"}, ["b/c/", "b/d"]),
        ({"Delimiter": "/", "Prefix": "z"}, ["z/"]),
        ({"Delimiter": "/", "Prefix": "z/"}, ["z/", "z/last"]),
        ({"StartAfter": "b"}, ["b/c/1", "b/d", "z/", "z/last", "é", "\U0001f600"]),
        ({"StartAfter": "b/d"}, ["z/", "z/last", "é", "\U0001f600"]),
        ({"StartAfter": "b/c/1", "Delimiter": "/"}, ["z/", "é", "\U0001f600"]),
        ({"StartAfter": "b", "Prefix": "a"}, []),
        ({"MaxKeys": 0}, []),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_same_in_pages_of_any_size(s3, filled, asked, found, size):
    config = {} if "MaxKeys" in asked else {"PageSize": size}
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=filled, **asked, PaginationConfig=config))
    assert [name for page in pages for name in listed(page)] == sorted(found)
    assert [page["KeyCount"] for page in pages] == [len(listed(page)) for page in pages]
    if "StartAfter" not in asked:
        pages = list(s3.get_paginator("list_objects").paginate(Bucket=filled, **asked, PaginationConfig=config))
        assert [name for page in pages for name in listed(page)] == sorted(found)


def test_what_is_told_of_an_object(s3, filled):
    one = s3.list_objects_v2(Bucket=filled, Prefix="a/1", FetchOwner=True)["Contents"][0]
    head = s3.head_object(Bucket=filled, Key="a/1")
    assert (one["Size"], one["StorageClass"], set(one["Owner"])) == (5, "STANDARD", {"ID", "DisplayName"})
    assert (one["ETag"], one["LastModified"]) == (head["ETag"], head["LastModified"])
    assert "Owner" not in s3.list_objects_v2(Bucket=filled, Prefix="a/1")["Contents"][0]
    assert "Owner" in s3.list_objects(Bucket=filled, Prefix="a/1")["Contents"][0]


def test_the_old_list_names_the_next_page_where_keys_are_put_together(s3, filled):
    """ "This element is returned only if you have the delimiter request parameter specified.\""""
    plain = s3.list_objects(Bucket=filled, MaxKeys=2)
    assert (plain["IsTruncated"], plain.get("NextMarker")) == (True, None)
    together = s3.list_objects(Bucket=filled, MaxKeys=2, Delimiter="/")
    assert (listed(together), together["NextMarker"]) == (["a", "a/"], "a/")
    assert listed(s3.list_objects(Bucket=filled, Delimiter="/", Marker="a/"))[:1] == ["b/"]


def test_a_page_goes_on_where_the_last_one_ended_whatever_has_happened(s3, filled):
    first = s3.list_objects_v2(Bucket=filled, MaxKeys=3)
    s3.delete_object(Bucket=filled, Key="a/2")
    s3.put_object(Bucket=filled, Key="a/15", Body=b"")
    s3.put_object(Bucket=filled, Key="b/a", Body=b"")
    rest = s3.list_objects_v2(Bucket=filled, ContinuationToken=first["NextContinuationToken"])
    assert listed(rest)[:2] == ["b/a", "b/c/1"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"ContinuationToken": "no token"}, "The continuation token provided is incorrect"),
        ({"ContinuationToken": ""}, "The continuation token provided is incorrect"),
        ({"MaxKeys": -1}, "Argument maxKeys must be an integer between 0 and 2147483647"),
    ],
)
def test_what_is_refused(s3, bucket, asked, message):
    with pytest.raises(ClientError) as caught:
        s3.list_objects_v2(Bucket=bucket, **asked)
    assert (caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]) == (
        "InvalidArgument",
        message,
    )


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_a_bucket_that_is_not_there(s3, operation):
    with pytest.raises(ClientError) as caught:
        getattr(s3, operation)(Bucket="there-is-no-such-bucket")
    assert caught.value.response["Error"]["Code"] == "NoSuchBucket"


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_a_bucket_s_policy_has_its_say(aws, s3, filled, operation):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:List*", "Resource": f"arn:aws:s3:::{filled}"}
    reader = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    client = aws.client("s3", role_arn=reader)
    assert getattr(client, operation)(Bucket=filled)["Name"] == filled
    s3.put_bucket_policy(Bucket=filled, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(Bucket=filled)
    assert "explicit deny in a resource-based policy" in caught.value.response["Error"]["Message"]


@pytest.fixture
def versioned(s3, bucket):
    """Three keys: one with two versions, one whose latest is a delete marker, one under a prefix."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key, content in (("one", b"1"), ("two", b"12"), ("one", b"123"), ("x/three", b"1234")):
        s3.put_object(Bucket=bucket, Key=key, Body=content)
    s3.delete_object(Bucket=bucket, Key="two")
    return bucket


def versions(answer) -> list[tuple[str, bool, int | None]]:
    shown = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
    return [(one["Key"], one["IsLatest"], one.get("Size")) for one in sorted(shown, key=lambda one: one["Key"])]


def test_versions_and_delete_markers(s3, versioned):
    answer = s3.list_object_versions(Bucket=versioned)
    assert [(one["Key"], one["IsLatest"], one["Size"]) for one in answer["Versions"]] == [
        ("one", True, 3),
        ("one", False, 1),
        ("two", False, 2),
        ("x/three", True, 4),
    ]
    assert [(one["Key"], one["IsLatest"]) for one in answer["DeleteMarkers"]] == [("two", True)]
    assert listed(s3.list_objects_v2(Bucket=versioned)) == ["one", "x/three"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_versions_in_pages(s3, versioned, size):
    asked = {"Bucket": versioned, "Delimiter": "/", "PaginationConfig": {"PageSize": size}}
    pages = list(s3.get_paginator("list_object_versions").paginate(**asked))
    found = [one for page in pages for one in versions(page)]
    assert sorted(found, key=str) == sorted(
        [("one", True, 3), ("one", False, 1), ("two", True, None), ("two", False, 2)], key=str
    )
    assert [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])] == ["x/"]


def test_whoever_deletes_what_a_page_shows_sees_all(s3, versioned):
    """As a clean-up does: the version that the next page begins behind is gone by then."""
    found = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=versioned, PaginationConfig={"PageSize": 1}):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            found.append(one["Key"])
            s3.delete_object(Bucket=versioned, Key=one["Key"], VersionId=one["VersionId"])
    assert sorted(found) == ["one", "one", "two", "two", "x/three"]


def test_a_version_s_marker_needs_a_key(s3, versioned):
    with pytest.raises(ClientError, match="A version-id marker cannot be specified without a key marker"):
        s3.list_object_versions(Bucket=versioned, VersionIdMarker="null")


def test_many_put_and_delete_while_others_list(s3, bucket):
    """Each sees keys in their order, none twice, and in the end what is there."""

    def work(number: int) -> None:
        for turn in range(12):
            s3.put_object(Bucket=bucket, Key=f"{turn}-{number}", Body=b"")
            if turn % 3 == 0:
                s3.delete_object(Bucket=bucket, Key=f"{turn}-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 3})
        seen = [key for page in pages for key in listed(page)]
        assert seen == sorted(set(seen))
    there = {f"{turn}-{number}" for turn in range(12) if turn % 3 for number in range(4)}
    assert set(listed(s3.list_objects_v2(Bucket=bucket))) == there


@pytest.mark.parametrize(
    ("operation", "root"),
    [
        ("list_buckets", "ListAllMyBucketsResult"),
        ("list_objects", "ListBucketResult"),
        ("list_objects_v2", "ListBucketResult"),
        ("list_object_versions", "ListVersionsResult"),
        ("list_multipart_uploads", "ListMultipartUploadsResult"),
        ("list_parts", "ListPartsResult"),
    ],
)
def test_documents_have_the_root_elements_of_the_api_reference(s3, filled, operation, root):
    """boto3 doesn't look at them; others' clients do."""
    params = {} if operation == "list_buckets" else {"Bucket": filled}
    if operation == "list_parts":
        upload = s3.create_multipart_upload(Bucket=filled, Key="parts")["UploadId"]
        params |= {"Key": "parts", "UploadId": upload}
    with urllib.request.urlopen(s3.generate_presigned_url(operation, Params=params)) as answer:
        document = ElementTree.fromstring(answer.read())
    assert document.tag == f"{{http://s3.amazonaws.com/doc/2006-03-01/}}{root}"

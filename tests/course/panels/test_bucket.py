"""The Bucket panel, driven by its widgets' Python side, on a real embedded AWS."""

from __future__ import annotations

import io
import zipfile

import boto3
import pytest

import course


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


REVIEWS = zipped({"__MACOSX/._reviews.json": b"\0\1\2\xff", "reviews.json": b'{"overall": 5.0}\n' * 50})


@pytest.fixture
def put(bucket):
    return lambda key, body: boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


@pytest.fixture
def panel(bucket, put):
    put("data/reviews.json.zip", REVIEWS)
    put("data/train/reviews_train.txt", "__label__1 Größe\n".encode() * 3)
    made = course.bucket_panel(bucket, "data/")
    made.wait()
    return made


def look(panel, key: str) -> str:
    panel.objects.value = key
    panel.open.click()
    panel.wait()
    return repr(panel)


def test_what_is_there_and_the_way_through_folders(panel):
    assert [entry.key for entry in panel.listing.entries] == ["data/train/", "data/reviews.json.zip"]
    look(panel, "data/train/")
    assert panel.prefix.value == "data/train/"
    assert [entry.key for entry in panel.listing.entries] == ["data/train/reviews_train.txt"]
    panel.up.click()
    panel.wait()
    assert panel.prefix.value == "data/"
    panel.up.click()
    panel.wait()
    assert (panel.prefix.value, [entry.key for entry in panel.listing.entries]) == ("", ["data/"])


def test_what_is_new_and_what_has_changed_since_the_last_look(panel, put):
    put("data/new.txt", "new")
    put("data/reviews.json.zip", b"changed")
    panel.refresh.click()
    panel.wait()
    ages = {entry.key: entry.age for entry in panel.listing.entries}
    assert ages == {"data/train/": "", "data/new.txt": "new", "data/reviews.json.zip": "changed"}
    assert "new.txt  ·  3 bytes  ·  NEW" in [label for label, _ in panel.objects.options]
    assert panel.status.words == "3 here; 2 new or changed."
    panel.refresh.click()
    panel.wait()
    assert not any(entry.age for entry in panel.listing.entries)


def test_a_look_into_a_zip_shows_its_members_and_the_first_that_is_text(panel):
    text = look(panel, "data/reviews.json.zip")
    assert "__MACOSX/._reviews.json | 4 bytes" in text
    assert "reviews.json | 850 bytes" in text
    assert text.count('{"overall": 5.0}') == 20


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Größe\n".encode(), "text"),
        (b"", "0 bytes, empty."),
        (b"\xff\xfe\0\1", "neither text nor a zip"),
        (b"not a zip at all", "text, though its name says zip"),
        (REVIEWS[:-40], "a damaged zip (File is not a zip file)"),
        (("ä" * 70_000).encode(), "140,000 bytes, text"),
    ],
)
def test_a_look_into_anything(panel, put, body, words):
    put("data/it.zip", body)
    panel.refresh.click()
    panel.wait()
    assert words in look(panel, "data/it.zip")
    assert panel.error is None


def test_the_key_that_is_copied_is_the_key(panel, bucket):
    panel.objects.value = "data/reviews.json.zip"
    found = boto3.client("s3").head_object(Bucket=bucket, Key=panel.copy_key.text)
    assert found["ContentLength"] == len(REVIEWS)


def test_a_bucket_that_is_not_there_is_an_error_with_a_remedy():
    panel = course.bucket_panel("no-such-bucket-anywhere")
    panel.wait()
    assert "NoSuchBucket: The specified bucket does not exist" in repr(panel)
    assert "set-up cell" in repr(panel)


def test_an_object_that_has_gone_meanwhile(panel, bucket):
    boto3.client("s3").delete_object(Bucket=bucket, Key="data/reviews.json.zip")
    assert "404: Not Found" in look(panel, "data/reviews.json.zip")
    assert "somebody may have removed it" in repr(panel)


def test_an_empty_bucket_has_nothing_to_open(bucket):
    panel = course.bucket_panel(bucket)
    panel.wait()
    panel.open.click()
    assert "nothing to open" in repr(panel)

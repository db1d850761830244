"""The checks of lesson 02, on the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

import course
from course.checks import lesson_02
from course.checks.cells import exercise_cell
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

LIST_BUCKETS = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
KEY = "data/reviews_Musical_Instruments_5.json.zip"

pytestmark = pytest.mark.usefixtures("aws_compared")


@pytest.fixture(scope="module")
def names(settings: course.Settings) -> dict[str, Any]:
    """What the lesson has when it comes to the exercises; the data set is in the bucket."""
    data_set = Path(__file__).parents[3] / KEY
    boto3.client("s3").upload_file(str(data_set), settings.bucket, KEY)
    return {"settings": settings, "key": KEY}


@pytest.mark.parametrize("name", ["02.label", "02.handler", "02.event", "02.policy"])
def test_untouched_and_solved(name: str, names: dict[str, Any]) -> None:
    check_untouched_and_solved(name, lambda: dict(names))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("if 2 * helpful == votes", "if votes == 0")], "a tie of two"),
        ([("2 * helpful == votes", "votes and 2 * helpful == votes")], "no votes"),
        ([("2 * helpful > votes", "helpful > votes")], "most say helpful"),
        ([('"__label__1" if', '"__label__2" if'), ('else "__label__2"', 'else "__label__1"')], "most say helpful"),
        ([("2 * helpful > votes", "helpful / votes > 0.501")], "a majority of one"),
        ([("if 2 * helpful == votes", "if helpful / votes == 0.5")], "divides by 0"),
        ([('return "__label__1"', 'text = "__label__1"')], "end with a return"),
        ([('"__label__1" if', "1 if")], "A text is needed, not a number"),
        ([('review["helpful"]', "review.helpful")], "has no part of that name"),
    ],
    ids=["ties", "no votes", "more than all", "exchanged", "51 %", "division", "no return", "a number", "a dict"],
)
def test_a_label_with_a_mistake(changes: list[tuple[str, str]], said: str) -> None:
    check_wrong(judge("02.label", changed("02.label", *changes)), said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("html.unescape(", "str(")], ["awkward reviews", '6" cable is good & cheap', "pieces of a web page"]),
        ([("if label(review):", "if True:")], ["a line too many", "None"]),
        ([(" if piece.strip()", "")], ["a line too many: '__label__1 '"]),
        ([('unquote_plus(record["s3"]["object"]["key"])', 'record["s3"]["object"]["key"]')], ["blank", "AccessDenied"]),
        (
            [('file_name.split(".")[0]', 'file_name.removesuffix(".json.zip")')],
            ["several dots", "guitars.2026_train.txt"],
        ),
        ([('event["Records"]', 'event["Records"][:1]')], ["two records", "second_train.txt", "One event, two uploads"]),
        ([("            written.append(output)", "            return {}")], ["Only one of the two files"]),
        ([('f"{folder}/{path.stem}', 'f"{path.stem}')], ["S3UploadFailedError", "stand beside the data set"]),
        ([('f"{label(review)} {sentence}', 'f"{label(review)}{sentence}')], ["one blank"]),
        ([('"{label(review)} {sentence}\\n"', '"{label(review)} {sentence}"')], ["what ends a line"]),
        ([("            s3.upload_file(str(path), bucket, output)\n", "")], ["Nothing was written"]),
        ([('Path("/tmp/train.txt")', 'Path("train.txt")')], ["below /tmp alone"]),
        ([('open("wb") as train', 'open("ab") as train')], ["a line too many"]),
        ([(' if not name.startswith("__MACOSX/")', "")], ["ValueError: too many values", "lambda_function.py"]),
        ([("test if is_for_testing(text) else train", "train")], ["0 of 60 reviews"]),
        ([("zlib.crc32(text.encode()) % 5 == 0", "False")], ["0 of 60 reviews"]),
        ([("/{name}_", "/x{name}_")], ["files: ", "xreviews_train.txt"]),
        (
            [
                (
                    "        preprocess(ARCHIVE)",
                    "        try:\n            preprocess(ARCHIVE)\n        except Exception:\n            continue",
                )
            ],
            ["a corrupt zip", "as if all were well"],
        ),
    ],
)
def test_a_handler_with_a_mistake(names: dict[str, Any], changes: list[tuple[str, str]], said: list[str]) -> None:
    check_wrong(judge("02.handler", changed("02.handler", *changes), **names), *said)


def test_a_split_by_sentence_or_by_chance(names: dict[str, Any]) -> None:
    by_sentence = changed(
        "02.handler",
        ("file = test if is_for_testing(text) else train", "pass"),
        ("file.write(", "(test if is_for_testing(sentence) else train).write("),
    )
    check_wrong(judge("02.handler", by_sentence, **names), "sentences on both sides")
    chance = changed("02.handler", ("zlib.crc32(text.encode()) % 5 == 0", "__import__('random').random() < 0.2"))
    check_wrong(judge("02.handler", chance, **names), "the same two files after a second run")


def test_a_check_leaves_nothing_behind(names: dict[str, Any], settings: course.Settings) -> None:
    before = _functions_and_roles()
    judge("02.handler", changed("02.handler", ("html.unescape(", "str(")), **names)
    found = boto3.client("s3").list_objects_v2(Bucket=settings.bucket)["Contents"]
    assert [one["Key"] for one in found] == [KEY]
    assert _functions_and_roles() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("= key", '= "s3://bucket/" + key', "This is an address"),
        ("= key", '= "https://bucket.s3.amazonaws.com/" + key', "A key has no s3:// or https://"),
        ("= key", '= "/" + key', "without a slash"),
        ("= key", '= ""', "a key, which is a text"),
        ("= key", "= [key]", "a key, which is a text"),
        ("= key", "= {key}", "Object of type set"),
        ("= key", '= "data/nothing.json.zip"', KEY),
        ("= key", '= "?"', "1 place with a ?"),
        ("= key", '= "test%2Fkey"', "the template's own key"),
        ("= key", '= settings.bucket + "/" + key', "no part of the key"),
        ("= key", '= key.rpartition("/")[2]', "The folder is a part"),
        ("= key", "= key.lower()", "case counts"),
        ("= settings.bucket", '= "example-bucket"', "among the lesson's settings"),
    ],
)
def test_an_event_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("02.event", changed("02.event", (old, new)), **names), said)


def test_an_event_whose_data_set_is_not_uploaded_yet(settings: course.Settings) -> None:
    s3, bucket = boto3.client("s3"), f"empty-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    empty = {"settings": replace(settings, bucket=bucket), "key": KEY}
    check_wrong(judge("02.event", exercise_cell("02.event").solution, **empty), "First upload the data set")
    s3.delete_bucket(Bucket=bucket)


def test_an_event_of_another_shape(names: dict[str, Any]) -> None:
    check_wrong(judge("02.event", 'event = {"bucket": settings.bucket}', **names), "there is no 'Records'")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"s3:GetObject"', '["s3:GetObject", "s3:DeleteObject"]', "delete a data set"),
        ('"s3:GetObject"', '"s3:ListBucket"', "read a data set"),
        ("/data/*.json.zip", "/*", "read from another folder"),
        ("/data/train/*", "/train/*", "write to data/train/"),
        ("/data/test/*", "/*", "write to another folder"),
        ("/data/test/*", "/data/*", "replace a data set"),
        ('"Effect"', '"Efect"', "AWS accepts it"),
        ('"s3:GetObject"', '"GetObject"', "has its service in front"),
        ('"s3:GetObject"', '"s3:*"', "replace a data set"),
        ("arn:aws:s3:::", "s3://", "begins with arn:aws:"),
        ('"Version": "2012-10-17",', "", "Version is missing"),
        ('"s3:PutObject"', '"s3:GetObject"', "No statement allows this on data/train/"),
        ('"Statement": [', f'"Statement": [{LIST_BUCKETS},', "list the account's buckets"),
    ],
)
def test_a_policy_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("02.policy", changed("02.policy", (old, new)), **names), said)


def test_the_rules_of_the_check_are_those_of_the_course() -> None:
    """What the check expects of awkward reviews, worked out by hand."""
    assert lesson_02.archive(lesson_02.AWKWARD).labelled == [
        ["__label__1 Well", "__label__1 it works", "__label__1 Mostly"],
        ['__label__2 The 6" cable is good & cheap', "__label__2 It lasts"],
        ["__label__1 Schön laut", "__label__1 Très bien"],
    ]


def _functions_and_roles() -> set[str]:
    functions = boto3.client("lambda").get_paginator("list_functions").paginate().search("Functions[].FunctionName")
    roles = boto3.client("iam").get_paginator("list_roles").paginate().search("Roles[].RoleName")
    return {*functions, *roles}

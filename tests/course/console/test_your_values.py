"""*Your values*: kept, looked at, told to those who listen; a text then is the learner's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from course.account.images import images
from course.console import your_values
from course.console.own_text import own
from course.console.your_values import YourValues
from course.errors import CourseError

MINE = YourValues("111122223333", "eu-central-1", "my-bucket")
EMBEDDED = "123456789012"
BUCKET = f"workflow-course-{EMBEDDED}-us-east-1"


def test_values_are_kept_and_found_again(own_values: Path) -> None:
    assert your_values.given() == YourValues()
    your_values.give(MINE)
    assert your_values.given() == MINE
    assert json.loads(own_values.read_text())["account"] == "111122223333"


@pytest.mark.parametrize(
    "content", ["", "not JSON", "[]", '{"account": 7}', '{"account": "12"}', '{"names": {"x": "y"}}']
)
def test_a_damaged_file_is_as_good_as_none(own_values: Path, content: str) -> None:
    own_values.write_text(content)
    assert your_values.given() == YourValues()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (YourValues(account="1111-2222-3333"), "twelve digits"),
        (YourValues(region="mars-1"), "'mars-1' is not a region"),
        (YourValues(bucket="s3://mine"), "without s3://"),
        (YourValues(bucket="My_Bucket"), "small letters"),
        (YourValues(sagemaker_role="my-role"), "begins with arn:aws:iam::"),
        (YourValues(names={"review-workflow": "two words"}), "'two words' can't be the name"),
        (YourValues(names={"unheard-of": "mine"}), "can't be the name in place of 'unheard-of'"),
    ],
)
def test_a_value_that_aws_would_not_take_is_refused_and_nothing_is_kept(values: YourValues, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        your_values.give(values)
    assert your_values.given() == YourValues()


def test_a_real_accounts_values_come_before_what_was_kept() -> None:
    real = YourValues("999988887777", "us-west-2", "real")
    your_values.give(MINE)
    your_values.know(real)
    try:
        assert (your_values.given(), your_values.are_known()) == (real, True)
    finally:
        your_values.know(None)
    assert (your_values.given(), your_values.are_known()) == (MINE, False)


def test_what_is_not_known_stands_in_capitals() -> None:
    text = f"arn:aws:states:us-east-1:{EMBEDDED}:stateMachine:x s3://{BUCKET}/data/"
    assert own(text, YourValues()) == "arn:aws:states:REGION:ACCOUNT:stateMachine:x s3://BUCKET/data/"
    assert own(text, YourValues(bucket="b")) == "arn:aws:states:REGION:ACCOUNT:stateMachine:x s3://b/data/"


def test_each_value_goes_where_it_belongs() -> None:
    role = f"arn:aws:iam::{EMBEDDED}:role/workflow-course-sagemaker"
    assert own(role, MINE) == "arn:aws:iam::111122223333:role/workflow-course-sagemaker"
    theirs = "arn:aws:iam::111122223333:role/service-role/Mine"
    assert own(role, YourValues(account="111122223333", sagemaker_role=theirs)) == theirs
    named = YourValues(names={"review-workflow": "my-flow"})
    machine, its_role = "stateMachine:review-workflow", "role/review-workflow-role"
    assert own(f"{machine} {its_role}", named) == f"stateMachine:my-flow {its_role}"


def test_in_another_partition_an_arn_begins_otherwise() -> None:
    china = YourValues("111122223333", "cn-north-1", "b")
    assert own(f"arn:aws:s3:::{BUCKET}/*", china) == "arn:aws-cn:s3:::b/*"
    assert own(f"arn:aws:iam::{EMBEDDED}:role/workflow-course-sagemaker", china).startswith(
        "arn:aws-cn:iam::111122223333:"
    )


@pytest.mark.slow
@pytest.mark.parametrize("region", ["eu-central-1", "us-west-2", "cn-north-1"])
def test_an_images_address_is_the_one_of_the_region(region: str) -> None:
    here, there = images("us-east-1"), images(region)
    for name, address in here.items():
        assert own(json.dumps({"Image": address}), YourValues(region=region)) == json.dumps({"Image": there[name]})
        assert own(address, YourValues()) == address


def test_where_sagemaker_is_not_an_images_address_stays() -> None:
    address = images("us-east-1")["BlazingTextImage"]
    assert own(address, YourValues(region="mx-central-1")) == address


PIECES = [
    EMBEDDED,
    BUCKET,
    "us-east-1",
    "arn:aws:iam::",
    ":role/workflow-course-sagemaker",
    ".dkr.ecr.",
    "/x:1",
    "-",
    ":",
]


@example(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join))
def test_no_text_whatever_keeps_the_embedded_accounts_number(text: str) -> None:
    """Where a digit stands right before or after it, it is another number."""
    numbers = own(text, MINE).replace("111122223333", "")
    for found in range(len(numbers)):
        if numbers.startswith(EMBEDDED, found):
            around = numbers[found - 1 : found] + numbers[found + 12 : found + 13]
            assert any(character.isdecimal() for character in around) or ".dkr.ecr." in numbers

"""The checks of lesson 03: untouched, with planted mistakes, solved."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

import course
from course.checks.cells import exercise_cell
from course.outcomes.outcome import Outcome
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

FUNCTION = "preprocess-uploads"

pytestmark = pytest.mark.usefixtures("aws_compared")


def names() -> dict[str, Any]:
    return {"function": {"FunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}"}}


def notified() -> dict[str, Any]:
    """What the lesson has when it comes to the uploads in parts."""
    there = names()
    exec(exercise_cell("03.trigger").solution, there)
    return there


def test_untouched_and_solved() -> None:
    check_untouched_and_solved("03.trigger", names)
    check_untouched_and_solved("03.filter")
    check_untouched_and_solved("03.parts", notified)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:*", "ObjectCreated:Post"),
        ("s3:ObjectCreated:Put", "ObjectCreated:Put", "did you mean s3:ObjectCreated:Put"),
        ('"data/"', '"data"', "database.json.zip"),
        ('"data/"', '""', "old/data/reviews.json.zip"),
        ('".json.zip"', '".zip"', "data/reviews.zip"),
        ('".json.zip"', '""', "data/notes.txt"),
        ('".json.zip"', '"*.json.zip"', "the function does not run"),
        ('"Events"', '"Event"', "Event: there is no such field; did you mean Events?"),
        ('["s3:ObjectCreated:Put"]', '"s3:ObjectCreated:Put"', "Events: a list is needed, not a string"),
        ('["s3:ObjectCreated:Put"]', '{"s3:ObjectCreated:Put"}', "a set of Python's"),
        ('["s3:ObjectCreated:Put"]', '["s3:ObjectCreated:Put", "s3:ObjectCreated:Post"]', "ObjectCreated:Post"),
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:put", "did you mean s3:ObjectCreated:Put"),
        ('["s3:ObjectCreated:Put"]', '["s3:ObjectCreated:Put", "s3:ObjectCreated:Puts"]', "ObjectCreated:Puts"),
        ('"suffix"', '"sufix"', "did you mean suffix"),
        ('"prefix"', '"suffix"', "2 rules named suffix"),
        ('"Name": "suffix", ', "", "a rule without a Name"),
        ('"FilterRules"', '"filterRules"', "did you mean FilterRules"),
        ('function["FunctionArn"]', "None", "LambdaFunctionArn: a string is needed"),
        ('"LambdaFunctionArn"', '"LambdaFunctionArm"', "did you mean LambdaFunctionArn"),
        ('"LambdaFunctionConfigurations"', '"Lambda"', "a list of one"),
        ('"data/"', '"?"', "1 place with a ?"),
        ('"data/"', '"/data/"', "does not begin with /data/"),
        ('"data/"', '"data/*"', "There are no wildcards"),
        ('"data/"', '"data/reviews"', "data/gardens.json.zip"),
        ('".json.zip"', '"json.zip"', "begins with a dot"),
        ('["s3:ObjectCreated:Put"]', "[]", "Such an event is not asked for"),
        ('"Value": "data/"', '"value": "data/"', "did you mean Value"),
    ],
)
def test_a_trigger_with_a_mistake(old: str, new: str, said: str) -> None:
    check_wrong(judge("03.trigger", changed("03.trigger", (old, new)), **names()), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key.startswith("data/")', '"data/" in key', "the prefix further in"),
        ('key.endswith(".json.zip")', '".json.zip" in key', "the suffix further in"),
        ('key.endswith(".json.zip")', 'key.lower().endswith(".json.zip")', "another case"),
        ("key.startswith", "key.split('/', 1)[1].startswith", "a data set"),
        (" and ", " or ", "another case"),
        ("return", "", "end with a return"),
        ('key.endswith(".json.zip")', 'key.count("/") == 1', "in a folder further down"),
    ],
)
def test_a_filter_with_a_mistake(old: str, new: str, said: str) -> None:
    check_wrong(judge("03.filter", changed("03.filter", (old, new))), said)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("s3:ObjectCreated:Put", "ObjectCreated:Post"),
        ("s3:ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Put"),
        ("s3:*", "'s3:*' is not one of its values"),
        ('s3:ObjectCreated:*", "s3:ObjectRemoved:*', "ObjectRemoved:Delete"),
    ],
)
def test_events_with_a_mistake(new: str, said: str) -> None:
    check_wrong(judge("03.parts", changed("03.parts", ("s3:ObjectCreated:*", new)), **notified()), said)


@pytest.fixture
def triggered(settings: course.Settings) -> dict[str, Any]:
    """A function, and a trigger for it, as the lesson has made them."""
    lambda_, s3 = boto3.client("lambda"), boto3.client("s3")
    function = lambda_.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Role=course.logging_role(f"{FUNCTION}-role"),
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": course.package("def lambda_handler(event, context):\n    return 1\n")},
    )
    lambda_.add_permission(
        FunctionName=FUNCTION,
        StatementId="bucket-may-call",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{settings.bucket}",
        SourceAccount=settings.account,
    )
    there = {"function": function}
    exec(exercise_cell("03.trigger").solution, there)
    s3.put_bucket_notification_configuration(Bucket=settings.bucket, NotificationConfiguration=there["notification"])
    yield {"settings": settings, "s3": s3, "lambda_": lambda_}
    s3.put_bucket_notification_configuration(Bucket=settings.bucket, NotificationConfiguration={})
    lambda_.delete_function(FunctionName=FUNCTION)
    boto3.client("iam").detach_role_policy(RoleName=f"{FUNCTION}-role", PolicyArn=LOGGING)
    boto3.client("iam").delete_role(RoleName=f"{FUNCTION}-role")


LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def test_the_triggers_end_untouched_half_done_and_done(triggered: dict[str, Any]) -> None:
    cell = exercise_cell("03.delete")
    bucket, function = cell.solution.split("\n", 1)
    assert judge("03.delete", cell.starter, **triggered).outcome is Outcome.NOT_ATTEMPTED
    check_wrong(judge("03.delete", bucket, **triggered), "the statement bucket-may-call")
    assert judge("03.delete", function, **triggered).outcome is Outcome.RIGHT


def test_a_trigger_whose_permission_alone_is_gone(triggered: dict[str, Any]) -> None:
    _, function = exercise_cell("03.delete").solution.split("\n", 1)
    check_wrong(judge("03.delete", function, **triggered), "what the bucket is told")


def test_a_function_that_is_gone_cannot_be_checked(settings: course.Settings) -> None:
    result = judge("03.delete", "...", settings=settings)
    assert result.outcome is Outcome.UNCHECKED
    assert "ResourceNotFoundException" in result.note

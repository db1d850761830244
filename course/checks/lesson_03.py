"""Checks of lesson 03: the trigger, which keys it lets through, uploads in parts, and the trigger's end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from course.checks.exercise import Cases, exercise
from course.checks.on_aws import client
from course.checks.trial import Case, compare
from course.checks.trigger import ALL_CREATIONS, must
from course.outcomes.outcome import NotAttempted, NotYet, Said

_DATA_SET = "data/reviews_Patio_Lawn_and_Garden_5.json.zip"


def _only(work: Any) -> Any:
    """The one notification in a configuration."""
    try:
        [found] = work["LambdaFunctionConfigurations"]
    except (KeyError, TypeError, ValueError):
        expected = Said("a dict with LambdaFunctionConfigurations, a list of one")
        raise NotYet("the shape of the configuration", expected, work, "Begin again from the starter.") from None
    return found


@exercise(
    "03.trigger",
    "What the bucket is told",
    "Three things: which event, how the key begins, how it ends.",
    "Events have names such as `s3:ObjectCreated:Copy`; an upload in one piece is a *Put*.",
    "Events `['s3:ObjectCreated:Put']`, prefix `data/`, suffix `.json.zip`.",
)
def trigger(work: Any) -> Cases:
    """Keys and events that must pass, and those that must not: above all the function's own output."""
    notification = _only(work)
    for key in (_DATA_SET, "data/gardens.json.zip"):
        yield must(notification, "ObjectCreated:Put", key, True, "It has to be let through.")
    for key, advice in (
        ("data/notes.txt", "The suffix holds back what is no zipped data set."),
        ("data/reviews.zip", "This one is a zip, and no data set: its name ends in another way."),
        ("data/reviewsjson.zip", "The ending begins with a dot."),
        ("old/data/reviews.json.zip", "The key has to begin with the folder, not to have it somewhere."),
        ("database.json.zip", "This key is in no folder: the folder's name ends with a slash."),
        ("data/train/reviews_train.txt", "The function's own output must not pass: it would be a loop."),
    ):
        yield must(notification, "ObjectCreated:Put", key, False, advice)
    for event in (*(f"ObjectCreated:{kind}" for kind in ALL_CREATIONS if kind != "Put"), "ObjectRemoved:Delete"):
        yield must(notification, event, _DATA_SET, False, "This is no PUT, and it is asked for, too.")


@exercise(
    "03.filter",
    "Which keys run the function",
    "A prefix is how a key begins, a suffix how it ends; a text knows both.",
    "`key.startswith(...)` and `key.endswith(...)`, joined by `and`.",
    "`return key.startswith('data/') and key.endswith('.json.zip')`",
)
def filtered(work: Callable[..., Any]) -> Cases:
    """Keys that look alike, but for where the words stand and how they are spelt."""
    keys = [
        ("a data set", _DATA_SET, True, "It begins and ends as the filter wants."),
        (
            "in a folder further down",
            "data/2026/july/reviews.json.zip",
            True,
            "What stands in between doesn't matter.",
        ),
        ("a blank in the name", "data/my reviews.json.zip", True, "What stands in between doesn't matter."),
        ("another case", "data/reviews.JSON.zip", False, "Case counts."),
        ("another kind of zip", "data/reviews.zip", False, "Its end is not the whole suffix."),
        ("no folder", "reviews.json.zip", False, "Its beginning is not the prefix. Both have to fit."),
        ("the prefix further in", "old/data/reviews.json.zip", False, "The prefix is there, but not at the beginning."),
        ("the suffix further in", "data/reviews.json.zip.txt", False, "The suffix is there, but not at the end."),
        ("the function's own output", "data/train/reviews_train.txt", False, "Its end is not the suffix."),
    ]
    yield from compare(work, [Case(what, (key,), expected, advice) for what, key, expected, advice in keys])


@exercise(
    "03.parts",
    "A trigger for every upload",
    "One name stands for every way in which an object can come into being.",
    "A `*` in place of `Put`.",
    "`['s3:ObjectCreated:*']`",
)
def parts(work: Any) -> Cases:
    """Every kind of creation runs the function, and nothing else does; the filter is still there."""
    notification = _only(work)
    for kind in ALL_CREATIONS:
        yield must(notification, f"ObjectCreated:{kind}", _DATA_SET, True, "Every way to upload has to count.")
    yield must(
        notification, "ObjectRemoved:Delete", _DATA_SET, False, "A deletion is no upload, and it is asked for, too."
    )
    own = "data/train/reviews_train.txt"
    yield must(notification, "ObjectCreated:CompleteMultipartUpload", own, False, "The filter must stay as it was.")


@exercise(
    "03.delete",
    "The trigger's end",
    "It was made in two places: at the bucket, and at the function.",
    "A bucket forgets all its triggers when it is given an empty configuration. At the function: `remove_permission`.",
    "`s3.put_bucket_notification_configuration(Bucket=settings.bucket, NotificationConfiguration={})`, and "
    "`lambda_.remove_permission(FunctionName='preprocess-uploads', StatementId='bucket-may-call')`.",
    acts=True,
)
def delete(bucket: str, function: str) -> Cases:
    """Neither the bucket's notification nor the function's permission is there any more; the function is."""
    lambda_ = client("lambda")
    function_arn = lambda_.get_function_configuration(FunctionName=function)["FunctionArn"]
    configuration = client("s3").get_bucket_notification_configuration(Bucket=bucket)
    told = [one["LambdaFunctionArn"] for one in configuration.get("LambdaFunctionConfigurations", [])]
    allowed = _may_call(lambda_, function)
    if function_arn in told and allowed:
        raise NotAttempted("The trigger is still there, at the bucket and at the function")
    at_bucket, at_function = "what the bucket is told", "what the function allows"
    if function_arn in told:
        raise NotYet(
            at_bucket,
            Said("nothing of this function"),
            Said("to call it"),
            "The permission is gone; the bucket still knows whom to call.",
        )
    yield f"{at_bucket}: nothing"
    if allowed:
        said = Said(f"S3 may call it, by the statement {allowed[0]}")
        raise NotYet(
            at_function,
            Said("S3 may not call it"),
            said,
            "The bucket calls nobody any more; the function still lets it.",
        )
    yield f"{at_function}: no call by S3"


def _may_call(lambda_: Any, function: str) -> list[str]:
    """The statements of a function's policy that let S3 call it."""
    try:
        policy = json.loads(lambda_.get_policy(FunctionName=function)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise
    return [one["Sid"] for one in policy["Statement"] if "s3.amazonaws.com" in json.dumps(one["Principal"])]

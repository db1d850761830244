"""Every call of S3's that could meet a stranger's bucket says whose it is to be; what need not is in a table here."""

from __future__ import annotations

import ast
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from course.account import foundation
from course.account.bucket_owner import owner_of
from course.account.sessions import new_session
from course.account.target import Target
from course.errors import CourseError
from tests.sources import modules
from tests.test_boto3_calls import CALLS
from tests.unchecked import some_value

OWNER, STRANGER = "123456789012", "111122223333"
BUCKET = f"workflow-course-{OWNER}-us-east-1"

OTHER_SESSIONS = {
    "course/account/sessions.py": "makes those of the course",
    "course/console/your_values.py": "looks at the computer's settings for a region, and calls nothing",
    "course/account/images.py": "reads botocore's table of partitions, and calls nothing",
    "course/console/own_text.py": "reads botocore's table of regions, and calls nothing",
}
"""Modules that make a session of boto3's by themselves."""

UNDER_A_ROLE = {
    "lambda_code/lambda_function.py": "S3 itself names the bucket in its event, and the role's policy names no other",
}
"""What runs on AWS, so with sessions that aren't the course's, and calls S3."""


class Caught(Exception):
    """A request, before it is sent."""

    def __init__(self, headers: dict[str, Any]):
        self.headers = {name.lower(): value for name, value in headers.items()}


def sent(operation: str, **parameters: Any) -> dict[str, Any]:
    """The headers with which a session of the course would call an operation; nothing is sent."""

    def catch(params: dict[str, Any], **_: Any) -> None:
        raise Caught(params["headers"])

    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    session = new_session()
    session.events.register_last("before-call", catch)
    s3 = session.client("s3", **keys)
    with pytest.raises(Caught) as caught:
        getattr(s3, xform_name(operation))(**parameters)
    return caught.value.headers


def takes(member: str) -> dict[str, Any]:
    model = new_session().client("s3", region_name="us-east-1").meta.service_model
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {name: shape for name, shape in shapes.items() if shape is not None and member in shape.members}


@pytest.mark.parametrize(
    ("bucket", "owner"),
    [
        (BUCKET, OWNER),
        (f"workflow-course-ada-{OWNER}-us-east-1", OWNER),
        (f"workflow-course-team12-{STRANGER}-ap-southeast-2", STRANGER),
        ("workflow-course-us-east-1", None),
        (f"workflow-course-{OWNER}", None),
        (f"workflow-course-{OWNER}0-us-east-1", None),
        (f"my-workflow-course-{OWNER}-us-east-1", None),
        (f"arn:aws:s3:us-east-1:{OWNER}:accesspoint/workflow-course-{OWNER}-us-east-1", None),
        ("a-bucket", None),
    ],
)
def test_the_owner_is_in_the_name(bucket: str, owner: str | None) -> None:
    assert owner_of(bucket) == owner


def test_the_names_of_the_course_have_their_owner() -> None:
    for own in ("", "ada-", "team12-"):
        for region in ("us-east-1", "eu-central-2", "us-gov-west-1"):
            assert owner_of(foundation.bucket_of(STRANGER, region, own)) == STRANGER


def test_every_operation_that_can_say_it_says_it() -> None:
    can = takes("ExpectedBucketOwner")
    assert len(can) > 60
    plain = {"CreateMultipartUpload", "GetObject", "PutObject", "HeadBucket", "ListObjectsV2", "DeleteBucket"}
    assert plain <= set(can)
    for name in sorted(plain):
        required = can[name].required_members
        parameters = {one: some_value(can[name].members[one]) for one in required} | {"Bucket": BUCKET}
        headers = sent(name, **parameters)
        assert headers["x-amz-expected-bucket-owner"] == OWNER, name
    assert "x-amz-expected-bucket-owner" not in sent("ListObjectsV2", Bucket="a-bucket")
    mine = sent("ListObjectsV2", Bucket=BUCKET, ExpectedBucketOwner=STRANGER)
    assert mine["x-amz-expected-bucket-owner"] == STRANGER, "who says it by hand is believed"


@pytest.mark.parametrize("source", [f"{BUCKET}/k", f"/{BUCKET}/k", {"Bucket": BUCKET, "Key": "k"}])
def test_a_copy_says_it_of_its_source(source: Any) -> None:
    headers = sent("CopyObject", Bucket="a-bucket", Key="k", CopySource=source)
    assert headers["x-amz-source-expected-bucket-owner"] == OWNER
    assert "x-amz-expected-bucket-owner" not in headers


def test_a_presigned_url_asks_nothing_of_whoever_uses_it() -> None:
    s3 = new_session().client("s3", aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "k"})
    assert "owner" not in url


def test_no_other_sessions_call_s3() -> None:
    """`boto3.client` is a session of the course's after `course.start`; so are those of `sessions.new_session`."""
    names = ("boto3.Session", "session.Session", "get_session")
    made = {
        where
        for where, module in modules("course")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(names)
    }
    assert made == set(OTHER_SESSIONS)
    on_aws = {one.where.partition(":")[0] for one in CALLS if one.service == "s3"}
    assert {where for where in on_aws if where.startswith(("lambda_code", "processing"))} == set(UNDER_A_ROLE)


@pytest.mark.slow
def test_a_strangers_bucket_gets_nothing(settings: Any, tmp_path: Any) -> None:
    """Here the embedded AWS's own account is the stranger: it has the bucket of that name."""
    s3, stranger = boto3.client("s3"), boto3.session.Session().client("s3")
    theirs = foundation.bucket_of(STRANGER, settings.region)
    stranger.create_bucket(Bucket=theirs)
    file = tmp_path / "f"
    file.write_text("mine")
    target = Target("aws", STRANGER, settings.region, tmp_path / "ledger")
    try:
        with pytest.raises(CourseError, match="not yours to use"):
            foundation.ensure_bucket(target, foundation.open_ledger(target))
        for call in (
            lambda: s3.put_object(Bucket=theirs, Key="k", Body=b"mine"),
            lambda: s3.upload_file(str(file), theirs, "k"),
            lambda: s3.list_objects_v2(Bucket=theirs),
            lambda: list(s3.get_paginator("list_objects_v2").paginate(Bucket=theirs)),
            lambda: s3.copy_object(Bucket=settings.bucket, Key="k", CopySource=f"{theirs}/k"),
            lambda: boto3.resource("s3").Bucket(theirs).put_object(Key="k", Body=b"mine"),
        ):
            with pytest.raises(Exception, match=r"AccessDenied|403") as refused:
                call()
            assert isinstance(refused.value, ClientError) or "AccessDenied" in str(refused.value)
    finally:
        stranger.delete_bucket(Bucket=theirs)

"""The rights that the lessons need, and the question whether somebody has them."""

from __future__ import annotations

import copy
import json
from typing import Any

import boto3
import pytest

from course.proving import needed, preflight
from docs.rights import policies
from tests.course.proving.account import EVERYTHING, client, user

pytestmark = pytest.mark.slow

BUCKET = "workflow-course-123456789012-us-east-1"


def call(service: str, operation: str, **params: Any) -> dict[str, Any]:
    return {"service": service, "operation": operation, "params": params, "status": 200}


@pytest.mark.parametrize(
    "made, expected",
    [
        (call("s3", "HeadBucket", Bucket=BUCKET), ("s3:ListBucket", "arn:aws:s3:::workflow-course-ACCOUNT-REGION")),
        (
            call("s3", "UploadPart", Bucket=BUCKET, Key="data/x"),
            ("s3:PutObject", "arn:aws:s3:::workflow-course-ACCOUNT-REGION/*"),
        ),
        (call("s3", "ListBuckets"), ("s3:ListAllMyBuckets", "*")),
        (call("sqs", "DeleteQueue", QueueUrl="http://x/1/q"), ("sqs:DeleteQueue", "arn:aws:sqs:REGION:ACCOUNT:q")),
        (
            call("sagemaker", "DeleteTrainingJob", TrainingJobName="BlazingText-1732788000000"),
            ("sagemaker:DeleteTrainingJob", "arn:aws:sagemaker:REGION:ACCOUNT:training-job/blazingtext-*"),
        ),
        (
            call("stepfunctions", "DeleteStateMachine", stateMachineArn="arn:aws:states:us-east-1:1:stateMachine:m"),
            ("states:DeleteStateMachine", "arn:aws:states:REGION:1:stateMachine:m"),
        ),
    ],
)
def test_a_call_needs_a_right(made, expected):
    assert needed.rights_of([made], "us-east-1") == [expected]


@pytest.mark.parametrize(
    "made, expected",
    [
        (call("stepfunctions", "CreateStateMachine", name="m"), ["states:CreateStateMachine", "states:TagResource"]),
        (call("iam", "CreateRole", RoleName="r"), ["iam:CreateRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy"]),
        (call("sqs", "CreateQueue", QueueName="q"), ["sqs:CreateQueue", "sqs:TagQueue"]),
        (call("sagemaker", "CreateModel", ModelName="m"), ["sagemaker:AddTags", "sagemaker:CreateModel"]),
        (call("s3", "CreateBucket", Bucket=BUCKET), ["s3:CreateBucket"]),
        (call("scheduler", "CreateSchedule", Name="s", GroupName="g"), ["scheduler:CreateSchedule"]),
    ],
)
def test_what_is_made_gets_tags_and_that_is_a_right(made, expected):
    """The tags come after the call was written down: the recording doesn't have them."""
    assert [action for action, _ in needed.rights_of([made], "us-east-1")] == expected


def test_what_runs_may_be_stopped_and_a_broken_upload_removed():
    """A run without a fault has no call for it; clean-up after another one has."""
    job = call("sagemaker", "DescribeProcessingJob", ProcessingJobName="j")
    execution = call("stepfunctions", "DescribeExecution", executionArn="arn:aws:states:us-east-1:1:execution:m:e")
    deleted = call("s3", "DeleteObjects", Bucket=BUCKET)
    assert [action for action, _ in needed.rights_of([job, execution, deleted], "us-east-1")] == [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "sagemaker:DescribeProcessingJob",
        "sagemaker:StopProcessingJob",
        "states:DescribeExecution",
        "states:StopExecution",
    ]


def test_to_give_a_role_is_a_right_and_a_refused_call_none():
    role = "arn:aws:iam::123456789012:role/r"
    refused = call("lambda", "DeleteFunction", FunctionName="f") | {"status": 403, "error": {"code": "AccessDenied"}}
    made = call("lambda", "CreateFunction", FunctionName="f", Role=role)
    assert needed.rights_of([made, refused], "us-east-1") == [
        ("iam:PassRole", "arn:aws:iam::ACCOUNT:role/r"),
        ("lambda:CreateFunction", "arn:aws:lambda:REGION:ACCOUNT:function:f"),
        ("lambda:TagResource", "arn:aws:lambda:REGION:ACCOUNT:function:f"),
    ]


def test_every_right_of_the_lessons_is_asked_for_and_none_is_lacking_to_who_may_do_everything(endpoint_url):
    asked = needed.rights("123456789012", "us-east-1")
    assert ("lambda:CreateFunction", "arn:aws:lambda:us-east-1:123456789012:function:review-sentences") in asked
    keys = user(endpoint_url, "everything", EVERYTHING)
    found = preflight.rights("arn:aws:iam::123456789012:user/everything", asked, as_user(endpoint_url, keys))
    assert (found.lacking, found.unasked) == ((), "")


def test_each_action_that_a_policy_lacks_is_named(endpoint_url):
    """One after the other is taken out of a policy that allows the rest."""
    asked = needed.rights("123456789012", "us-east-1")
    for number, missing in enumerate(sorted({action for action, _ in asked})[::12]):
        deny = {"Effect": "Deny", "Action": missing, "Resource": "*"}
        name = f"lacks-{number}"
        user(endpoint_url, name, EVERYTHING, deny)
        arn = f"arn:aws:iam::123456789012:user/{name}"
        found = preflight.rights(arn, asked, client("iam", endpoint_url))
        assert {action for action, _ in found.lacking} == {missing}
        assert missing in str(found)


def test_the_least_policies_of_the_guide_are_enough(endpoint_url):
    """They say to which services a role may be passed on, so the question says it, too; one service less is found."""
    asked = needed.rights("123456789012", "us-east-1")
    least = policies("123456789012", "us-east-1")
    less = copy.deepcopy(least)
    [passed] = [one for policy in less for one in policy["Statement"] if one["Action"] == ["iam:PassRole"]]
    passed["Condition"]["StringEquals"]["iam:PassedToService"].remove("scheduler.amazonaws.com")
    iam = client("iam", endpoint_url)
    for name, documents in (("least", least), ("less", less)):
        iam.create_user(UserName=name)
        for number, document in enumerate(documents):
            made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(document))["Policy"]
            iam.attach_user_policy(UserName=name, PolicyArn=made["Arn"])
    arn = "arn:aws:iam::123456789012:user/"
    assert preflight.rights(f"{arn}least", asked, iam).lacking == ()
    lacking = preflight.rights(f"{arn}less", asked, iam).lacking
    assert lacking == (("iam:PassRole", "arn:aws:iam::123456789012:role/endpoint-ends-role"),)


def test_who_may_not_ask_is_told_so(endpoint_url):
    keys = user(endpoint_url, "mute", {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    found = preflight.rights("arn:aws:iam::123456789012:user/mute", [("sqs:A", "*")], as_user(endpoint_url, keys))
    assert "not authorized to perform: iam:SimulatePrincipalPolicy" in str(found)
    federated = preflight.rights(
        "arn:aws:sts::123456789012:federated-user/b", [("a:B", "*")], client("iam", endpoint_url)
    )
    assert "federated-user/b" in federated.unasked
    assert preflight.rights("arn:aws:iam::123456789012:root", [("a:B", "*")], None).unasked


def as_user(url: str, keys: dict[str, str]) -> Any:
    who = boto3.session.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
    return who.client("iam", endpoint_url=url)

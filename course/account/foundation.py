"""What every lesson stands on: the course's bucket and the role that SageMaker takes on.

Both are made on first use, by whichever lesson comes first, and stay until the whole course is cleaned up.
"""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

import boto3
from botocore.exceptions import ClientError

from course.account import given_roles, lateness, prefix, tags
from course.account.ledger import Ledger, Resource
from course.account.target import Target
from course.errors import CourseError

LESSON = "course"
"""Under this name the ledger has what belongs to no single lesson."""

SAGEMAKER_ROLE = "workflow-course-sagemaker"


def bucket_name(target: Target) -> str:
    """The course's bucket: bucket names are unique in the world, so the account is in it."""
    return bucket_of(target.account, target.region)


def bucket_of(account: str, region: str, own: str | None = None) -> str:
    """The name of the course's bucket in an account and region.

    Args:
        own: what a learner's names begin with; as `COURSE_PREFIX` says where none is given.
    """
    return f"workflow-course-{prefix.prefix() if own is None else own}{account}-{region}"


def open_ledger(target: Target) -> Ledger:
    """The ledger of an AWS; that of a new one is empty."""
    ledger = Ledger(target.ledger)
    if is_new(target):
        ledger.forget()
    return ledger


def is_new(target: Target) -> bool:
    """Whether it is an embedded AWS on which the course has made nothing yet: its bucket is missing."""
    return target.kind == "local" and not _bucket_exists(bucket_name(target))


def ensure_bucket(target: Target, ledger: Ledger) -> str:
    """Make the course's bucket where it is missing.

    Returns:
        Its name.

    Raises:
        CourseError: a bucket of that name belongs to another account.
    """
    name = bucket_name(target)
    if not _bucket_exists(name):
        # us-east-1 is the one region that must not be named here.
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": target.region}}
        s3 = _s3()
        s3.create_bucket(Bucket=name, **({} if target.region == "us-east-1" else elsewhere))
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags.pairs(tags_of(target))})
    ledger.record(Resource("S3 bucket", name, LESSON))
    return name


def tags_of(target: Target, lesson: str = LESSON) -> dict[str, str]:
    """The tags of what a lesson makes on an AWS; of the whole course where none is named."""
    return tags.of(lesson, tags.owner_in(target.account, target.region))


def _bucket_exists(name: str) -> bool:
    try:
        _s3().head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        raise CourseError(f"The bucket {name} is there, but not yours to use: {error}") from error
    return True


def _s3() -> Any:
    """A client of S3 in the session that boto3 has as its own now: made once for it, since that takes its time."""
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    session = boto3.DEFAULT_SESSION
    if session not in _clients:
        _clients[session] = session.client("s3")
    return _clients[session]


_clients: WeakKeyDictionary[boto3.session.Session, Any] = WeakKeyDictionary()


def ensure_sagemaker_role(target: Target, bucket: str, ledger: Ledger) -> str:
    """Make the SageMaker execution role where it is missing: it may use the course's bucket and write logs.

    Returns:
        Its ARN.
    """
    policy, marks = _sagemaker_policy(bucket), tags.pairs(tags_of(target))
    arn = course_role(boto3.client("iam"), SAGEMAKER_ROLE, "sagemaker.amazonaws.com", policy, marks)
    if not given_roles.given(SAGEMAKER_ROLE):
        ledger.record(Resource("IAM role", prefix.named(SAGEMAKER_ROLE), LESSON))
    return arn


def course_role(iam: Any, name: str, service: str, policy: dict[str, Any], marks: list[dict[str, str]]) -> str:
    """Make a role of the whole course where it is missing, and let it do what a policy allows.

    Args:
        iam: a client.
        name: of the role.
        service: that takes it on.
        policy: the one policy that it has.
        marks: its tags.

    Returns:
        Its ARN.
    """
    is_new = False
    try:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        trust = json.dumps(trust_policy(service))
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=marks)["Role"]["Arn"]
        is_new = True
    iam.put_role_policy(RoleName=name, PolicyName="course", PolicyDocument=json.dumps(policy))
    if is_new:
        # What runs in an execution has nobody who would ask again.
        lateness.let_pass(lateness.RIGHTS_SECONDS)
    return arn


def trust_policy(service: str) -> dict[str, Any]:
    """The policy by which a role lets an AWS service take it on."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _sagemaker_policy(bucket: str) -> dict[str, Any]:
    """What a job needs: its data, its log, its metrics, and the images (SageMaker developer guide, roles)."""
    allow = {
        f"arn:aws:s3:::{bucket}/*": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
        f"arn:aws:s3:::{bucket}": ["s3:ListBucket", "s3:GetBucketLocation"],
        "arn:aws:logs:*:*:log-group:/aws/sagemaker/*": [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ],
        "*": [
            "cloudwatch:PutMetricData",
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
        ],
    }
    statements = [{"Effect": "Allow", "Action": does, "Resource": on} for on, does in allow.items()]
    return {"Version": "2012-10-17", "Statement": statements}

"""Roles for Lambda functions, as the console makes them along with a function."""

from __future__ import annotations

import json
import time

import boto3

from course.foundation import trust_policy
from course.settings import Settings

LOGGING_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def logging_role(name: str) -> str:
    """Make a role that Lambda can take on, and that may write logs and nothing else.

    Args:
        name: of the role; one of that name must not be there.

    Returns:
        Its ARN.
    """
    iam = boto3.client("iam")
    trust = json.dumps(trust_policy("lambda.amazonaws.com"))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    iam.attach_role_policy(RoleName=name, PolicyArn=LOGGING_POLICY)
    return role["Arn"]


def let_changes_spread(settings: Settings, seconds: float = 15) -> None:
    """Wait on a real account, where a changed role or trigger takes a while to reach every part of AWS.

    On the embedded AWS a change holds at once, and this returns at once.
    """
    if settings.target == "aws":
        time.sleep(seconds)

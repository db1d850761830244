"""Roles for functions and state machines, as the console makes them along with those.

Each is made, or brought up to date where it is there: a cell may be run again after a correction.
"""

from __future__ import annotations

import json

import boto3

from course.account import lateness
from course.account.foundation import trust_policy
from course.account.settings import Settings

LOGGING_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def role_for(service: str, name: str) -> str:
    """Make a role that a service can take on, and that may do nothing yet.

    Args:
        service: such as `lambda.amazonaws.com`.
        name: of the role. One of that name is taken as it is, if it is for this service.

    Returns:
        Its ARN.
    """
    iam, trust = boto3.client("iam"), json.dumps(trust_policy(service))
    try:
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=name)["Role"]
        if role["AssumeRolePolicyDocument"] != json.loads(trust):
            # A role of somebody else's, or of another service: to change it might break what runs under it.
            raise
        return role["Arn"]


def logging_role(name: str) -> str:
    """Make a role that Lambda can take on, and that may write logs and nothing else.

    Args:
        name: of the role; one of that name gets the policy, too.

    Returns:
        Its ARN.
    """
    arn = role_for("lambda.amazonaws.com", name)
    boto3.client("iam").attach_role_policy(RoleName=name, PolicyArn=LOGGING_POLICY)
    return arn


def let_changes_spread(settings: Settings, seconds: float = lateness.RIGHTS_SECONDS) -> None:
    """Wait where AWS is late: a changed role or trigger takes a while to reach every part of it.

    On an embedded AWS that is on time a change holds at once, and this returns at once.
    """
    lateness.let_pass(seconds)

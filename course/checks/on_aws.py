"""What a check does on the AWS that the lesson works on: roles and functions of its own, which it removes again.

The ledger of the lesson doesn't hear of them: a check leaves the account as it was.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course.account.foundation import trust_policy
from course.account.sessions import new_session
from course.functions.cell_package import package
from course.outcomes.outcome import NotYet, Said

_POLL_SECONDS = 0.2
_SPREADING_SECONDS = 15
"""How long a real account may take to notice a new role or policy."""


def client(service: str) -> Any:
    """A client whose calls are not written to the ledger."""
    return _session(*(os.environ.get(name) for name in _WHERE)).client(service)


@cache
def _session(*where: str | None) -> boto3.session.Session:
    """One session for an AWS: it has read the services' models once."""
    return new_session()


_WHERE = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION")


def new_name() -> str:
    """A name for something that a check makes, unlike any other."""
    return f"workflow-course-check-{uuid.uuid4().hex[:12]}"


def as_json(case: str, work: Any) -> str:
    """A learner's work as the JSON text that AWS is sent.

    Raises:
        NotYet: there is something in it that JSON doesn't have.
    """
    try:
        return json.dumps(work)
    except (TypeError, ValueError) as error:
        advice = "A value in braces alone, {'a'}, is a set of Python's; an object needs names, {'name': 'a'}."
        raise NotYet(case, Said("what can be written as JSON"), Said(str(error)), advice) from None


@contextmanager
def role_with(policy: Any, trust: dict[str, Any]) -> Iterator[str]:
    """A role with a permission policy, for as long as the block runs; gives its ARN.

    Raises:
        NotYet: the policy can't be written as JSON, or AWS refuses it.
    """
    iam, name = client("iam"), new_name()
    document = as_json("giving the policy to a role", policy)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    try:
        try:
            iam.put_role_policy(RoleName=name, PolicyName="check", PolicyDocument=document)
        except iam.exceptions.MalformedPolicyDocumentException as error:
            said = Said(error.response["Error"]["Message"])
            raise NotYet("giving the policy to a role", Said("AWS accepts it"), said, _in_policies(said)) from None
        yield arn
        iam.delete_role_policy(RoleName=name, PolicyName="check")
    finally:
        for policy_name in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
        iam.delete_role(RoleName=name)


def _in_policies(refusal: str) -> str:
    """What to try after what IAM says of a policy."""
    remedies = {
        "vendor": "An action's name has its service in front, and a colon.",
        "Partition": "A resource is an ARN, and begins with arn:aws: and the service.",
        "ARN format": "A resource is an ARN, and begins with arn:aws: and the service.",
        "version": "The policy's Version is missing, or another one than in the lesson.",
    }
    spelling = "Compare it with the starter: which names a statement has, how they are spelt, and its brackets."
    return next((remedy for words, remedy in remedies.items() if words in refusal), spelling)


@contextmanager
def acting_under(policy: Any, *services: str) -> Iterator[list[Any]]:
    """Clients of services, for somebody who may do what a policy says, and nothing else."""
    caller = client("sts").get_caller_identity()
    principal = {"AWS": f"arn:aws:iam::{caller['Account']}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    with role_with(policy, {"Version": "2012-10-17", "Statement": [statement]}) as arn:
        let_spread()
        given = client("sts").assume_role(RoleArn=arn, RoleSessionName="check")["Credentials"]
        keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        session = _session(*(os.environ.get(name) for name in _WHERE))
        yield [session.client(service, **keys) for service in services]


def is_allowed(call: Any, **parameters: Any) -> bool:
    """Make a call, and say whether it was allowed: any answer but a refusal means that it was."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException", "403")
    return True


@contextmanager
def function_of(source: str, policy: dict[str, Any], seconds: int = 20) -> Iterator[str]:
    """A Lambda function with a cell as its code, for as long as the block runs; gives its name.

    Args:
        source: the text of the cell.
        policy: what it may do.
        seconds: its time-out.
    """
    lambda_, name = client("lambda"), new_name()
    with role_with(policy, trust_policy("lambda.amazonaws.com")) as role_arn:
        let_spread()
        lambda_.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role_arn,
            Handler="lambda_function.lambda_handler",
            Timeout=seconds,
            MemorySize=256,
            Code={"ZipFile": package(source)},
        )
        try:
            waiter = lambda_.get_waiter("function_active_v2")
            waiter.wait(FunctionName=name, WaiterConfig={"Delay": _POLL_SECONDS, "MaxAttempts": 900})
            yield name
        finally:
            lambda_.delete_function(FunctionName=name)


def let_spread() -> None:
    """Wait on a real account until a new role or policy has reached every part of AWS."""
    if os.environ.get("COURSE_TARGET", "local").strip().lower() == "aws":
        time.sleep(_SPREADING_SECONDS)

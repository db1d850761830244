"""Roles that an account has already, in place of those that the lessons make: where nobody may make one.

A lesson makes a role and gives it rights. With `COURSE_LAMBDA_ROLE` (and its like for the other services) a role of
that name is used instead, as it is. The cells stay as they are: whatever would change that role is not sent, and that
is said once. Roles that the course does make get the permissions boundary in `COURSE_BOUNDARY`.

It is done to the sessions of the course, and with them to `boto3.client`.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from course.account import prefix
from course.errors import CourseError

BOUNDARY = "COURSE_BOUNDARY"

_OF_STATES = ("review-states-role", "review-workflow-role", "scale-out-role", "forgotten-workflow-role")
_OF_LAMBDA = (
    "review-sentences-role",
    "preprocess-reviews-role",
    "preprocess-uploads-role",
    "review-states-sentences-role",
    "start-workflow-role",
    "preprocess-one-role",
)
ROLES = {
    "COURSE_SAGEMAKER_ROLE": ("sagemaker.amazonaws.com", ("workflow-course-sagemaker",)),
    "COURSE_LAMBDA_ROLE": ("lambda.amazonaws.com", _OF_LAMBDA),
    "COURSE_STATES_ROLE": ("states.amazonaws.com", _OF_STATES),
    "COURSE_SCHEDULER_ROLE": ("scheduler.amazonaws.com", ("endpoint-ends-role",)),
}
"""The variables: which service takes such a role on, and for which roles of the lessons it stands."""

CHANGES = (
    "CreateRole",
    "DeleteRole",
    "UpdateRole",
    "UpdateRoleDescription",
    "UpdateAssumeRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
    "TagRole",
    "UntagRole",
)
"""What is not sent of a given role: IAM's operations, which have the names of their actions."""
_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[\x21-\x7e]+/)?([\w+=,.@-]{1,64})")
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_BOUNDARY_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy/[\x21-\x7e]+")
_GIVEN = "course_given_role"
_said: set[tuple[str, str]] = set()
_wanted: dict[tuple[str, str], str] = {}
"""The policies that lessons would have put into a role, by the role's name and theirs."""


def given(name: str) -> str | None:
    """The name of the role that stands for a role of the lessons; None where they make their own.

    Args:
        name: as the lesson says it, or as it reached AWS; that of a given role stands for itself.
    """
    for variable, (_, names) in ROLES.items():
        role = _said_in(variable)[1]
        if role and (name == role or name in names or name in map(prefix.named, names)):
            return role
    return None


def services_of(name: str) -> tuple[str, ...]:
    """The services that take a role of the lessons on, or a given one; none for a role of another name."""
    return tuple(
        service
        for variable, (service, names) in ROLES.items()
        if name == _said_in(variable)[1] or name in names or name in map(prefix.named, names)
    )


def require_given_roles(account: str) -> None:
    """See that the given roles are there and let the right service in, and that the boundary is one.

    Raises:
        CourseError: one is not, and what to do about it.
    """
    for variable, (service, _) in ROLES.items():
        of_account, role = _said_in(variable)
        if of_account not in ("", account):
            raise CourseError(f"{variable} names a role of account {of_account}, and this is account {account}.")
        if role:
            _require_trust(variable, role, service)
    _require_boundary(account)


def arn_of(name: str, account: str) -> str:
    """The ARN of a role of the course by its name, or of the given one that stands for it."""
    role = given(name)
    if role is None:
        return f"arn:aws:iam::{account}:role/{name}"
    return boto3.client("iam").get_role(RoleName=role)["Role"]["Arn"]


def leave_given_roles(events: Any) -> None:
    """Let the clients of a session use the given roles, change none of them, and set the boundary on what they make."""
    events.register("before-parameter-build.iam", _use)
    for operation in CHANGES:
        events.register(f"before-call.iam.{operation}", _leave)
    events.register("before-call.iam.GetRolePolicy", _tell_wanted)


def _said_in(variable: str) -> tuple[str, str]:
    """The account (empty where not said) and the name of the role in a variable; two empty ones where there is none.

    Raises:
        CourseError: it is neither a role's name nor its ARN.
    """
    said = os.environ.get(variable, "").strip()
    if not said:
        return "", ""
    if _ROLE_NAME.fullmatch(said):
        return "", said
    arn = _ROLE_ARN.fullmatch(said)
    if not arn:
        raise CourseError(
            f"{variable} is '{said}': it is the name of a role, or its ARN (arn:aws:iam::ACCOUNT:role/NAME)."
        )
    return arn[1], arn[2]


def _boundary() -> str:
    said = os.environ.get(BOUNDARY, "").strip()
    if said and not _BOUNDARY_ARN.fullmatch(said):
        raise CourseError(f"{BOUNDARY} is '{said}': it is the ARN of a policy (arn:aws:iam::ACCOUNT:policy/NAME).")
    return said


def _require_boundary(account: str) -> None:
    said = _boundary()
    if not said:
        return
    of_account = _BOUNDARY_ARN.fullmatch(said)
    if of_account and of_account[1] not in ("aws", account):
        raise CourseError(f"{BOUNDARY} names a policy of account {of_account[1]}, and this is account {account}.")
    try:
        boto3.client("iam").get_policy(PolicyArn=said)
    except ClientError as error:
        # Who may not look at a policy may still put it on a role; then IAM says at the first one what is wrong.
        if error.response["Error"]["Code"] != "AccessDenied":
            raise CourseError(f"{BOUNDARY} names the policy {said}, which can't be used: {error}") from error


def _require_trust(variable: str, role: str, service: str) -> None:
    try:
        trust = boto3.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    except ClientError as error:
        raise CourseError(f"{variable} names the role {role}, which can't be used: {error}") from error
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    if not any(_lets_in(statement, service) for statement in statements):
        raise CourseError(
            f"{variable} names the role {role}, and {service} may not take it on. Its trust policy has to let it:\n"
            + json.dumps({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
        )


def _lets_in(statement: dict[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    actions = _listed(statement.get("Action", []))
    may = any(action.lower() in ("sts:assumerole", "sts:*", "*") for action in actions)
    return statement["Effect"] == "Allow" and may and service in _listed(services)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _use(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    role = given(params.get("RoleName", ""))
    if role:
        context[_GIVEN] = role, params["RoleName"], dict(params)
        params["RoleName"] = role
    elif model.name == "CreateRole" and _boundary():
        params.setdefault("PermissionsBoundary", _boundary())


def _leave(
    model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any
) -> tuple[AWSResponse, dict[str, Any]] | None:
    """Send nothing that would change a given role; None where the call is about another one."""
    if _GIVEN not in context:
        return None
    role, name, asked = context[_GIVEN]
    if model.name == "PutRolePolicy":
        _wanted[role, asked["PolicyName"]] = asked["PolicyDocument"]
    if (role, model.name) not in _said:
        _said.add((role, model.name))
        instead = "" if name == role else f", which stands for {name},"
        print(f"The role {role}{instead} is not the course's: {model.name} was not sent, and the role stays as it is.")
    return _answer(params["url"], _role(role) if model.name == "CreateRole" else {})


def _tell_wanted(
    params: dict[str, Any], context: dict[str, Any], **_: Any
) -> tuple[AWSResponse, dict[str, Any]] | None:
    """Show the policy that the lesson would have given to a role, where it was not sent."""
    if _GIVEN not in context:
        return None
    role, _, asked = context[_GIVEN]
    document = _wanted.get((role, asked["PolicyName"]))
    if document is None:
        return None
    print(f"This policy is the lesson's; the role {role} has policies of its own.")
    return _answer(
        params["url"], {"RoleName": role, "PolicyName": asked["PolicyName"], "PolicyDocument": quote(document)}
    )


def _role(name: str) -> dict[str, Any]:
    """A role as AWS sends it: in an answer, a policy is quoted."""
    role = boto3.client("iam").get_role(RoleName=name)["Role"]
    return {"Role": role | {"AssumeRolePolicyDocument": quote(json.dumps(role["AssumeRolePolicyDocument"]))}}


def _answer(url: str, members: dict[str, Any]) -> tuple[AWSResponse, dict[str, Any]]:
    return AWSResponse(url, 200, {}, None), {"ResponseMetadata": {"HTTPStatusCode": 200}} | members

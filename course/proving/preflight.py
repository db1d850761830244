"""Asked before anything is made: may this user do what the lessons do, and are the quotas high enough?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from course.account import given_roles

Right = tuple[str, str]
"""An action of IAM's, and the ARN of what it is about (`*` where it is about nothing by itself)."""

_AT_ONCE = 100
_OF_CHECKS = ("lambda.amazonaws.com", "states.amazonaws.com")
"""To whom checks pass the roles that they make: to functions and state machines of their own."""


@dataclass(frozen=True)
class Rights:
    """What became of the question: the rights that are lacking, or why it could not be asked."""

    lacking: tuple[Right, ...] = ()
    unasked: str = ""

    def __str__(self) -> str:
        if self.unasked:
            return f"Rights: not asked ({self.unasked})."
        if not self.lacking:
            return "Rights: all that the lessons need."
        lines = [f"    {action} on {resource}" for action, resource in self.lacking]
        return "\n".join(["Rights: these are lacking.", *lines])


def rights(caller_arn: str, needed: Iterable[Right], iam: Any) -> Rights:
    """Ask IAM whether the caller has rights, by the policies of the caller.

    Args:
        caller_arn: as GetCallerIdentity says it.
        needed: what is asked for.
        iam: a client of IAM.

    Policies of the organization count; those of a bucket or a session don't (SimulatePrincipalPolicy, IAM API
    reference).
    """
    source = _source(caller_arn, iam)
    if source is None:
        return Rights(unasked="the root user has every right, and nobody should work as it")
    lacking: list[Right] = []
    try:
        for asked in _questions(needed):
            for page in iam.get_paginator("simulate_principal_policy").paginate(PolicySourceArn=source, **asked):
                denied = [one for one in page["EvaluationResults"] if one["EvalDecision"] != "allowed"]
                lacking += [(one["EvalActionName"], asked["ResourceArns"][0]) for one in denied]
    except ClientError as error:
        # InvalidInput: a federated user, whose policies are those of a session.
        if error.response["Error"]["Code"] not in ("AccessDenied", "NoSuchEntity", "InvalidInput"):
            raise
        return Rights(unasked=f"SimulatePrincipalPolicy: {error.response['Error']['Message']}")
    return Rights(tuple(dict.fromkeys(lacking)))


def _questions(needed: Iterable[Right]) -> Iterator[dict[str, Any]]:
    """What IAM is asked: the actions on each resource, and of a role that is passed on, to whom (a policy may say)."""
    asked: dict[tuple[str, str], list[str]] = {}
    for action, resource in dict.fromkeys(needed):
        for service in _passed_to(resource) if action == "iam:PassRole" else ("",):
            asked.setdefault((resource, service), []).append(action)
    for (resource, service), names in asked.items():
        to = {"ContextKeyName": "iam:PassedToService", "ContextKeyValues": [service], "ContextKeyType": "string"}
        for begin in range(0, len(names), _AT_ONCE):
            question = {"ActionNames": names[begin : begin + _AT_ONCE], "ResourceArns": [resource]}
            yield question | ({"ContextEntries": [to]} if service else {})


def _passed_to(role_arn: str) -> tuple[str, ...]:
    return given_roles.services_of(role_arn.rpartition("/")[2]) or _OF_CHECKS


def _source(caller_arn: str, iam: Any) -> str | None:
    """The user or role whose policies count; None for the root user."""
    before, _, rest = caller_arn.rpartition(":")
    if rest == "root":
        return None
    kind, _, name = rest.partition("/")
    if kind != "assumed-role":
        return caller_arn
    role = name.partition("/")[0]
    try:
        # A role's path isn't in the ARN of who has taken it on.
        return iam.get_role(RoleName=role)["Role"]["Arn"]
    except ClientError:
        return f"{before.replace(':sts:', ':iam:')}:role/{role}"

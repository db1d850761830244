"""Asked before anything is made: may this user do what the lessons do, and are the quotas high enough?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Right = tuple[str, str]
"""An action of IAM's, and the ARN of what it is about (`*` where it is about nothing by itself)."""

_AT_ONCE = 100


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
        for resource, actions in _by_resource(needed):
            asked = {"PolicySourceArn": source, "ActionNames": actions, "ResourceArns": [resource]}
            for page in iam.get_paginator("simulate_principal_policy").paginate(**asked):
                denied = [one for one in page["EvaluationResults"] if one["EvalDecision"] != "allowed"]
                lacking += [(one["EvalActionName"], resource) for one in denied]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "NoSuchEntity"):
            raise
        return Rights(unasked=f"SimulatePrincipalPolicy: {error.response['Error']['Message']}")
    return Rights(tuple(lacking))


def _by_resource(needed: Iterable[Right]) -> Iterator[tuple[str, list[str]]]:
    actions: dict[str, list[str]] = {}
    for action, resource in dict.fromkeys(needed):
        actions.setdefault(resource, []).append(action)
    for resource, names in actions.items():
        for begin in range(0, len(names), _AT_ONCE):
            yield resource, names[begin : begin + _AT_ONCE]


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

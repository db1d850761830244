"""A role's policies through boto3: read, attached, written, removed, and judged statement by statement.

Source: IAM user guide, "Policy evaluation logic"; IAM API reference, SimulateCustomPolicy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import boto3

from course.panels.description import plain

Kind = Literal["AWS managed", "Customer managed", "Inline"]

_AWS_MANAGED: dict[str, str] = {}
"""AWS's own policies are more than a thousand and the same everywhere: they are read once in a process."""


@dataclass(frozen=True)
class RolePolicy:
    """A policy of a role: attached (it has an ARN) or inline (it has none)."""

    name: str
    kind: Kind
    arn: str | None
    document: dict[str, Any]

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Its statements; the language allows a single one to stand without a list."""
        found = self.document["Statement"]
        return found if isinstance(found, list) else [found]


@dataclass(frozen=True)
class Role:
    """A role: who may take it on, and its policies."""

    name: str
    arn: str
    trusted: tuple[str, ...]
    policies: tuple[RolePolicy, ...]
    boundary: dict[str, Any] | None = None


@dataclass(frozen=True)
class Judged:
    """One statement of a role's policies, and whether it decides about a call."""

    policy: str
    number: int
    statement: dict[str, Any]
    applies: bool

    def row(self) -> tuple[str, ...]:
        """The statement as a row of the table."""
        actions = _listed(self.statement, "Action")
        resources = _listed(self.statement, "Resource")
        applies = "applies" if self.applies else "does not apply"
        return (self.policy, str(self.number), self.statement["Effect"], actions, resources, applies)


@dataclass(frozen=True)
class Verdict:
    """Whether a call would be allowed, and what each statement has to say about it."""

    action: str
    resource: str
    decision: Literal["allowed", "explicitDeny", "implicitDeny"]
    statements: tuple[Judged, ...]
    missing_keys: tuple[str, ...] = ()
    within_boundary: bool = True

    @property
    def allowed(self) -> bool:
        """Whether the call would go through."""
        return self.decision == "allowed"

    def sentence(self) -> str:
        """The verdict in words."""
        call = f"`{plain(self.action)}` on `{plain(self.resource)}`"
        deciding = [f"statement {one.number} of **{plain(one.policy)}**" for one in self.statements if one.applies]
        if self.allowed:
            return f"**Allowed:** {call}, by {' and '.join(deciding)}."
        if self.decision == "explicitDeny":
            return f"**Denied:** {call}, by {' and '.join(deciding) or 'the permissions boundary'}. A Deny always wins."
        if not self.within_boundary:
            return f"**Denied:** {call}. The role's permissions boundary does not allow it."
        return f"**Denied:** {call}. No statement allows it, and what isn't allowed is denied."


class RolePermissions:
    """What the panel does with a role, through boto3."""

    def __init__(self, name: str):
        self.name = name.rpartition("/")[2]
        self._iam = boto3.client("iam")

    def read(self) -> Role:
        """The role with its policies as they are now.

        Raises:
            ClientError: there is no such role, or it may not be read.
        """
        found = self._iam.get_role(RoleName=self.name)["Role"]
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return Role(
            name=self.name,
            arn=found["Arn"],
            trusted=tuple(_trusted(found["AssumeRolePolicyDocument"])),
            policies=(*self._attached(), *self._inline()),
            boundary=self._managed_document(boundary) if boundary else None,
        )

    def known_policies(self) -> dict[str, str]:
        """The managed policies, the account's own and AWS's, by name, with their ARNs."""
        if not _AWS_MANAGED:
            _AWS_MANAGED.update(self._policies("AWS"))
        return self._policies("Local") | _AWS_MANAGED

    def attach(self, arn: str) -> None:
        """Attach a managed policy."""
        self._iam.attach_role_policy(RoleName=self.name, PolicyArn=arn)

    def put_inline(self, name: str, document: str) -> None:
        """Give the role a policy of its own, given as JSON text; one of that name is replaced."""
        self._iam.put_role_policy(RoleName=self.name, PolicyName=name, PolicyDocument=document)

    def remove(self, policy: RolePolicy) -> None:
        """Detach a managed policy; delete an inline one, which is nowhere else."""
        if policy.arn is None:
            self._iam.delete_role_policy(RoleName=self.name, PolicyName=policy.name)
        else:
            self._iam.detach_role_policy(RoleName=self.name, PolicyArn=policy.arn)

    def judge(self, action: str, resource: str) -> Verdict:
        """Would the role's policies, as they are now, allow this action on this resource?

        Each statement is handed to IAM's simulator as a policy of its own, so that its answer names statements.
        """
        role = self.read()
        pairs = [(p.name, n, statement) for p in role.policies for n, statement in enumerate(p.statements, 1)]
        if not pairs:
            return Verdict(action, resource, "implicitDeny", ())
        fence = {} if role.boundary is None else {"PermissionsBoundaryPolicyInputList": [json.dumps(role.boundary)]}
        answer = self._iam.simulate_custom_policy(
            PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [one]}) for _, _, one in pairs],
            ActionNames=[action],
            ResourceArns=[resource],
            **fence,
        )
        [result] = answer["EvaluationResults"]
        matched = {statement["SourcePolicyId"] for statement in result.get("MatchedStatements", [])}
        judged = [
            Judged(policy, number, statement, f"PolicyInputList.{place}" in matched)
            for place, (policy, number, statement) in enumerate(pairs, 1)
        ]
        boundary = result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True)
        missing = tuple(result.get("MissingContextValues", ()))
        return Verdict(action, resource, result["EvalDecision"], tuple(judged), missing, boundary)

    def _policies(self, scope: str) -> dict[str, str]:
        pages = self._iam.get_paginator("list_policies").paginate(Scope=scope, PaginationConfig={"PageSize": 1000})
        return {policy["PolicyName"]: policy["Arn"] for page in pages for policy in page["Policies"]}

    def _attached(self) -> list[RolePolicy]:
        pages = self._iam.get_paginator("list_attached_role_policies").paginate(RoleName=self.name)
        return [
            RolePolicy(
                name=found["PolicyName"],
                kind="AWS managed" if ":iam::aws:" in found["PolicyArn"] else "Customer managed",
                arn=found["PolicyArn"],
                document=self._managed_document(found["PolicyArn"]),
            )
            for page in pages
            for found in page["AttachedPolicies"]
        ]

    def _inline(self) -> list[RolePolicy]:
        pages = self._iam.get_paginator("list_role_policies").paginate(RoleName=self.name)
        return [
            RolePolicy(
                name=name,
                kind="Inline",
                arn=None,
                document=self._iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"],
            )
            for page in pages
            for name in page["PolicyNames"]
        ]

    def _managed_document(self, arn: str) -> dict[str, Any]:
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _trusted(trust: dict[str, Any]) -> list[str]:
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    names = []
    for principal in (one.get("Principal", {}) for one in statements if one["Effect"] == "Allow"):
        values = principal.values() if isinstance(principal, dict) else [principal]
        names += [name for value in values for name in ([value] if isinstance(value, str) else value)]
    return names


def _listed(statement: dict[str, Any], element: str) -> str:
    if f"Not{element}" in statement:
        return "all but " + _listed({element: statement[f"Not{element}"]}, element)
    value = statement.get(element, "*")
    return value if isinstance(value, str) else "\n".join(value)

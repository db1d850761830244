"""IAM's policy language: does a set of policies allow an action on a resource?

Source: IAM user guide, "Policy evaluation logic", "Permissions boundaries for IAM entities" and "IAM policy elements:
Variables and tags". Pure functions over parsed policy documents; nothing here knows where policies are kept.
Within one account an allow in the identity's policies or in the resource's is enough, where the resource's names
the caller and not only the account (which then leaves it to the identity's policies); an explicit deny anywhere
wins; a permissions boundary and a session policy each have to allow as well, except where the resource's policy
names the user or the session itself.

A policy may be any JSON: what IAM would have refused says nothing here, and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.access.conditions import met
from local_aws.access.request_keys import RequestKeys, Tags
from local_aws.access.variables import Context, filled, matches
from local_aws.matching import like

Policy = Mapping[str, Any]

_ACCOUNT_FORMS = re.compile(r"(\d{12})|arn:aws:iam::(\d{12}):root", re.ASCII)


@dataclass(frozen=True)
class Decision:
    """The outcome of an evaluation; `reason` is the tail of AWS's access-denied text."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True)
class Policies:
    """What bears on one request. Lists hold parsed policy documents."""

    identity: list[Policy]
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Policy | None = None


def evaluate(
    policies: Policies,
    principal: Mapping[str, set[str]],
    action: str,
    resource: str,
    context: Context,
    tags: Tags | None = None,
) -> Decision:
    """Judge one action on one resource.

    Args:
        principal: how a resource-based policy may name the caller: `{"AWS": {arns}, "Service": {names}}`.
        action: such as `s3:GetObject`.
        resource: an ARN, or `*` where the action has none.
        context: condition keys (`aws:SourceIp`) to values; keys are compared without regard to case.
        tags: of the resource; asked for where a policy does.
    """
    request = _Request(principal, action, resource, RequestKeys(context, action, tags))
    narrowing = [("permissions boundary", policies.boundary), ("session policy", policies.session)]
    if any(request.finds(policy, "Deny") for policy in policies.identity):
        return Decision(False, "with an explicit deny in an identity-based policy")
    if request.finds_for_caller(policies.resource, "Deny"):
        return Decision(False, "with an explicit deny in a resource-based policy")
    for kind, policy in narrowing:
        if request.finds(policy, "Deny"):
            return Decision(False, f"with an explicit deny in a {kind}")
    if request.names_caller_itself(policies.resource):
        return Decision(True)
    for kind, policy in narrowing:
        if policy is not None and not request.finds(policy, "Allow"):
            return Decision(False, f"because no {kind} allows the {action} action")
    if request.finds_for_caller(policies.resource, "Allow", by_account=False):
        return Decision(True)
    if any(request.finds(policy, "Allow") for policy in policies.identity):
        return Decision(True)
    kind = "resource-based" if "Service" in principal or not principal.get("AWS") else "identity-based"
    return Decision(False, f"because no {kind} policy allows the {action} action")


def admits(trust: Policy, principal: Mapping[str, set[str]], action: str, context: Context) -> bool:
    """Whether a role's trust policy lets a principal in, by its own name or as one of its account."""
    request = _Request(principal, action, "*", RequestKeys(context, action, None))
    return not request.finds_for_caller(trust, "Deny") and request.finds_for_caller(trust, "Allow")


@dataclass(frozen=True)
class _Request:
    principal: Mapping[str, set[str]]
    action: str
    resource: str
    context: Context

    def finds(self, policy: Policy | None, effect: str) -> bool:
        """Whether any statement of this effect applies to the request, whoever makes it."""
        return any(self._applies(policy, statement) for statement in _statements(policy, effect))

    def finds_for_caller(self, policy: Policy | None, effect: str, by_account: bool = True) -> bool:
        """The same of a resource's policy, whose statements have to name the caller.

        Args:
            by_account: naming the caller's account is enough.
        """
        return any(
            self._is_named(statement, by_account) and self._applies(policy, statement)
            for statement in _statements(policy, effect)
        )

    def names_caller_itself(self, policy: Policy | None) -> bool:
        """Whether a resource's policy allows the request to this very user or role session by its ARN."""
        own = {name for name in self.principal.get("AWS", ()) if ":user/" in name or ":assumed-role/" in name}
        return any(
            not own.isdisjoint(_texts(_member(statement.get("Principal"), "AWS"))) and self._applies(policy, statement)
            for statement in _statements(policy, "Allow")
        )

    def _applies(self, policy: Policy | None, statement: Mapping[str, Any]) -> bool:
        # Variables came with this version; in older policies `${` is text.
        variables = self.context if policy is not None and policy.get("Version") == "2012-10-17" else None
        return (
            self._covers_action(statement)
            and self._covers_resource(statement, variables)
            and met(statement.get("Condition"), self.context, variables)
        )

    def _covers_action(self, statement: Mapping[str, Any]) -> bool:
        if "NotAction" in statement:
            return not self._is_action(statement["NotAction"])
        return self._is_action(statement.get("Action"))

    def _is_action(self, named: Any) -> bool:
        return any(like(self.action, pattern, ignore_case=True) for pattern in _texts(named))

    def _covers_resource(self, statement: Mapping[str, Any], variables: Context | None) -> bool:
        if "NotResource" in statement:
            return not self._is_resource(statement["NotResource"], variables)
        # A trust policy names no resource: it is the role's.
        return "Resource" not in statement or self._is_resource(statement["Resource"], variables)

    def _is_resource(self, named: Any, variables: Context | None) -> bool:
        return any(matches(self.resource, filled(text, variables)) for text in _texts(named))

    def _is_named(self, statement: Mapping[str, Any], by_account: bool) -> bool:
        if "NotPrincipal" in statement:
            return not self._is_principal(statement["NotPrincipal"], True)
        return "Principal" in statement and self._is_principal(statement["Principal"], by_account)

    def _is_principal(self, named: Any, by_account: bool) -> bool:
        if named == "*":
            return True
        if not isinstance(named, Mapping):
            return False
        return any(
            name in self.principal.get(kind, ())
            or (kind == "AWS" and (name == "*" or (by_account and self._is_my_account(name))))
            for kind, names in named.items()
            for name in _texts(names)
        )

    def _is_my_account(self, name: str) -> bool:
        found = _ACCOUNT_FORMS.fullmatch(name)
        account = found and (found.group(1) or found.group(2))
        return bool(account) and any(f":{account}:" in arn for arn in self.principal.get("AWS", ()))


def _statements(policy: Any, effect: str) -> Iterable[Mapping[str, Any]]:
    found = _member(policy, "Statement")
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, Mapping) and statement.get("Effect") == effect:
            yield statement


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _texts(value: Any) -> list[str]:
    """The texts of an element that may be one or a list."""
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]

"""IAM's policy language: does a set of policies allow an action on a resource?

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
Pure functions over parsed policy documents; nothing here knows where policies are kept.
Within one account an allow in the identity's policies or in the resource's is enough, where the resource's names
the caller and not only the account (which then leaves it to the identity's policies); an explicit deny anywhere
wins; a permissions boundary and a session policy each have to allow as well.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.utils import parse_timestamp

Policy = Mapping[str, Any]
Context = Mapping[str, str | list[str]]

_ACCOUNT_FORMS = re.compile(r"\d{12}|arn:aws:iam::\d{12}:root")


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
    policies: Policies, principal: Mapping[str, set[str]], action: str, resource: str, context: Context
) -> Decision:
    """Judge one action on one resource.

    Args:
        principal: how a resource-based policy may name the caller: `{"AWS": {arns}, "Service": {names}}`.
        action: such as `s3:GetObject`.
        resource: an ARN, or `*` where the action has none.
        context: condition keys (`aws:SourceIp`) to values; keys are compared without regard to case.
    """
    request = _Request(principal, action, resource, {key.lower(): value for key, value in context.items()})
    no_allow = f"because no {{}} policy allows the {action} action"
    for policy in policies.identity:
        if request.finds(policy, "Deny"):
            return Decision(False, "with an explicit deny in an identity-based policy")
    if policies.resource and request.finds(policies.resource, "Deny", by_principal=True):
        return Decision(False, "with an explicit deny in a resource-based policy")
    for kind, policy in (("permissions boundary", policies.boundary), ("session policy", policies.session)):
        if policy is None:
            continue
        if request.finds(policy, "Deny"):
            return Decision(False, f"with an explicit deny in a {kind}")
        if not request.finds(policy, "Allow"):
            return Decision(False, f"because no {kind} allows the {action} action")
    if policies.resource and request.finds(policies.resource, "Allow", by_principal=True, by_account=False):
        return Decision(True)
    if any(request.finds(policy, "Allow") for policy in policies.identity):
        return Decision(True)
    only_resource = "Service" in principal or not principal.get("AWS")
    return Decision(False, no_allow.format("resource-based" if only_resource else "identity-based"))


def admits(trust: Policy, principal: Mapping[str, set[str]], action: str, context: Context) -> bool:
    """Whether a role's trust policy lets a principal in, by its own name or as one of its account."""
    request = _Request(principal, action, "*", {key.lower(): value for key, value in context.items()})
    if request.finds(trust, "Deny", by_principal=True):
        return False
    return request.finds(trust, "Allow", by_principal=True)


@dataclass(frozen=True)
class _Request:
    principal: Mapping[str, set[str]]
    action: str
    resource: str
    context: Mapping[str, str | list[str]]

    def finds(self, policy: Policy, effect: str, by_principal: bool = False, by_account: bool = True) -> bool:
        """Whether any statement of this effect applies to the request.

        Args:
            by_principal: the statement has to name the caller, as those of resources' policies do.
            by_account: naming the caller's account is enough.
        """
        return any(
            statement.get("Effect") == effect
            and (not by_principal or self._is_named(statement, by_account))
            and self._applies(statement)
            for statement in _listed(policy.get("Statement"))
        )

    def _applies(self, statement: Mapping[str, Any]) -> bool:
        return (
            self._covers(statement, "Action", self.action.lower(), str.lower)
            and self._covers(statement, "Resource", self.resource, self._filled)
            and self._meets(statement.get("Condition", {}))
        )

    def _is_named(self, statement: Mapping[str, Any], by_account: bool) -> bool:
        if "NotPrincipal" in statement:
            return not self._principal_matches(statement["NotPrincipal"], True)
        return "Principal" in statement and self._principal_matches(statement["Principal"], by_account)

    def _principal_matches(self, named: Any, by_account: bool) -> bool:
        if named == "*":
            return True
        return any(
            name in self.principal.get(kind, set())
            or (kind == "AWS" and (name == "*" or (by_account and self._is_my_account(name))))
            for kind, names in named.items()
            for name in _listed(names)
        )

    def _is_my_account(self, name: str) -> bool:
        if not _ACCOUNT_FORMS.fullmatch(name):
            return False
        account = re.search(r"\d{12}", name).group()
        return any(f":{account}:" in arn for arn in self.principal.get("AWS", set()))

    def _covers(self, statement: Mapping[str, Any], element: str, value: str, prepare: Callable[[str], str]) -> bool:
        if f"Not{element}" in statement:
            return not _any_like(map(prepare, _listed(statement[f"Not{element}"])), value)
        if element not in statement:
            return element == "Resource"
        return _any_like(map(prepare, _listed(statement[element])), value)

    def _meets(self, conditions: Mapping[str, Mapping[str, Any]]) -> bool:
        return all(
            self._condition(operator, key, [self._filled(str(v)) for v in _listed(wanted)])
            for operator, tests in conditions.items()
            for key, wanted in tests.items()
        )

    def _condition(self, operator: str, key: str, wanted: list[str]) -> bool:
        qualifier, _, name = operator.rpartition(":")
        name, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
        present = key.lower() in self.context
        if name == "Null":
            return (wanted[0].lower() == "true") != present
        if not present:
            return if_exists or qualifier == "ForAllValues" or (name in _NEGATED and qualifier != "ForAnyValue")
        values = [str(v) for v in _listed(self.context[key.lower()])]
        negated, test = name in _NEGATED, _OPERATORS.get(_NEGATED.get(name, name))
        if test is None:
            return False
        outcomes = [any(test(value, want) for want in wanted) != negated for value in values]
        return all(outcomes) if qualifier == "ForAllValues" else any(outcomes)

    def _filled(self, text: str) -> str:
        """Policy variables (`${aws:username}`) replaced by their values."""

        def value(found: re.Match[str]) -> str:
            known = self.context.get(found.group(1).lower())
            return known if isinstance(known, str) else found.group(0)

        return re.sub(r"\$\{([^}*?$]+)\}", value, text) if "${" in text else text


def _listed(value: Any) -> list:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _any_like(patterns: Iterable[str], value: str) -> bool:
    return any(like(value, pattern) for pattern in patterns)


def like(value: str, pattern: str) -> bool:
    """IAM's wildcards: `*` for any characters, `?` for one."""
    return _wildcard(pattern).fullmatch(value) is not None


def _like_arn(value: str, pattern: str) -> bool:
    """Wildcards that stay within one of an ARN's six parts."""
    parts, wanted = value.split(":", 5), pattern.split(":", 5)
    return pattern == "*" or (len(parts) == len(wanted) and all(map(like, parts, wanted)))


@functools.lru_cache(maxsize=4096)
def _wildcard(pattern: str) -> re.Pattern[str]:
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(translated, re.DOTALL)


def _in_network(value: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(value: str, want: str) -> bool:
        try:
            return compare(float(value), float(want))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def test(value: str, want: str) -> bool:
        try:
            return compare(parse_timestamp(value), parse_timestamp(want))
        except ValueError:
            return False

    return test


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, want: value == want,
    "StringEqualsIgnoreCase": lambda value, want: value.lower() == want.lower(),
    "StringLike": like,
    "ArnEquals": _like_arn,
    "ArnLike": _like_arn,
    "Bool": lambda value, want: value.lower() == want.lower(),
    "IpAddress": _in_network,
    "BinaryEquals": lambda value, want: value == want,
    **{f"Numeric{name}": _number(compare) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": _date(compare) for name, compare in _COMPARISONS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}

"""IAM's policy simulator: would these policies allow an action on a resource, and which statements decide?

SimulateCustomPolicy is here, on the same evaluation by which the gateway judges real calls; moto has no
simulator. Resource policies and organization policies can't be simulated and say so by name.
Source: IAM API reference, SimulateCustomPolicy, EvaluationResult, Statement. Positions count from 1, the plain
reading where the reference gives no origin.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.access.policy import Policies, evaluate
from local_aws.call import ApiError, Call
from local_aws.house import Service

_NOT_THERE = ("ResourcePolicy", "OrderedOrganizationPolicyInputList", "ResourceHandlingOption")


@dataclass(frozen=True)
class Statement:
    """A statement of a policy, the policy's name in the request, and where in its text it stands."""

    source: str
    statement: Mapping[str, Any]
    start: dict[str, int]
    end: dict[str, int]

    def applies(self, caller: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
        """Whether the statement is about this request, whatever its effect."""
        policies = Policies([{"Statement": [{**self.statement, "Effect": "Allow"}]}])
        return evaluate(policies, {"AWS": {caller}}, action, resource, context).allowed


class PolicySimulation(Service):
    """The operations of IAM that simulate; moto answers the rest of IAM."""

    name = "iam"

    def simulate_custom_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Judge every action on every resource by policies that are handed over.

        Raises:
            ApiError: `InvalidInput` for a policy that isn't JSON, `NotImplemented` for what isn't simulated.
        """
        for name in _NOT_THERE:
            if name in params:
                message = f"iam:SimulateCustomPolicy with {name} is not there: the embedded AWS doesn't implement it"
                raise ApiError("NotImplemented", message, 501)
        statements = _statements("PolicyInputList", params["PolicyInputList"])
        boundary = params.get("PermissionsBoundaryPolicyInputList")
        fence = _statements("PermissionsBoundaryPolicyInputList", boundary) if boundary else None
        context = {entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in params.get("ContextEntries", [])}
        caller = params.get("CallerArn", call.principal.arn)
        results = [
            _result(statements, fence, caller, action, resource, context)
            for action in params["ActionNames"]
            for resource in params.get("ResourceArns") or ["*"]
        ]
        return {"EvaluationResults": results, "IsTruncated": False}


def _result(
    statements: list[Statement],
    fence: list[Statement] | None,
    caller: str,
    action: str,
    resource: str,
    context: Mapping[str, Any],
) -> dict[str, Any]:
    def matching(among: list[Statement], effect: str) -> list[Statement]:
        return [
            s for s in among if s.statement.get("Effect") == effect and s.applies(caller, action, resource, context)
        ]

    denying, allowing = matching(statements, "Deny"), matching(statements, "Allow")
    fenced_off = fence is not None and not matching(fence, "Allow")
    forbidden = denying or (fence is not None and matching(fence, "Deny"))
    decision = "explicitDeny" if forbidden else "allowed" if allowing and not fenced_off else "implicitDeny"
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        # Where a statement denies, only denying ones are named.
        "MatchedStatements": [_matched(one) for one in denying or allowing],
        "MissingContextValues": _missing([*statements, *(fence or [])], context),
    }
    if fence is not None:
        allowed = not fenced_off and not matching(fence, "Deny")
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return result


def _matched(statement: Statement) -> dict[str, Any]:
    return {
        "SourcePolicyId": statement.source,
        "SourcePolicyType": "none",
        "StartPosition": statement.start,
        "EndPosition": statement.end,
    }


def _missing(statements: list[Statement], context: Mapping[str, Any]) -> list[str]:
    known = {key.lower() for key in context}
    keys = [key for s in statements for tests in s.statement.get("Condition", {}).values() for key in tests]
    return sorted({key for key in keys if key.lower() not in known})


def _statements(member: str, texts: Iterable[str]) -> list[Statement]:
    found = []
    for number, text in enumerate(texts, 1):
        source = f"{member}.{number}"
        try:
            spans = list(_spans(text))
        except (ValueError, IndexError) as error:
            raise ApiError("InvalidInput", f"Syntax errors in policy {source}: {error}") from error
        found += [Statement(source, value, _position(text, start), _position(text, end)) for value, start, end in spans]
    return found


def _spans(text: str) -> Iterable[tuple[dict[str, Any], int, int]]:
    """The statements in a policy's text, each with the places of its first and last character."""
    for key, _, start, _ in _members(text, _skip(text, 0)):
        if key == "Statement":
            if text[start] == "[":
                yield from ((value, first, last) for _, value, first, last in _members(text, start))
            else:
                value, end = json.JSONDecoder().raw_decode(text, start)
                yield value, start, end - 1


def _members(text: str, start: int) -> Iterable[tuple[str, Any, int, int]]:
    """The members of the JSON object or array that begins at `start`: key (empty in an array), value, places."""
    decoder, is_object = json.JSONDecoder(), text[start] == "{"
    if text[start] not in "{[":
        raise ValueError("a policy is a JSON object")
    at = _skip(text, start + 1)
    while text[at] not in "}]":
        key = ""
        if is_object:
            key, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        value, end = decoder.raw_decode(text, at)
        yield key, value, at, end - 1
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _position(text: str, at: int) -> dict[str, int]:
    return {"Line": text.count("\n", 0, at) + 1, "Column": at - text.rfind("\n", 0, at)}

"""IAM's policy simulator: would these policies allow an action on a resource, and which statements decide?

SimulateCustomPolicy is here, on the same evaluation by which the gateway judges real calls; moto has no
simulator. Organization policies can't be simulated and say so by name.
Source: IAM API reference, SimulateCustomPolicy, EvaluationResult, Statement. Positions count from 1, the plain
reading where the reference gives no origin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.access.conditions import is_operator
from local_aws.access.policy import Policies, evaluate
from local_aws.call import ApiError, Call, not_there
from local_aws.house import Service

_MOST_RESULTS = 1000
"""In one answer: as many as there may be (`MaxItems`)."""
_NOT_THERE = ("OrderedOrganizationPolicyInputList", "ResourceHandlingOption")
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_VARIABLE = re.compile(r"\$\{\s*([^\s${},'*?]+)[^${}]*\}")


@dataclass(frozen=True)
class Statement:
    """A statement of a policy, the policy's name in the request, and where in its text it stands."""

    source: str
    kind: str
    statement: Mapping[str, Any]
    start: dict[str, int]
    end: dict[str, int]

    def applies(self, caller: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
        """Whether the statement is about this request, whatever its effect."""
        policies = Policies([{"Version": "2012-10-17", "Statement": [{**self.statement, "Effect": "Allow"}]}])
        return evaluate(policies, {"AWS": {caller}}, action, resource, context).allowed

    def applies_to(self, caller: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
        """The same of a statement of the resource's policy, which has to name the caller."""
        policy = {"Version": "2012-10-17", "Statement": [self.statement]}
        denies = self.statement.get("Effect") == "Deny"
        policies = Policies([_EVERYTHING] if denies else [], policy)
        return evaluate(policies, {"AWS": {caller}}, action, resource, context).allowed != denies


@dataclass(frozen=True)
class Simulated:
    """What a simulation judges by; `fence` is a permissions boundary, `resource` the resource's policy."""

    identity: list[Statement]
    fence: list[Statement] | None
    resource: list[Statement]
    caller: str
    context: Mapping[str, str | list[str]]


class PolicySimulation(Service):
    """The operations of IAM that simulate; moto answers the rest of IAM."""

    name = "iam"

    def simulate_custom_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Judge every action on every resource by policies that are handed over.

        Raises:
            ApiError: `InvalidInput` for a policy or an action that isn't one, `NotImplemented` for what isn't
                simulated.
        """
        refuse_absent("SimulateCustomPolicy", call, params)
        simulated = Simulated(
            statements("PolicyInputList", params["PolicyInputList"]),
            boundary_in(params),
            resource_policy_in(params, params.get("CallerArn")),
            params.get("CallerArn", call.principal.arn),
            context_of(params),
        )
        results = [
            result(simulated, require_action(action), resource)
            for action in params["ActionNames"]
            for resource in params.get("ResourceArns") or ["*"]
        ]
        return page_of(results, params)

    def get_context_keys_for_custom_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """The condition keys that policies name, in conditions and in variables.

        Raises:
            ApiError: `InvalidInput` for a policy that isn't JSON.
        """
        return {"ContextKeyNames": keys_of(statements("PolicyInputList", params["PolicyInputList"]))}


def page_of(results: list[dict[str, Any]], params: Mapping[str, Any]) -> dict[str, Any]:
    """The results of a simulation that a call asks for, by `MaxItems` and `Marker`.

    Raises:
        ApiError: `InvalidInput`, the marker is none that was given out.
    """
    marker = params.get("Marker", "0")
    if not re.fullmatch(r"[0-9]{1,9}", marker):
        raise ApiError("InvalidInput", f"Invalid Marker: {marker}", 400)
    end = int(marker) + params.get("MaxItems", _MOST_RESULTS)
    page = {"EvaluationResults": results[int(marker) : end], "IsTruncated": end < len(results)}
    return page | ({"Marker": str(end)} if end < len(results) else {})


def context_of(params: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The condition keys that a simulation is given, to their values."""
    found = {}
    for entry in params.get("ContextEntries", []):
        values, several = entry.get("ContextKeyValues", []), entry.get("ContextKeyType", "").endswith("List")
        found[entry["ContextKeyName"]] = values if several or len(values) != 1 else values[0]
    return found


def refuse_absent(operation: str, call: Call, params: Mapping[str, Any]) -> None:
    """Raise where a simulation is asked for what isn't simulated.

    Raises:
        ApiError: `NotImplemented`.
    """
    for name in _NOT_THERE:
        if name in params:
            raise not_there(f"iam:{operation} with {name}")
    if call.account not in params.get("ResourceOwner", call.account):
        raise not_there(f"iam:{operation} with the ResourceOwner of another account")


def require_action(action: str) -> str:
    """An action's name as it was given.

    Raises:
        ApiError: `InvalidInput`, it is none.
    """
    prefix, _, name = action.partition(":")
    if not prefix or not name or "*" in action:
        raise ApiError("InvalidInput", f"Invalid Action: {action}", 400)
    return action


def boundary_in(params: Mapping[str, Any]) -> list[Statement] | None:
    """The statements of the permissions boundary that a request brings.

    Raises:
        ApiError: `InvalidInput`, it is no policy.
    """
    name = "PermissionsBoundaryPolicyInputList"
    return statements(name, params[name]) if params.get(name) else None


def resource_policy_in(params: Mapping[str, Any], caller: str | None) -> list[Statement]:
    """The statements of the resource's policy that a request brings.

    Args:
        caller: whom the policy is to name.

    Raises:
        ApiError: `InvalidInput`, it is no policy, or nobody calls.
    """
    if "ResourcePolicy" not in params:
        return []
    if caller is None or ":user/" not in caller:
        raise ApiError("InvalidInput", "CallerArn must be the ARN of a user where there is a ResourcePolicy.")
    return statements("ResourcePolicy", [params["ResourcePolicy"]], "resource")


def result(simulated: Simulated, action: str, resource: str) -> dict[str, Any]:
    """What comes of one action on one resource."""
    about = simulated.caller, action, resource, simulated.context
    fence = simulated.fence

    def matching(among: list[Statement], effect: str) -> list[Statement]:
        return [s for s in among if s.statement.get("Effect") == effect and s.applies(*about)]

    def of_resource(effect: str) -> list[Statement]:
        return [s for s in simulated.resource if s.statement.get("Effect") == effect and s.applies_to(*about)]

    denying = matching(simulated.identity, "Deny") + of_resource("Deny")
    allowed_by_resource = of_resource("Allow")
    allowing = matching(simulated.identity, "Allow") + allowed_by_resource
    fenced_off = fence is not None and not matching(fence, "Allow") and not allowed_by_resource
    fence_denies = fence is not None and bool(matching(fence, "Deny"))
    forbidden = denying or fence_denies
    decision = "explicitDeny" if forbidden else "allowed" if allowing and not fenced_off else "implicitDeny"
    found: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        # Where a statement denies, only denying ones are named.
        "MatchedStatements": [_matched(one) for one in denying or allowing],
        "MissingContextValues": _missing([*simulated.identity, *simulated.resource, *(fence or [])], simulated.context),
    }
    if fence is not None:
        allowed = not fenced_off and not fence_denies
        found["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return found


def _matched(statement: Statement) -> dict[str, Any]:
    return {
        "SourcePolicyId": statement.source,
        "SourcePolicyType": statement.kind,
        "StartPosition": statement.start,
        "EndPosition": statement.end,
    }


def _missing(statements: list[Statement], context: Mapping[str, Any]) -> list[str]:
    known = {key.lower() for key in context}
    return [key for key in keys_of(statements) if key.lower() not in known]


def keys_of(statements: list[Statement]) -> list[str]:
    """The condition keys that statements name, in conditions and in variables."""
    conditions = [found for s in statements if isinstance(found := s.statement.get("Condition"), dict)]
    named = {key for found in conditions for tests in found.values() if isinstance(tests, dict) for key in tests}
    return sorted(named.union(*(_VARIABLE.findall(json.dumps(s.statement)) for s in statements)))


def statements(name: str, texts: Iterable[str], kind: str = "none") -> list[Statement]:
    """The statements of policies.

    Args:
        name: the policy's name; of those that are handed over (`kind` none) the member's, which are then numbered.

    Raises:
        ApiError: `InvalidInput`, a text is no policy.
    """
    found = []
    for number, text in enumerate(texts, 1):
        source = f"{name}.{number}" if kind == "none" else name
        try:
            spans = list(_spans(text))
        except (ValueError, IndexError, RecursionError) as error:
            raise ApiError("InvalidInput", f"Syntax errors in policy {source}.") from error
        if not all(_is_statement(value) for value, _, _ in spans):
            raise ApiError("InvalidInput", f"Syntax errors in policy {source}.")
        places = [(value, _position(text, start), _position(text, end)) for value, start, end in spans]
        found += [Statement(source, kind, *place) for place in places]
    return found


def _is_statement(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("Effect") not in ("Allow", "Deny"):
        return False
    conditions = value.get("Condition", {})
    return isinstance(conditions, dict) and all(map(is_operator, conditions))


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

"""IAM's simulator for the policies that a user, group or role really has.

One result an action, with the most restrictive decision among the resources, and each resource's own beside it.
Source: IAM API reference, SimulatePrincipalPolicy, EvaluationResult, ResourceSpecificResult (2026).
"""

from __future__ import annotations

from typing import Any

from local_aws.access.reference import Kind, is_known, kinds
from local_aws.call import Call
from local_aws.house import Host
from local_aws.iam.attached_policies import NamedPolicy, attached
from local_aws.iam.policy_simulation import (
    PolicySimulation,
    Simulated,
    boundary_in,
    context_of,
    keys_of,
    page_of,
    refuse_absent,
    require_action,
    resource_policy_in,
    result,
    statements,
)
from local_aws.matching import like
from local_aws.moto.inside import Moto

_RESTRICTIVE = ("explicitDeny", "implicitDeny", "allowed")


class PrincipalSimulation(PolicySimulation):
    """SimulatePrincipalPolicy."""

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto

    def simulate_principal_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Judge every action on every resource by an identity's policies, and by those that are handed over besides.

        Raises:
            ApiError: `NoSuchEntity`, `InvalidInput` for a policy that isn't JSON or an action that isn't one,
                `NotImplemented` for what isn't simulated.
        """
        refuse_absent("SimulatePrincipalPolicy", call, params)
        found = attached(self._moto, params["PolicySourceArn"])
        excluded = params.get("PolicyExclusionList", [])
        policies = [policy for policy in found.policies if not _is_excluded(policy, policy.kind, excluded)]
        judging = [one for policy in policies for one in statements(policy.source, [policy.text], policy.kind)]
        judging += statements("PolicyInputList", params.get("PolicyInputList", []))
        fence = boundary_in(params)
        if fence is None and found.boundary and not _is_excluded(found.boundary, "permission-boundary", excluded):
            fence = statements(found.boundary.source, [found.boundary.text], found.boundary.kind)
        caller = params.get("CallerArn", params["PolicySourceArn"])
        owned = resource_policy_in(params, caller)
        simulated = Simulated(judging, fence, owned, caller, context_of(params))
        resources = params.get("ResourceArns") or ["*"]
        return page_of([_of_action(simulated, action, resources) for action in params["ActionNames"]], params)

    def get_context_keys_for_principal_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """The condition keys that an identity's policies name, and those that are handed over besides.

        Raises:
            ApiError: `NoSuchEntity`, `InvalidInput` for a policy that isn't JSON.
        """
        policies = attached(self._moto, params["PolicySourceArn"]).policies
        texts = [*(policy.text for policy in policies), *params.get("PolicyInputList", [])]
        return {"ContextKeyNames": keys_of(statements("PolicyInputList", texts))}


def _is_excluded(policy: NamedPolicy, kind: str, excluded: list[dict[str, Any]]) -> bool:
    """Whether an entry of the PolicyExclusionList means a policy: by its type, its ARN, or its owner and name."""
    kind = "inline" if policy.owner else kind
    for entry in excluded:
        inline = entry.get("InlinePolicyIdentifier")
        if entry.get("PolicyType") == kind or (policy.arn and like(policy.arn, entry.get("PolicyArn", ""))):
            return True
        if inline and policy.owner and inline.get("PolicyName") == policy.name:
            named = inline.get("AttachmentName", "*")
            if like(policy.owner, named) and inline.get("AttachmentType", policy.kind) == policy.kind:
                return True
    return False


def _of_action(simulated: Simulated, action: str, resources: list[str]) -> dict[str, Any]:
    prefix, _, name = require_action(action).partition(":")
    each = [result(simulated, action, resource) for resource in resources]
    decision = next(one for one in _RESTRICTIVE if any(found["EvalDecision"] == one for found in each))
    deciding = [found for found in each if found["EvalDecision"] == decision]
    whole = deciding[0] | {
        "EvalResourceName": _form(prefix, name, resources[0]),
        "MatchedStatements": _unique([matched for found in deciding for matched in found["MatchedStatements"]]),
        "MissingContextValues": sorted({key for found in each for key in found["MissingContextValues"]}),
        "EvalDecisionDetails": {},
    }
    if resources != ["*"]:
        whole["ResourceSpecificResults"] = [_of_resource(found) for found in each]
    return whole


def _of_resource(found: dict[str, Any]) -> dict[str, Any]:
    specific = {name: value for name, value in found.items() if name not in ("EvalActionName", "EvalDecision")}
    return specific | {"EvalResourceDecision": found["EvalDecision"]}


def _form(prefix: str, name: str, resource: str) -> str:
    """The form of the ARNs of an action's resources: of the one that is asked for, else of the first."""
    possible: tuple[Kind, ...] = kinds(prefix, name) if is_known(prefix, name) else ()
    fitting = [kind for kind in possible if kind.is_of(resource)] or list(possible)
    return fitting[0].template if fitting else "*"


def _unique(matched: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for number, one in enumerate(matched) if one not in matched[:number]]

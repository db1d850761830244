"""Step Functions: its resources are given by ARN, save what is made."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of Step Functions."""
    resources = None
    if operation == "CreateStateMachineAlias":
        routes = params.get("routingConfiguration", [])
        # An alias is its machine's; the versions that it leads to are told as `…:stateMachine:name:3`.
        resources = [":".join(route["stateMachineVersionArn"].split(":")[:7]) for route in routes] or None
    elif not operation.startswith("Create"):
        # `name` is the execution's here, not a machine's; and a request may name an execution or a map run.
        names = [name for name in params if name.endswith("Arn") and name not in ("roleArn",)]
        resources = [params[name] for name in names] or None
    context = keys(params)
    qualifiers = [arn.split(":")[7] for arn in resources or () if arn.count(":") == 7 and ":stateMachine:" in arn]
    if qualifiers:
        context["states:StateMachineQualifier"] = qualifiers
    return tagging("TagResource", Asked(operation, params, context, resources))

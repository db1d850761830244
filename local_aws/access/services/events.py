"""EventBridge: a rule is named together with its bus, and events may be for several buses at once."""

from __future__ import annotations

import json

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_ABOUT_A_RULE = ("PutRule", "DeleteRule", "DescribeRule", "EnableRule", "DisableRule")
_ABOUT_ITS_TARGETS = ("PutTargets", "RemoveTargets", "ListTargetsByRule")
_ABOUT_A_BUS = ("CreateEventBus", "DeleteEventBus", "DescribeEventBus", "UpdateEventBus")
_DEFAULT = "default"
_OF_A_PATTERN = (
    *("events:source", "events:detail-type"),
    *("events:detail.eventTypeCode", "events:detail.service", "events:detail.userIdentity.principalId"),
)
"""Keys that are named as what they tell stands in a rule's pattern."""


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of EventBridge."""
    if operation == "PutEvents":
        buses = dict.fromkeys(_bus(entry.get("EventBusName"), place) for entry in params["Entries"])
        return [Asked(operation, params, _about(params, bus, place), [bus]) for bus in buses]
    resources = None
    if operation in _ABOUT_A_RULE:
        resources = [_rule(params["Name"], params, place)]
    elif operation in _ABOUT_ITS_TARGETS:
        resources = [_rule(params["Rule"], params, place)]
    elif operation in _ABOUT_A_BUS:
        resources = [_bus(params.get("Name"), place)]
    elif "ResourceARN" in params:
        resources = [params["ResourceARN"]]
    context = keys(params) | _meant(params.get("EventPattern"))
    if operation in (*_ABOUT_A_RULE, *_ABOUT_ITS_TARGETS):
        context["events:creatorAccount"] = place.account
    targets = [target["Arn"] for target in params.get("Targets", [])]
    if targets:
        context |= {"events:TargetArn": targets}
    made = tagging("TagResource", Asked(operation, params, context, resources))
    if operation == "PutRule" and keys(params):
        made.append(Asked("TagResource", params, keys(params), resources))
    return made


def _about(params: Params, bus: str, place: Place) -> dict[str, str | list[str]]:
    """What a policy may ask of the events that are put on a bus."""
    entries = [entry for entry in params["Entries"] if _bus(entry.get("EventBusName"), place) == bus]
    told = {"events:source": "Source", "events:detail-type": "DetailType"}
    put: dict[str, str | list[str]] = {
        key: [entry[member] for entry in entries if member in entry] for key, member in told.items()
    }
    return put | {"events:eventBusInvocation": "false"}


def _meant(pattern: str | None) -> dict[str, str | list[str]]:
    """The same of a rule's pattern, as far as it names values; of anything else nothing is known."""
    try:
        wanted = json.loads(pattern or "{}")
    except ValueError:  # EventBridge refuses it when its turn comes
        return {}
    found: dict[str, str | list[str]] = {}
    for key in _OF_A_PATTERN:
        value = wanted
        for name in key.removeprefix("events:").split("."):
            value = value.get(name) if isinstance(value, dict) else None
        texts = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
        found |= {key: texts} if texts else {}
    return found


def _bus(name: str | None, place: Place) -> str:
    name = name or _DEFAULT
    return name if name.startswith("arn:") else f"arn:aws:events:{place.region}:{place.account}:event-bus/{name}"


def _rule(name: str, params: Params, place: Place) -> str:
    bus = (params.get("EventBusName") or _DEFAULT).rpartition("/")[2]
    path = name if bus == _DEFAULT else f"{bus}/{name}"
    return f"arn:aws:events:{place.region}:{place.account}:rule/{path}"

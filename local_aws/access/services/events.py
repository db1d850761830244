"""EventBridge: a rule is named together with its bus, and events may be for several buses at once."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_ABOUT_A_RULE = ("PutRule", "DeleteRule", "DescribeRule", "EnableRule", "DisableRule")
_ABOUT_ITS_TARGETS = ("PutTargets", "RemoveTargets", "ListTargetsByRule")
_ABOUT_A_BUS = ("CreateEventBus", "DeleteEventBus", "DescribeEventBus", "UpdateEventBus")
_DEFAULT = "default"


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
    context = keys(params)
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
    return {key: [entry[member] for entry in entries if member in entry] for key, member in told.items()}


def _bus(name: str | None, place: Place) -> str:
    name = name or _DEFAULT
    return name if name.startswith("arn:") else f"arn:aws:events:{place.region}:{place.account}:event-bus/{name}"


def _rule(name: str, params: Params, place: Place) -> str:
    bus = (params.get("EventBusName") or _DEFAULT).rpartition("/")[2]
    path = name if bus == _DEFAULT else f"{bus}/{name}"
    return f"arn:aws:events:{place.region}:{place.account}:rule/{path}"

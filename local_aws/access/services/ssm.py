"""Systems Manager: a parameter's ARN has no slash before its name, and a version or label behind it is not its name."""

from __future__ import annotations

from local_aws.access.services.tags import keys, member_keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_OF_TAGS = {
    "Association": "AssociationId",
    "Automation": "AutomationExecutionId",
    "Document": "Name",
    "MaintenanceWindow": "WindowId",
    "ManagedInstance": "ManagedInstance",
    "OpsItem": "OpsItemId",
    "OpsMetadata": "OpsMetadataArn",
    "Parameter": "Parameter",
    "PatchBaseline": "BaselineId",
}
"""Which member names a resource by its type in AddTagsToResource and its kin."""
_KEYS = {"Overwrite": "ssm:Overwrite", "Recursive": "ssm:Recursive", "Policies": "ssm:Policies"}


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of Systems Manager."""
    context = keys(params) | {key: text.lower() for key, text in member_keys(params, _KEYS).items()}
    named = dict(params)
    if operation == "GetParametersByPath":
        named["Parameter"] = _parameter(params["Path"], place)
    elif "Parameter" in operation and operation != "DescribeParameters":
        named["Parameter"] = [_parameter(name, place) for name in params.get("Names") or [params.get("Name", "")]]
    elif params.get("ResourceType") in _OF_TAGS and "ResourceId" in params:
        member, name = _OF_TAGS[params["ResourceType"]], params["ResourceId"]
        named[member] = _parameter(name, place) if member == "Parameter" else name
    instances = params.get("InstanceIds") or [params.get("InstanceId") or params.get("Target") or ""]
    named["ManagedInstance"] = [name for name in instances if name.startswith("mi-")] or named.get("ManagedInstance")
    named["Instance"] = [name for name in instances if name and not name.startswith("mi-")]
    return tagging("AddTagsToResource", Asked(operation, named, context))


def _parameter(name: str, place: Place) -> str:
    """The ARN of a parameter by its name or ARN, without the version or label that may follow."""
    if name.startswith("arn:"):
        name = name.partition(":parameter")[2]
    return place.arn("ssm", f"parameter/{name.partition(':')[0].removeprefix('/')}")

"""CloudWatch Logs: a group's ARN in policies goes on to its streams, as in `log-group:/aws/lambda/f:log-stream:`.

Source: CloudWatch Logs user guide, "Identity-based policies": all actions but those on tags take the group's ARN with
`:*`, and recorded refusals, which name an empty stream.
"""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_GROUPS = ("logGroupName", "logGroupIdentifier", "logGroupNames", "logGroupIdentifiers", "logGroupArnList")
_WITHOUT_GROUP = (
    *("Delivery", "Destination", "Lookup", "Scheduled", "AnomalyDetector", "Anomal", "Integration", "Import"),
    *("QueryDefinition", "AccountPolic", "ResourcePolic", "TestTransformer", "TestMetricFilter", "StorageTier"),
)


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of CloudWatch Logs."""
    context = keys(params)
    arn = params.get("resourceArn") or params.get("resourceIdentifier")
    if arn and "resourceArn" in params and operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        return [Asked(operation, params, context, [arn.removesuffix(":*")])]
    groups = [group for name in _GROUPS for group in _listed(params.get(name))]
    if not groups and arn and ":log-group:" in arn:
        groups = [arn]
    if "Scheduled" in operation or (not groups and any(word in operation for word in _WITHOUT_GROUP)):
        return tagging("TagResource", Asked(operation, params, context))
    stream = params.get("logStreamName", "")
    resources = [place.arn("logs", f"log-group:{_name(group)}:log-stream:{stream}") for group in groups or [""]]
    if "destinationArn" in params and ":logs:" in params["destinationArn"]:
        resources.append(params["destinationArn"])
    return tagging("TagResource", Asked(operation, params, context, resources))


def _name(group: str) -> str:
    """A group's name where it may be given by ARN."""
    return group.rpartition(":log-group:")[2].removesuffix(":*") if group.startswith("arn:") else group


def _listed(value: str | list[str] | None) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []

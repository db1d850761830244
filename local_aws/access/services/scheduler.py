"""EventBridge Scheduler: a schedule is named together with its group."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of EventBridge Scheduler."""
    base = f"arn:aws:scheduler:{place.region}:{place.account}"
    resources = None
    if operation.endswith("ScheduleGroup"):
        resources = [f"{base}:schedule-group/{params['Name']}"]
    elif operation.endswith("Schedule"):
        resources = [f"{base}:schedule/{params.get('GroupName') or 'default'}/{params['Name']}"]
    elif "ResourceArn" in params:
        resources = [params["ResourceArn"]]
    return tagging("TagResource", Asked(operation, params, keys(params), resources))

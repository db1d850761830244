"""SageMaker: what is made with tags needs the right to tag, and jobs bring the keys that rules on instances read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_ACTIONS = {"InvokeEndpointWithBidirectionalStream": "InvokeEndpointWithResponseStream"}


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of SageMaker."""
    context = keys(params)
    instances = list(_instances(params))
    if instances:
        context["sagemaker:InstanceTypes"] = instances
    return tagging("AddTags", Asked(_ACTIONS.get(operation, operation), params, context))


def _instances(value: Any) -> Iterator[str]:
    """The instance types that a request asks for, wherever it does."""
    if isinstance(value, list):
        for item in value:
            yield from _instances(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "InstanceType" and isinstance(item, str):
                yield item
            else:
                yield from _instances(item)

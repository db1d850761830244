"""A job's description as a `.sync` state hands it on.

AWS gives the SDK's object for the Describe answer, turned to JSON: every absent member is null, times are
milliseconds since 1970, and enumerated values are names of Java constants. All of that follows from the model,
but for what the tables below hold; both come from a recorded execution.
"""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel, Shape

from local_aws.states.integrations.apis import upper_snake
from local_aws.states.integrations.shapes import epoch_milliseconds

_KEPT_ENDINGS = ("Status", "InstanceType")
"""Enumerations whose values stay as the API has them."""
_WITHOUT_UNDERSCORES = {"ProcessingS3DataDistributionType"}
_LOST = {("ProcessingS3CompressionType", "None")}
"""Values that come out as null."""


def described(operation: OperationModel, description: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """The result of a job that has ended.

    Args:
        operation: the Describe operation.
        description: its answer.
        tags: the job's tags.
    """
    result = _expanded(description, operation.output_shape)
    return {
        "SdkResponseMetadata": None,
        "SdkHttpMetadata": None,
        **result,
        "Tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _expanded(value: Any, shape: Shape) -> Any:
    if value is None:
        return None
    if shape.type_name == "structure":
        return {name: _expanded(value.get(name), member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [_expanded(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {name: _expanded(item, shape.value) for name, item in value.items()}
    if shape.type_name == "timestamp":
        return epoch_milliseconds(value)
    if shape.type_name == "string" and getattr(shape, "enum", None):
        return _constant(value, shape.name)
    return value


def _constant(value: str, enumeration: str) -> str | None:
    if enumeration.endswith(_KEPT_ENDINGS):
        return value
    if (enumeration, value) in _LOST:
        return None
    return value.upper() if enumeration in _WITHOUT_UNDERSCORES else upper_snake(value)

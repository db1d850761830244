"""What SNS says of a topic's ARN that is none; moto would say it in Python's words, or break down.

The sentences are those of public bug reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws.call import ApiError

_MEMBERS = ("TopicArn", "TargetArn")
_ELEMENTS = 6


def require_topic(operation: OperationModel, params: Mapping[str, Any]) -> None:
    """Raise where a call to SNS names its topic by what is no ARN, or publishes to nothing.

    Raises:
        ApiError: `InvalidParameter`.
    """
    if operation.name == "Publish" and not {*_MEMBERS, "PhoneNumber"} & params.keys():
        raise _invalid("TopicArn or TargetArn", "no value for required parameter")
    for name in _MEMBERS:
        count = len(params.get(name, ":" * _ELEMENTS).split(":"))
        if count < _ELEMENTS:
            raise _invalid(name, f"An ARN must have at least {_ELEMENTS} elements, not {count}")


def _invalid(name: str, reason: str) -> ApiError:
    return ApiError("InvalidParameter", f"Invalid parameter: {name} Reason: {reason}")

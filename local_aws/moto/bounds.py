"""What moto would take as it comes, and stop for: texts that it runs its own regular expressions on, or as one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from botocore.model import OperationModel

from local_aws import wire
from local_aws.call import ApiError

_EXPRESSION_BYTES = 4096
"""Of each expression of DynamoDB (developer guide, "Expressions in DynamoDB", limits)."""


_HOLDING_EXPRESSIONS = {"ConditionCheck", "Delete", "Get", "Put", "TransactItems", "Update"}


def bounded(operation: OperationModel, params: dict[str, Any], request: wire.Request) -> wire.Request:
    """A call as moto may see it.

    Args:
        params: what the request says.

    Raises:
        ApiError: `ValidationException`, an expression is longer than DynamoDB takes.
    """
    service = operation.service_model.service_name
    if service == "dynamodb":
        _require_short_expressions(params)
    if (service, operation.name) == ("sqs", "ListQueues") and "QueueNamePrefix" in params:
        # Moto puts the prefix into a regular expression. What can't stand in a queue's name begins none.
        escaped = params | {"QueueNamePrefix": re.escape(params["QueueNamePrefix"])}
        return replace(request, body=json.dumps(escaped).encode())
    return request


def _require_short_expressions(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _require_short_expressions(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.endswith("Expression") and isinstance(item, str):
                _require_short(name, item)
            elif name in _HOLDING_EXPRESSIONS:
                _require_short_expressions(item)


def _require_short(name: str, text: str) -> None:
    size = len(text.encode())
    if size > _EXPRESSION_BYTES:
        message = f"Invalid {name}: Expression size has exceeded the maximum allowed size; expression size: {size}"
        raise ApiError("ValidationException", message, 400)

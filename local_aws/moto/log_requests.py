"""What CloudWatch Logs refuses of a request and moto takes: broken filter patterns, retentions, batches too long.

Source: Amazon CloudWatch Logs API reference, PutMetricFilter, PutRetentionPolicy, PutLogEvents; the sentences are
those of public bug reports. Of a retention's, the value is the plain reading: reports quote it with and without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws.call import ApiError
from local_aws.logs.filter_pattern import Pattern, PatternError, compile_pattern

_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_BATCH_MILLISECONDS = 24 * 3600 * 1000


def require_log_request(operation: OperationModel, params: Mapping[str, Any]) -> None:
    """Raise where a call to CloudWatch Logs asks for what there can't be.

    Raises:
        ApiError: `InvalidParameterException`.
    """
    if operation.name == "PutLogEvents":
        _require_one_day(params["logEvents"])
    elif operation.name == "PutRetentionPolicy":
        _require_retention(params["retentionInDays"])
    elif "filterPattern" in params:
        filter_pattern(params["filterPattern"])


def filter_pattern(text: str) -> Pattern:
    """The filter pattern that a request brings.

    Raises:
        ApiError: `InvalidParameterException`, it is none.
    """
    try:
        return compile_pattern(text)
    except PatternError as error:
        raise ApiError("InvalidParameterException", str(error)) from error


def _require_retention(days: int) -> None:
    if days not in _RETENTIONS:
        values = ", ".join(map(str, _RETENTIONS))
        message = (
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{values}]"
        )
        raise ApiError("InvalidParameterException", message)


def _require_one_day(events: list[dict[str, Any]]) -> None:
    """Of a batch in the order of its times, as AWS wants it; moto sees to that order."""
    if events and events[-1]["timestamp"] - events[0]["timestamp"] > _BATCH_MILLISECONDS:
        message = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        raise ApiError("InvalidParameterException", message)

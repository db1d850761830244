"""The log groups and streams that a request names, as the operations on their events find them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.moto.log_events import streams_of

PAGE_EVENTS, PAGE_BYTES = 10_000, 1_048_576
"""What a page of log events holds at most (API reference, FilterLogEvents and GetLogEvents)."""


def group_name(identifier: str) -> str:
    """The name of a log group from its name or its ARN (which may end with `:*`)."""
    name = identifier.partition(":log-group:")[2] if identifier.startswith("arn:") else identifier
    return name.removesuffix(":*")


def group_named(params: Mapping[str, Any]) -> str:
    """The name of the log group that a call means, by one of two members.

    Raises:
        ApiError: `InvalidParameterException`.
    """
    if ("logGroupName" in params) == ("logGroupIdentifier" in params):
        message = "Exactly one of logGroupName and logGroupIdentifier must be specified."
        raise ApiError("InvalidParameterException", message)
    return group_name(params.get("logGroupName") or params["logGroupIdentifier"])


def streams_in(call: Call, group: str) -> list[str]:
    """The names of a group's streams.

    Raises:
        ApiError: `ResourceNotFoundException`.
    """
    streams = streams_of(group, call.region)
    if streams is None:
        raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
    return streams

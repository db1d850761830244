"""The log groups and streams that a request names, as the operations on their events find them."""

from __future__ import annotations

from local_aws.call import ApiError, Call
from local_aws.moto.log_events import streams_of


def group_name(identifier: str) -> str:
    """The name of a log group from its name or its ARN (which may end with `:*`)."""
    name = identifier.partition(":log-group:")[2] if identifier.startswith("arn:") else identifier
    return name.removesuffix(":*")


def streams_in(call: Call, group: str) -> list[str]:
    """The names of a group's streams.

    Raises:
        ApiError: `ResourceNotFoundException`.
    """
    streams = streams_of(group, call.region)
    if streams is None:
        raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
    return streams

"""The subscription filters of log groups as moto keeps them, and what comes of new log events: whoever is told.

Moto sends every event to a filter's destination, whatever the pattern says, and knows destinations of its own alone.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

from local_aws import ACCOUNT
from local_aws.call import ApiError
from local_aws.logs.filter_pattern import PatternError, compile_pattern

_MOST = 2
"""Of a log group."""
_pattern = functools.lru_cache(maxsize=256)(compile_pattern)


class Subscribed(NamedTuple):
    """Log events that a subscription filter means, each with `id`, `timestamp` and `message`."""

    group: str
    stream: str
    filter_name: str
    destination_arn: str
    events: list[dict[str, Any]]


_deliver: dict[str, Callable[[Subscribed], None]] = {}


def tell(region: str, deliver: Callable[[Subscribed], None]) -> None:
    """Have what a region's subscription filters mean be delivered. `deliver` returns at once."""
    _deliver[region] = deliver


def put_filter(region: str, group: str, name: str, pattern: str, destination_arn: str, role_arn: str | None) -> None:
    """Give a group that is there a subscription filter, or put it in place of the one of its name.

    Raises:
        ApiError: `LimitExceededException`.
    """
    models: Any = importlib.import_module("moto.logs.models")
    found = models.logs_backends[ACCOUNT][region].groups[group]
    if name not in found.subscription_filters and len(found.subscription_filters) == _MOST:
        raise ApiError("LimitExceededException", "Resource limit exceeded.")
    found.put_subscription_filter(name, pattern, destination_arn, role_arn)


def install() -> None:
    """Have moto's CloudWatch Logs tell of them. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.logs.models")
    models.LogStream._send_log_events = _tell


def _tell(stream: Any, service: str, destination_arn: str, filter_name: str, log_events: list[dict[str, Any]]) -> None:
    group, deliver = stream.log_group, _deliver.get(stream.region)
    if deliver is None:
        return
    pattern = _pattern(group.subscription_filters[filter_name].filter_pattern)
    meant = [event for event in log_events if _means(pattern, event["message"])]
    if meant:
        deliver(Subscribed(group.name, stream.log_stream_name, filter_name, destination_arn, meant))


def _means(pattern: Any, message: str) -> bool:
    try:
        return bool(pattern.matches(message))
    except PatternError:  # its regular expression takes too long on this one
        return False

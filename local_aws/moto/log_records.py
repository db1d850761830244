"""Log groups, streams and metric filters as CloudWatch Logs keeps and tells them where moto doesn't.

A metric filter is put in place of the group's one of its name, and goes with its group; the same holds of the two
subscription filters that a group may have. Of a stream, AWS has told no stored bytes since 2019.
Source: Amazon CloudWatch Logs API reference, PutMetricFilter, PutSubscriptionFilter, LogGroup, LogStream.
"""

from __future__ import annotations

import importlib
import time
from typing import Any

from local_aws import ACCOUNT
from local_aws.moto import log_subscriptions


def install() -> None:
    """Have moto's CloudWatch Logs keep them so. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.logs.models")
    if getattr(models.MetricFilters.add_filter, "of_ours", False):
        return
    _install_metric_filters(models)
    _install_groups(models)
    _install_streams(models)
    log_subscriptions.install()


def _install_metric_filters(models: Any) -> None:
    backend = models.LogsBackend
    put, delete, delete_group = backend.put_metric_filter, backend.delete_metric_filter, backend.delete_log_group

    def add_filter(self: Any, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any) -> None:
        self.delete_filter(filter_name, log_group_name)
        made = {
            "filterName": filter_name,
            "filterPattern": filter_pattern,
            "logGroupName": log_group_name,
            "metricTransformations": transformations,
            "creationTime": time.time_ns() // 1_000_000,
        }
        self.metric_filters = sorted([*self.metric_filters, made], key=lambda one: str(one["filterName"]))

    def put_metric_filter(self: Any, name: str, pattern: str, group: str, transformations: Any) -> None:
        if group not in self.groups:
            raise models.ResourceNotFoundException
        put(self, name, pattern, group, transformations)

    def delete_metric_filter(self: Any, filter_name: str, log_group_name: str) -> None:
        if log_group_name not in self.groups:
            raise models.ResourceNotFoundException
        if filter_name not in _names_of(self, log_group_name):
            raise models.ResourceNotFoundException("The specified metric filter does not exist.")
        delete(self, filter_name, log_group_name)

    def delete_log_group(self: Any, log_group_name: str) -> None:
        delete_group(self, log_group_name)
        for name in _names_of(self, log_group_name):
            delete(self, name, log_group_name)

    add_filter.of_ours = True  # type: ignore[attr-defined] # a mark for the next call
    models.MetricFilters.add_filter = add_filter
    backend.put_metric_filter, backend.delete_metric_filter = put_metric_filter, delete_metric_filter
    backend.delete_log_group = delete_log_group


def _names_of(backend: Any, group: str) -> list[str]:
    return [one["filterName"] for one in backend.filters.get_matching_filters(log_group_name=group)]


def _install_groups(models: Any) -> None:
    errors: Any = importlib.import_module("moto.logs.exceptions")
    group = models.LogGroup
    describe, put_filter = group.to_describe_dict, group.put_subscription_filter
    create_stream = group.create_log_stream

    def to_describe_dict(self: Any) -> dict[str, Any]:
        count = len(_names_of(models.logs_backends[ACCOUNT][self.region], self.name))
        return {**describe(self), "metricFilterCount": count, "logGroupClass": "STANDARD"}

    def put_subscription_filter(self: Any, filter_name: str, *how: Any) -> None:
        if filter_name in self.subscription_filters:
            self.subscription_filters[filter_name].update(*how)
        else:
            put_filter(self, filter_name, *how)

    def create_log_stream(self: Any, log_stream_name: str) -> None:
        if log_stream_name in self.streams:
            raise errors.LogsClientError("ResourceAlreadyExistsException", "The specified log stream already exists")
        create_stream(self, log_stream_name)

    group.to_describe_dict, group.put_subscription_filter = to_describe_dict, put_subscription_filter
    group.create_log_stream = create_log_stream


def _install_streams(models: Any) -> None:
    stream = models.LogStream
    describe = stream.to_describe_dict
    stream.to_describe_dict = lambda self: {**describe(self), "storedBytes": 0}
    stream._update = _note_times


def _note_times(stream: Any) -> None:
    """Note when a stream's first and last event were, of those that came since: moto looks through all each time."""
    start = getattr(stream, "noted", 0)
    times = [event.timestamp for event in stream.events[start:]]
    if not times:
        return
    known = [stream.first_event_timestamp, stream.last_event_timestamp] if start else []
    stream.first_event_timestamp, stream.last_event_timestamp = min(known + times), max(known + times)
    stream.noted = start + len(times)

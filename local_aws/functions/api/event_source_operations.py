"""Operations on event source mappings. A queue of SQS is the one source that is here.

Source: Lambda's API reference, and answers recorded on AWS as public emulators quote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local_aws.call import ApiError, Call, not_there
from local_aws.event_pattern import PatternError, compiled
from local_aws.functions.api.foundation import MAPPINGS, LambdaFoundation
from local_aws.functions.configuration import invalid
from local_aws.functions.event_sources.mapping import Mapping
from local_aws.functions.event_sources.pollers import Pollers
from local_aws.functions.names import parse
from local_aws.functions.registry import Function
from local_aws.house import Host, Records, Shelf

_QUEUE = re.compile(r"arn:aws[\w-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?")
_SETTINGS = {
    *("UUID", "EventSourceArn", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "ScalingConfig", "Tags"),
    *("MaximumBatchingWindowInSeconds", "FunctionResponseTypes"),
}
_OF_OTHER_SOURCES = {
    *("StartingPosition", "StartingPositionTimestamp", "ParallelizationFactor", "TumblingWindowInSeconds"),
    *("BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "DestinationConfig"),
    *("Topics", "Queues", "SourceAccessConfigurations", "SelfManagedEventSource", "DocumentDBEventSourceConfig"),
    *("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"),
}
"""Members for streams, brokers and clusters, which AWS doesn't take for a queue."""
_RIGHTS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_LARGEST_BATCH, _LARGEST_FIFO_BATCH, _MOST_FILTERS = 10_000, 10, 5


class EventSourceOperations(LambdaFoundation):
    """CreateEventSourceMapping to ListEventSourceMappings."""

    _pollers: Pollers

    def __init__(self, host: Host):
        super().__init__(host)
        self._mappings: dict[str, Mapping] = {}

    def shelves(self) -> Iterable[Shelf]:
        return (*super().shelves(), Records(self.host.kind(MAPPINGS), self._kept, self._put_back))

    def resumed(self) -> None:
        super().resumed()
        for mapping in self._mappings.values():
            if mapping.enabled:
                self._pollers.start(mapping)

    # ---- the API -------------------------------------------------------------------------------------

    def create_event_source_mapping(self, call: Call, **params: Any) -> dict[str, Any]:
        """Have a function invoked with what is in a queue."""
        source = params.get("EventSourceArn")
        if source is None:
            raise invalid("Unrecognized event source.")
        if _QUEUE.fullmatch(source) is None:
            raise not_there(f"the event source {source}")
        _refuse_unhonoured("CreateEventSourceMapping", params)
        function, name = self._function(params)
        self._registry.get_version(name)
        mapping = Mapping(
            source,
            function.name,
            name.qualifier,
            function.arn(name.qualifier),
            params.get("BatchSize", 10),
            params.get("MaximumBatchingWindowInSeconds", 0),
            tags=params.get("Tags", {}),
            enabled=params.get("Enabled", True),
        )
        self._apply(mapping, params)
        self._check_queue(mapping, function)
        with self._registry.lock:
            self._check_only(mapping)
            self._mappings[mapping.uuid] = mapping
        answer = self._shown(mapping)
        self._later_in(mapping, "Enabled" if mapping.enabled else "Disabled")
        return answer

    def update_event_source_mapping(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change how a queue is read, or by which function."""
        mapping = self._mapping(params)
        _refuse_unhonoured("UpdateEventSourceMapping", params)
        self._check_at_rest(mapping)
        if "FunctionName" in params:
            function, name = self._function(params)
            self._registry.get_version(name)
            mapping.function, mapping.qualifier = function.name, name.qualifier
            mapping.function_arn = function.arn(name.qualifier)
        mapping.batch_size = params.get("BatchSize", mapping.batch_size)
        mapping.window = params.get("MaximumBatchingWindowInSeconds", mapping.window)
        self._apply(mapping, params)
        self._check_queue(mapping, self._registry.get(parse(mapping.function)))
        was, mapping.enabled = mapping.enabled, params.get("Enabled", mapping.enabled)
        mapping.modified = datetime.now(UTC)
        changes = {(False, True): "Enabling", (True, False): "Disabling"}
        mapping.state = changes.get((was, mapping.enabled), "Updating")
        self._pollers.stop(mapping)
        answer = self._shown(mapping)
        self._later_in(mapping, "Enabled" if mapping.enabled else "Disabled")
        return answer

    def delete_event_source_mapping(self, call: Call, **params: Any) -> dict[str, Any]:
        """Read a queue no more."""
        mapping = self._mapping(params)
        self._check_at_rest(mapping)
        mapping.state = "Deleting"
        self._pollers.stop(mapping)
        answer = self._shown(mapping)
        self._later_in(mapping, None)
        return answer

    def get_event_source_mapping(self, call: Call, **params: Any) -> dict[str, Any]:
        """A mapping."""
        return self._shown(self._mapping(params))

    def list_event_source_mappings(self, call: Call, **params: Any) -> dict[str, Any]:
        """All mappings, or those of a queue, or of a function."""
        found = list(self._mappings.values())
        if "FunctionName" in params:
            function, name = self._function(params)
            found = [one for one in found if one.function_arn == function.arn(name.qualifier)]
        if "EventSourceArn" in params:
            found = [one for one in found if one.source_arn == params["EventSourceArn"]]
        page, marker = self._page([self._shown(one) for one in found], params)
        return {"EventSourceMappings": page, **marker}

    # ---- checks --------------------------------------------------------------------------------------

    def _mapping(self, params: dict[str, Any]) -> Mapping:
        if params["UUID"] not in self._mappings:
            raise ApiError("ResourceNotFoundException", "The resource you requested does not exist.", 404, Type="User")
        return self._mappings[params["UUID"]]

    def _shown(self, mapping: Mapping) -> dict[str, Any]:
        return mapping.shape(self.host.region, self.host.account)

    def _apply(self, mapping: Mapping, params: dict[str, Any]) -> None:
        if "FilterCriteria" in params:
            mapping.filters = _patterns(params["FilterCriteria"])
        if "FunctionResponseTypes" in params:
            mapping.response_types = params["FunctionResponseTypes"]
        if "ScalingConfig" in params:
            mapping.maximum_concurrency = params["ScalingConfig"].get("MaximumConcurrency")
        _check_batch(mapping)

    def _check_only(self, mapping: Mapping) -> None:
        for other in self._mappings.values():
            if (other.source_arn, other.function_arn) == (mapping.source_arn, mapping.function_arn):
                message = (
                    f'An event source mapping with SQS arn (" {mapping.source_arn} ") and function (" '
                    f'{mapping.function} ") already exists. Please update or delete the existing mapping with UUID '
                    f"{other.uuid}"
                )
                raise ApiError("ResourceConflictException", message, 409, Type="User")

    def _check_at_rest(self, mapping: Mapping) -> None:
        if mapping.state not in ("Enabled", "Disabled"):
            message = "Cannot update the event source mapping because it is in use."
            raise ApiError("ResourceInUseException", message, 400, Type="User")

    def _check_queue(self, mapping: Mapping, function: Function) -> None:
        """Refuse a queue that isn't there, that the role may not read, or that shows messages again too early."""
        role, source = function.latest.role, mapping.source_arn
        for right in _RIGHTS:
            if not self.host.roles.role_may(role, f"sqs:{right}", source):
                raise invalid(f"The provided execution role does not have permissions to call {right} on SQS")
        sqs = self.host.roles.admin_client("sqs")
        url = f"{self.host.endpoint_url}/{source.split(':')[4]}/{mapping.queue_name}"
        try:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        except ClientError as error:
            cause = error.response["Error"]
            raise invalid(
                f"Error occurred while ReceiveMessage. SQS Error Code: {cause['Code']}. "
                f"SQS Error Message: {cause.get('Message', '')}"
            ) from error
        visibility, timeout = int(found["Attributes"]["VisibilityTimeout"]), function.latest.timeout
        if visibility < timeout:
            raise invalid(
                f"Queue visibility timeout: {visibility} seconds is less than Function timeout: {timeout} seconds"
            )

    # ---- life ----------------------------------------------------------------------------------------

    def _later_in(self, mapping: Mapping, state: str | None) -> None:
        """Let a mapping come to its state in a while; None for one that is then gone."""

        def settle() -> None:
            if state is None:
                self._mappings.pop(mapping.uuid, None)
            else:
                mapping.state = state
                if state == "Enabled":
                    self._pollers.start(mapping)
            self.host.changed(MAPPINGS, mapping.uuid)

        self.host.changed(MAPPINGS, mapping.uuid)
        self._later(settle)

    def _kept(self, identity: str) -> dict[str, Any] | None:
        mapping = self._mappings.get(identity)
        if mapping is None or mapping.state == "Deleting":
            return None
        return {field.name: getattr(mapping, field.name) for field in fields(mapping)}

    def _put_back(self, identity: str, data: dict[str, Any]) -> None:
        self._mappings[identity] = Mapping(**(data | {"state": "Enabled" if data["enabled"] else "Disabled"}))


def _refuse_unhonoured(operation: str, params: dict[str, Any]) -> None:
    for member in sorted(params.keys() & _OF_OTHER_SOURCES):
        raise invalid(f"Unsupported {member} parameter for given event source mapping type.")
    for member in sorted(params.keys() - _SETTINGS):
        raise not_there(f"{member} of {operation}")


def _patterns(criteria: dict[str, Any]) -> list[str]:
    texts = [each.get("Pattern", "") for each in criteria.get("Filters", [])]
    if len(texts) > _MOST_FILTERS:
        raise invalid("The number of filters exceeds the limit of 5.")
    for text in texts:
        try:
            compiled(text)
        except PatternError:
            raise invalid("Invalid filter pattern definition.") from None
    return texts


def _check_batch(mapping: Mapping) -> None:
    is_fifo = mapping.source_arn.endswith(".fifo")
    if is_fifo and mapping.window:
        raise invalid("Batching window is not supported for FIFO queues.")
    largest = _LARGEST_FIFO_BATCH if is_fifo else _LARGEST_BATCH
    if mapping.batch_size > largest:
        raise invalid(f"Batch size must be less than or equal to {largest}.")
    if mapping.batch_size > _LARGEST_FIFO_BATCH and not mapping.window:
        raise invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")

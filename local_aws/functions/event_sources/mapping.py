"""The record of an event source mapping."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MANUAL = "USER_INITIATED"


@dataclass
class Mapping:
    """A queue and the function that is invoked with its messages.

    Attributes:
        function, qualifier: the function, and the version or alias that was named with it.
        function_arn: with the qualifier.
        filters: the texts of its patterns.
        response_types: `ReportBatchItemFailures`, or nothing.
        maximum_concurrency: how many invocations it has at once, None for no limit of its own.
        destination: of a filter's, failure's and the like; always empty for a queue.
        state: Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting.
    """

    source_arn: str
    function: str
    qualifier: str | None
    function_arn: str
    batch_size: int
    window: int
    filters: Sequence[str] = ()
    response_types: Sequence[str] = ()
    maximum_concurrency: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    enabled: bool = True
    state: str = "Creating"
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def queue_name(self) -> str:
        """The name of the queue."""
        return self.source_arn.rpartition(":")[2]

    def arn(self, region: str, account: str) -> str:
        """The mapping's own ARN."""
        return f"arn:aws:lambda:{region}:{account}:event-source-mapping:{self.uuid}"

    def shape(self, region: str, account: str) -> dict[str, Any]:
        """What the operations on it answer."""
        shape: dict[str, Any] = {
            "UUID": self.uuid,
            "BatchSize": self.batch_size,
            "MaximumBatchingWindowInSeconds": self.window,
            "EventSourceArn": self.source_arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.modified,
            "State": self.state,
            "StateTransitionReason": MANUAL,
            "FunctionResponseTypes": list(self.response_types),
            "EventSourceMappingArn": self.arn(region, account),
        }
        if self.filters:
            shape["FilterCriteria"] = {"Filters": [{"Pattern": text} for text in self.filters]}
        if self.maximum_concurrency is not None:
            shape["ScalingConfig"] = {"MaximumConcurrency": self.maximum_concurrency}
        return shape

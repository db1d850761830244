"""What EventBridge is told when the state of a job or an endpoint changes.

The detail is what Describe answers, its times in epoch milliseconds. An endpoint's states are written as constants
are. Source: "Events that Amazon SageMaker AI sends to Amazon EventBridge", SageMaker developer guide.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from local_aws.announcer import News
from local_aws.house import Host
from local_aws.sagemaker.collection import Record

_STATES = {
    "processing-job": ("SageMaker Processing Job State Change", ("ProcessingJobStatus",)),
    "training-job": ("SageMaker Training Job State Change", ("TrainingJobStatus", "SecondaryStatus")),
    "transform-job": ("SageMaker Transform Job State Change", ("TransformJobStatus",)),
    "endpoint": ("SageMaker Endpoint State Change", ("EndpointStatus",)),
}


def announce(host: Host, record: Record) -> None:
    """Have EventBridge told of a record that has just begun, and of each change of its state from now on."""
    kind = record.arn.split(":", 5)[5].partition("/")[0]
    detail_type, members = _STATES[kind]

    def tell() -> None:
        description = record.describe()
        host.announcer.tell(
            host.region,
            lambda: News(host.region, "sagemaker", detail_type, (record.arn,), _detail(description)),
        )

    record.watch(members, tell)
    tell()


def _detail(description: dict[str, Any]) -> dict[str, Any]:
    detail = {name: _plain(value) for name, value in description.items()}
    if "EndpointStatus" in detail:
        detail["EndpointStatus"] = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", detail["EndpointStatus"]).upper()
    return detail


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value

"""An execution's events in CloudWatch Logs, as a machine's logging configuration asks for them.

Source: "Using CloudWatch Logs to log execution history", AWS Step Functions developer guide, for the levels; the form
of an event is that of deliveries recorded on AWS in July 2024. What has no level of its own there is an error where
its name says so. AWS delivers by a service of its own, not under the machine's role, and so is it done here.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.house import Host
from local_aws.logs.writer import Destination, LogStream
from local_aws.states.running.history import Event
from local_aws.states.running.program import Program

_FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_ERROR_ENDINGS = ("Failed", "TimedOut", "Aborted")
_DELIVERY = "delivery.logs.amazonaws.com"


def delivery(
    host: Host, program: Program, execution_arn: str, redrive_count: Callable[[], int]
) -> Callable[[Event], None] | None:
    """What is to be told every event of an execution; None where nothing is logged.

    Args:
        redrive_count: how often the execution has been redriven, at the moment of asking.
    """
    level, destinations = program.logging["level"], program.logging.get("destinations")
    if level == "OFF" or not destinations:
        return None
    group_arn = destinations[0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    group = group_of(group_arn)
    minute = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M")
    machine = program.arn.rpartition(":stateMachine:")[2].partition("/")[0]
    name = f"states/{machine}/{minute}/{secrets.token_hex(4)}"
    stream = LogStream(host.logs, Destination(group, name, None, _DELIVERY, "states"))
    with_data = program.logging.get("includeExecutionData", False)

    def deliver(event: Event) -> None:
        if _is_wanted(event.type, level):
            text = json.dumps(_logged(event, execution_arn, redrive_count(), with_data), ensure_ascii=False)
            stream.write(text, int(event.timestamp * 1000))

    return deliver


def group_of(arn: str) -> str:
    """The name of a log group, from its ARN as a logging configuration has it (`…:log-group:name:*`)."""
    return arn.partition(":log-group:")[2].removesuffix(":*")


def _is_wanted(event_type: str, level: str) -> bool:
    if level == "ALL" or event_type in _FATAL:
        return True
    return level == "ERROR" and (event_type.endswith(_ERROR_ENDINGS) or event_type == "FailStateEntered")


def _logged(event: Event, execution_arn: str, redrive_count: int, with_data: bool) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "details": event.shown_details(with_data),
        "redrive_count": str(redrive_count),
        "previous_event_id": str(event.previous),
        "event_timestamp": str(int(event.timestamp * 1000)),
        "execution_arn": execution_arn,
    }

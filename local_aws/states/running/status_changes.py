"""What EventBridge is told when the status of an execution changes.

Executions of type STANDARD alone are told of. Input and output are left out where they are too large together for an
event. Source: "Automating Step Functions event delivery with EventBridge", AWS Step Functions developer guide, and
events recorded on AWS in February 2024.
"""

from __future__ import annotations

from typing import Any

from local_aws.announcer import News
from local_aws.states.document import Document

_LARGEST = 248 * 1024
"""Characters of input and output together that an event takes ("Execution input and output", the guide)."""


def status_change(region: str, execution: Any) -> News:
    """The news of an execution's status, as it is now.

    Args:
        execution: a `running.execution.Execution`.
    """
    details = execution.redrive_details()
    size = sum(len(each.text) for each in (execution.input, execution.output) if each is not None)
    included = size <= _LARGEST
    detail = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.program.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": _milliseconds(execution.started),
        "stopDate": _milliseconds(execution.stopped),
        "input": _text(execution.input, included),
        "output": _text(execution.output, included),
        "stateMachineVersionArn": execution.version_arn,
        "stateMachineAliasArn": execution.alias_arn,
        "redriveCount": execution.redrive_count,
        "redriveDate": _milliseconds(execution.redriven),
        "redriveStatus": details["redriveStatus"],
        "redriveStatusReason": details.get("redriveStatusReason"),
        "inputDetails": {"included": included},
        "outputDetails": None if execution.output is None else {"included": included},
        "error": execution.error,
        "cause": execution.cause,
    }
    return News(region, "states", "Step Functions Execution Status Change", (execution.arn,), detail)


def _text(document: Document | None, included: bool) -> str | None:
    return None if document is None or not included else document.text


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)

"""Executions of machines of type EXPRESS: started and forgotten, or run while the caller waits.

Source: "Standard and Express workflow types", AWS Step Functions developer guide, and answers recorded on AWS in the
summer of 2024. Express executions have no history that could be asked for; what they did is in the machine's logs.
"""

from __future__ import annotations

import math
import uuid
from typing import Any

from local_aws.states.api.machines import Startable, moment, present
from local_aws.states.document import Document
from local_aws.states.running.execution import Execution
from local_aws.states.running.surroundings import Engine

_BILLED_MILLISECONDS, _BILLED_MEGABYTES = 100, 64
"""What is billed comes in steps of these. How much memory AWS counts isn't known; the least is shown."""


def new_execution(engine: Engine, found: Startable, name: str, document: Document) -> Execution:
    """An execution that hasn't begun. Names needn't be unique: each has an identifier behind its name."""
    arn = found.machine.arn.replace(":stateMachine:", ":express:", 1)
    return Execution(engine, found.program.as_express(), f"{arn}:{name}:{uuid.uuid4()}", document, name=name)


def described(execution: Execution, included: bool) -> dict[str, Any]:
    """The answer of StartSyncExecution for an execution that has ended."""
    assert execution.stopped is not None
    seconds = execution.stopped - execution.started
    output = execution.output
    return present(
        {
            "executionArn": execution.arn,
            "stateMachineArn": execution.program.arn,
            "name": execution.name,
            "status": execution.status,
            "startDate": moment(execution.started),
            "stopDate": moment(execution.stopped),
            "error": execution.error,
            "cause": execution.cause,
            "input": execution.input.text if included else None,
            "inputDetails": {"included": included},
            "output": output.text if output is not None and included else None,
            "outputDetails": None if output is None else {"included": included},
            "traceHeader": execution.trace_header,
            "billingDetails": {
                "billedDurationInMilliseconds": max(1, math.ceil(seconds * 1000 / _BILLED_MILLISECONDS))
                * _BILLED_MILLISECONDS,
                "billedMemoryUsedInMB": _BILLED_MEGABYTES,
            },
        }
    )

"""A state machine and its executions, as the Execution panel asks for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3

from course.state_machines.execution import Execution

_MOST_LISTED = 50
_SIGNS = {"SUCCEEDED": "✓", "RUNNING": "▶", "FAILED": "✗", "TIMED_OUT": "✗", "ABORTED": "■"}


@dataclass(frozen=True)
class Listed:
    """An execution as the machine's list has it."""

    arn: str
    name: str
    status: str

    @property
    def label(self) -> str:
        return f"{_SIGNS.get(self.status, '')} {self.name} ({in_words(self.status)})"


@dataclass(frozen=True)
class Machine:
    """A state machine as it is now, and its last executions, the newest first."""

    arn: str
    definition: dict[str, Any]
    executions: list[Listed]


class Machines:
    """What the panel does with state machines and their executions, through boto3."""

    def __init__(self) -> None:
        self._states = boto3.client("stepfunctions")
        self._definitions: dict[str, str] = {}

    def read(self, arn: str) -> Machine:
        """A machine, by its own ARN or by that of one of its executions.

        Raises:
            ClientError: there is no such machine or execution, or it may not be read.
        """
        if ":execution:" in arn:
            arn = self._states.describe_execution(executionArn=arn)["stateMachineArn"]
        found = self._states.describe_state_machine(stateMachineArn=arn)
        return Machine(arn, json.loads(found["definition"]), self._executions(arn, found["type"]))

    def start(self, arn: str, input: str) -> str:
        """Start an execution; gives its ARN."""
        return self._states.start_execution(stateMachineArn=arn, input=input)["executionArn"]

    def stop(self, execution_arn: str) -> None:
        """End an execution."""
        self._states.stop_execution(executionArn=execution_arn, cause="stopped in the Execution panel")

    def look(self, execution_arn: str) -> Execution:
        """An execution as it is at this moment."""
        described = self._states.describe_execution(executionArn=execution_arn)
        if execution_arn not in self._definitions:
            found = self._states.describe_state_machine_for_execution(executionArn=execution_arn)
            self._definitions[execution_arn] = found["definition"]
        pages = self._states.get_paginator("get_execution_history").paginate(
            executionArn=execution_arn, PaginationConfig={"PageSize": 1000}
        )
        events = [event for page in pages for event in page["events"]]
        return Execution(described, self._definitions[execution_arn], events)

    def _executions(self, arn: str, type: str) -> list[Listed]:
        # An Express machine keeps no list of its executions.
        if type == "EXPRESS":
            return []
        found = self._states.list_executions(stateMachineArn=arn, maxResults=_MOST_LISTED)["executions"]
        return [Listed(one["executionArn"], one["name"], one["status"]) for one in found]


def in_words(status: str) -> str:
    """A status of Step Functions as words: `timed out`."""
    return status.lower().replace("_", " ")

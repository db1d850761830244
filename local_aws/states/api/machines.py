"""The state machines of the account with their executions: records, and how they are found."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError
from local_aws.states.maps.map_run import MapRuns
from local_aws.states.names import check_arn
from local_aws.states.running.execution import Execution
from local_aws.states.running.program import Program


@dataclass
class StateMachine:
    """A machine.

    Attributes:
        program: what executions that start now will run.
        created: epoch seconds.
        executions: by name; `in_order` holds the same, oldest first.
    """

    name: str
    type: str
    program: Program
    created: float = field(default_factory=time.time)
    status: str = "ACTIVE"
    tags: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    in_order: list[Execution] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return self.program.arn


class Machines:
    """All state machines, and all executions by ARN."""

    def __init__(self, map_runs: MapRuns) -> None:
        self.lock = threading.RLock()
        self._machines: dict[str, StateMachine] = {}
        self._executions: dict[str, Execution] = {}
        self._map_runs = map_runs

    def all(self) -> list[StateMachine]:
        """The machines by name."""
        with self.lock:
            return sorted(self._machines.values(), key=lambda machine: machine.name)

    def add(self, machine: StateMachine) -> None:
        """A machine was created. The lock is held."""
        self._machines[machine.arn] = machine

    def find(self, arn: str) -> StateMachine | None:
        """The machine of an ARN."""
        return self._machines.get(arn)

    def get(self, arn: str) -> StateMachine:
        """The machine of an ARN.

        Raises:
            ApiError: `InvalidArn`, `StateMachineDoesNotExist`.
        """
        check_arn(arn, "stateMachine")
        machine = self._machines.get(arn)
        if machine is None:
            raise ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return machine

    def add_execution(self, machine: StateMachine, execution: Execution) -> None:
        """An execution was started. The lock is held."""
        machine.executions[execution.name] = execution
        machine.in_order.append(execution)
        self._executions[execution.arn] = execution

    def execution(self, arn: str) -> Execution:
        """The execution of an ARN, a child of a map run included.

        Raises:
            ApiError: `InvalidArn`, `ExecutionDoesNotExist`.
        """
        check_arn(arn, "execution", "express")
        execution = self._executions.get(arn) or self._map_runs.child(arn)
        if execution is None:
            raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return execution

    def delete(self, machine: StateMachine) -> None:
        """Take a machine away once its last execution has ended, its executions with it."""
        with self.lock:
            machine.status = "DELETING"
            self.settle(machine)

    def settle(self, machine: StateMachine) -> None:
        """Finish the deletion of a machine, if it is to be deleted and nothing runs any more."""
        with self.lock:
            if machine.status != "DELETING" or any(one.status == "RUNNING" for one in machine.in_order):
                return
            self._machines.pop(machine.arn, None)
            for execution in machine.in_order:
                self._executions.pop(execution.arn, None)
                self._map_runs.forget(execution.arn)

    def running(self) -> list[Execution]:
        """The executions that have not ended."""
        with self.lock:
            return [execution for execution in self._executions.values() if execution.status == "RUNNING"]


def moment(seconds: float | None) -> datetime | None:
    """Epoch seconds as the API's timestamp."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def present(members: dict[str, Any]) -> dict[str, Any]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}

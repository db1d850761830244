"""The state machines of the account with their executions: records, and how they are found."""

from __future__ import annotations

import functools
import threading
import time
import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError
from local_aws.house import Host
from local_aws.lag import Kind
from local_aws.states.api.versions import Alias, Version
from local_aws.states.maps.map_run import MapRuns
from local_aws.states.names import check_arn
from local_aws.states.running.execution import Execution
from local_aws.states.running.program import Program

MACHINES = "states/machines"
"""The kind of records in which machines outlive the process."""


@dataclass
class StateMachine:
    """A machine.

    Attributes:
        program: what it is now.
        runs: what executions that start now run: just after an update that may still be what it was before.
        created: epoch seconds.
        executions: by name; `in_order` holds the same, oldest first. Express executions are in neither.
        is_released: its name may be given again, once nothing runs any more.
        versions: by number, oldest first; `last_version` is the number that was given last, and is never given again.
        aliases: by name, oldest first.
    """

    name: str
    type: str
    program: Program
    runs: Program = field(init=False)
    created: float = field(default_factory=time.time)
    status: str = "ACTIVE"
    tags: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    in_order: list[Execution] = field(default_factory=list)
    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    last_version: int = 0
    is_released: bool = False

    def __post_init__(self) -> None:
        self.runs = self.program

    @property
    def arn(self) -> str:
        return self.program.arn

    def publish(self, description: str | None) -> Version:
        """The version of what the machine is now, a new one where there is none yet. The lock is held."""
        for version in self.versions.values():
            if version.program.revision_id == self.program.revision_id:
                return version
        self.last_version += 1
        version = Version(self.last_version, self.program, description)
        self.versions[version.number] = version
        return version


@dataclass(frozen=True)
class Startable:
    """What an ARN starts: a program of a machine, and by which version and alias it was found."""

    machine: StateMachine
    program: Program
    version: Version | None = None
    alias_arn: str | None = None

    @property
    def version_arn(self) -> str | None:
        return self.version.arn if self.version else None


class Machines:
    """All state machines, and all executions by ARN."""

    def __init__(self, host: Host, map_runs: MapRuns) -> None:
        self._host = host
        self.lock = threading.RLock()
        self._machines: dict[str, StateMachine] = {}
        self._executions: dict[str, Execution] = {}
        self._express: weakref.WeakSet[Execution] = weakref.WeakSet()
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
            raise does_not_exist(arn)
        return machine

    def startable(self, arn: str) -> Startable:
        """What the ARN of a machine, of a version or of an alias starts; an alias chooses by its weights.

        Raises:
            ApiError: `InvalidArn`, `StateMachineDoesNotExist`.
        """
        check_arn(arn, "stateMachine")
        machine = self._machines.get(arn)
        if machine is not None:
            return Startable(machine, machine.runs)
        machine_arn, _, qualifier = arn.rpartition(":")
        machine = self._machines.get(machine_arn)
        if machine is None:
            raise does_not_exist(arn)
        alias = machine.aliases.get(qualifier)
        version_arn = arn if alias is None else alias.choose()
        number = version_arn.rpartition(":")[2]
        version = machine.versions.get(int(number)) if number.isdecimal() else None
        if version is None:
            raise does_not_exist(arn)
        return Startable(machine, version.program, version, alias.arn if alias else None)

    def add_execution(self, machine: StateMachine, execution: Execution) -> None:
        """An execution was started. The lock is held."""
        machine.executions[execution.name] = execution
        machine.in_order.append(execution)
        self._executions[execution.arn] = execution
        execution.keep()

    def add_express(self, execution: Execution) -> None:
        """An Express execution is about to run. It is known as long as it runs, and to nobody but the server."""
        self._express.add(execution)

    def find_execution(self, arn: str) -> Execution | None:
        """The execution of an ARN, None where there is none; children of map runs are not among them."""
        return self._executions.get(arn)

    def every(self) -> list[Execution]:
        """All executions, children of map runs apart."""
        with self.lock:
            return list(self._executions.values())

    def execution(self, arn: str) -> Execution:
        """The execution of an ARN, a child of a map run included.

        Raises:
            ApiError: `InvalidArn`, `ExecutionDoesNotExist`.
        """
        check_arn(arn, "execution")
        execution = self._executions.get(arn) or self._map_runs.child(arn)
        if execution is None:
            raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return execution

    def describable(self, arn: str) -> Execution:
        """The same, and a child of type EXPRESS, which can be described and no more.

        Raises:
            ApiError: `InvalidArn`, `ExecutionDoesNotExist`.
        """
        child = self._map_runs.child(arn)
        return self.execution(arn) if child is None else child

    def delete(self, machine: StateMachine) -> None:
        """Take a machine away once its last execution has ended, its executions with it."""
        with self.lock:
            if machine.status == "DELETING":
                return
            machine.status = "DELETING"
        self._host.lag.later(Kind.MACHINE_NAME, machine.arn, functools.partial(self.release, machine))

    def change(self, machine: StateMachine, program: Program) -> None:
        """A machine was updated: executions run the new program, soon. The lock is held."""
        machine.program = program
        self._host.lag.later(Kind.DEFINITION, machine.arn, functools.partial(setattr, machine, "runs", program))

    def settle(self, machine: StateMachine) -> None:
        """Finish the deletion of a machine, if it is to be deleted and nothing runs any more."""
        with self.lock:
            if not machine.is_released or any(one.status == "RUNNING" for one in machine.in_order):
                return
            self._machines.pop(machine.arn, None)
            self._host.changed(MACHINES, machine.arn)
            for execution in machine.in_order:
                self._executions.pop(execution.arn, None)
                execution.keep()
                self._map_runs.forget(execution.arn)

    def release(self, machine: StateMachine) -> None:
        """The name of a machine that is deleted may be given again, once nothing runs any more."""
        machine.is_released = True
        self.settle(machine)

    def running(self) -> list[Execution]:
        """The executions that have not ended."""
        with self.lock:
            known = [*self._executions.values(), *self._express]
            return [execution for execution in known if execution.status == "RUNNING"]


def moment(seconds: float | None) -> datetime | None:
    """Epoch seconds as the API's timestamp."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def present(members: dict[str, Any]) -> dict[str, Any]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def does_not_exist(arn: str) -> ApiError:
    """The error for a machine, version or alias that isn't there."""
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def deleting(arn: str) -> ApiError:
    """The error for a machine that is being deleted."""
    return ApiError("StateMachineDeleting", f"State Machine is being deleted: '{arn}'")


def tags_of(params: dict[str, Any]) -> dict[str, str]:
    """The tags of a request, by key.

    Raises:
        ApiError: `ValidationException`, a tag has no key. The model doesn't require one; no recorded answer shows what
            AWS says then, and this is the plain reading.
    """
    for number, tag in enumerate(params.get("tags", ()), 1):
        if "key" not in tag:
            fault = f"Value null at 'tags.{number}.member.key' failed to satisfy constraint: Member must not be null"
            raise ApiError("ValidationException", f"1 validation error detected: {fault}")
    return {tag["key"]: tag.get("value", "") for tag in params.get("tags", ())}

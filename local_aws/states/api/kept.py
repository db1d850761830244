"""Machines, executions with their histories, map runs and activities as records that outlive the process, and back.

An execution that was running has been aborted, with a cause that says so. What failed, or was aborted, can be redriven:
from the state in which its history ends, which then begins anew, also where branches or iterations of it had succeeded
(AWS goes on with those that hadn't).

Express executions have no records, as on AWS; they are gone with the process.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from local_aws.house import Bytes, Content, Contents, Host, Kept, Records, Shelf
from local_aws.states.api.machines import MACHINES, Machines, StateMachine
from local_aws.states.api.versions import Alias, Route, Version
from local_aws.states.document import Document
from local_aws.states.maps.map_run import MAP_RUNS, MapRun, MapRuns
from local_aws.states.names import activity_arn, machine_arn, machine_of
from local_aws.states.running.activities import Activities, Activity
from local_aws.states.running.execution import EXECUTIONS, HISTORIES, Execution
from local_aws.states.running.history import BLOCK, Event
from local_aws.states.running.program import Program, Workflow
from local_aws.states.running.surroundings import Engine
from local_aws.states.workflow import compile_workflow

ACTIVITIES = "states/activities"
CAUSE = "The embedded AWS ended while this execution was running."


class KeptStates:
    """The shelves of one Step Functions."""

    def __init__(self, engine: Engine, machines: Machines, map_runs: MapRuns, activities: Activities):
        self._engine, self._machines, self._map_runs, self._activities = engine, machines, map_runs, activities

    def shelves(self) -> Iterable[Shelf]:
        """All that is kept."""
        kind, activities = self._engine.host.kind, self._activities
        yield _Machines(kind(MACHINES), self._machines)
        yield _Executions(kind(EXECUTIONS), self._engine, self._machines, self._map_runs)
        yield _Histories(kind(HISTORIES), self._find)
        yield _MapRuns(kind(MAP_RUNS), self._map_runs, self._find)
        yield Records(
            kind(ACTIVITIES),
            lambda arn: _fields(found) if (found := activities.find(arn)) is not None else None,
            lambda _, data: activities.add(Activity(**data)),
        )

    def end(self) -> None:
        """Abort the executions that were running when the process ended."""
        for execution in self._machines.every():
            execution.settle_past(CAUSE)
        for run in self._map_runs.every():
            for child in run.children:
                child.settle_past(CAUSE)
            if run.status == "RUNNING":
                run.end("ABORTED")
        for machine in self._machines.all():
            if machine.status == "DELETING":
                self._machines.release(machine)

    def _find(self, arn: str) -> Execution | None:
        return self._machines.find_execution(arn) or self._map_runs.child(arn)


class _Machines:
    def __init__(self, kind: str, machines: Machines):
        self.kind, self._machines = kind, machines

    def dump(self, name: str) -> Kept | None:
        """A machine with its versions and aliases."""
        machine = self._machines.find(name)
        if machine is None:
            return None
        contents: dict[str, Content] = {}
        data = {
            "name": machine.name,
            "type": machine.type,
            "program": _program(machine.program, contents),
            "created": machine.created,
            "status": machine.status,
            "tags": machine.tags,
            "last_version": machine.last_version,
            "versions": [
                _fields(version) | {"program": _program(version.program, contents)}
                for version in machine.versions.values()
            ],
            "aliases": [
                _fields(alias) | {"routes": [_fields(route) for route in alias.routes]}
                for alias in machine.aliases.values()
            ],
        }
        return Kept(data, contents)

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take a machine back."""
        versions = [Version(**(each | {"program": _read(each["program"], contents)})) for each in data.pop("versions")]
        aliases = [
            Alias(**(each | {"routes": tuple(Route(**route) for route in each["routes"])}))
            for each in data.pop("aliases")
        ]
        machine = StateMachine(**(data | {"program": _read(data["program"], contents)}))
        machine.versions = {version.number: version for version in versions}
        machine.aliases = {alias.name: alias for alias in aliases}
        self._machines.add(machine)


class _Executions:
    """Executions without their histories, children of map runs among them."""

    def __init__(self, kind: str, engine: Engine, machines: Machines, map_runs: MapRuns):
        self.kind = kind
        self._engine, self._machines, self._map_runs = engine, machines, map_runs

    def dump(self, name: str) -> Kept | None:
        """An execution."""
        execution = self._machines.find_execution(name) or self._map_runs.child(name)
        if execution is None:
            return None
        contents: dict[str, Content] = {}
        return Kept(execution.past() | {"program": _program(execution.program, contents)}, contents)

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take an execution back; its history comes later."""
        machine = self._machines.find(machine_of(name))
        execution = Execution(
            self._engine,
            _read(data["program"], contents),
            name,
            Document(text=data["input"]),
            name=data["name"],
            map_run_arn=data["map_run_arn"],
            version_arn=data["version_arn"],
            alias_arn=data["alias_arn"],
            item_count=data["item_count"],
            ended=lambda: None if machine is None else self._machines.settle(machine),
            past=data,
        )
        if execution.map_run_arn is not None:
            self._map_runs.add_child(execution)
        elif machine is not None:
            self._machines.add_execution(machine, execution)


class _Histories:
    """The events of executions, in blocks."""

    def __init__(self, kind: str, find: Callable[[str], Execution | None]):
        self.kind, self._find = kind, find

    def dump(self, name: str) -> Kept | None:
        """A block of events."""
        arn, _, number = name.rpartition("#")
        execution, start = self._find(arn), int(number) * BLOCK
        events = [] if execution is None else execution.log[start : start + BLOCK]
        return Kept([event.plain() for event in events]) if events else None

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put a block of events behind those that came before it."""
        execution = self._find(name.rpartition("#")[0])
        if execution is not None:
            execution.log.put_back(Event.of_plain(event) for event in data)


class _MapRuns:
    def __init__(self, kind: str, map_runs: MapRuns, find: Callable[[str], Execution | None]):
        self.kind, self._map_runs, self._find = kind, map_runs, find

    def dump(self, name: str) -> Kept | None:
        """A map run without its children, which are executions."""
        run = self._map_runs.find(name)
        if run is None:
            return None
        contents: dict[str, Content] = {}
        return Kept(run.past() | {"program": _program(run.program, contents)}, contents)

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take a map run back, with those children that are there."""
        parent = self._find(data["parent"])
        if parent is not None:
            self._map_runs.add(MapRun.of_the_past(parent, _read(data["program"], contents), data))
            self._map_runs.adopt(name)


# ---- programs --------------------------------------------------------------------------------------------


def _program(program: Program, contents: dict[str, Content]) -> dict[str, Any]:
    """A program without its workflow; the definition lies beside the record, once for all that run it."""
    text = program.definition.encode("utf-8", "surrogatepass")
    identity = f"definition-{hashlib.sha256(text).hexdigest()}"
    contents[identity] = Bytes(text)
    kept = _fields(program) | {"definition": identity}
    del kept["workflow"]
    return kept


def _read(data: Mapping[str, Any], contents: Contents) -> Program:
    text = contents.read(data["definition"]).decode("utf-8", "surrogatepass")
    # What a map run's children ran is only shown: they have ended.
    workflow = _compiled(text) if data["label"] is None else _NOTHING
    return Program(**(dict(data) | {"definition": text, "workflow": workflow}))


@functools.lru_cache(maxsize=256)
def _compiled(definition: str) -> Workflow:
    return compile_workflow(json.loads(definition))


_NOTHING = compile_workflow({"StartAt": "Nothing", "States": {"Nothing": {"Type": "Succeed"}}})


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def touched(host: Host, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The records that a call names, and may have changed."""
    arns = [value for value in params.values() if isinstance(value, str)]
    arns += [route["stateMachineVersionArn"] for route in params.get("routingConfiguration", ())]
    if operation == "CreateStateMachine":
        arns.append(machine_arn(host, params["name"]))
    elif operation == "CreateActivity":
        arns.append(activity_arn(host, params["name"]))
    for arn in arns:
        parts = arn.split(":")
        if not arn.startswith("arn:aws:states:") or len(parts) < 7:
            continue
        kind = {"stateMachine": MACHINES, "activity": ACTIVITIES, "mapRun": MAP_RUNS}.get(parts[5])
        if kind is not None:
            # A machine's record holds its versions and aliases.
            yield kind, ":".join(parts[:7]) if kind == MACHINES else arn

"""What happened in an execution, state by state, read from the events of GetExecutionHistory alone.

An event follows from another (`previousEventId`), which is how it is known to which visit of which state it
belongs, even where branches ran side by side (AWS Step Functions API reference, HistoryEvent).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_ENTERED, _EXITED = "StateEntered", "StateExited"
_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_BEGINNINGS = (*_SCHEDULED, "ParallelStateStarted", "MapStateStarted")
_ENDED_RUNS = ("FAILED", "ABORTED", "TIMED_OUT", "SUCCEEDED")
_ITERATIONS = {"Started": "in progress", "Succeeded": "succeeded", "Failed": "failed", "Aborted": "cancelled"}
_WORST_FIRST = ("in progress", "failed", "caught", "cancelled", "succeeded")


@dataclass
class Visit:
    """One visit of an execution to a state. What did not come about is None.

    `arguments` are those of the last try, after evaluation; `assigned` has the variables by name. Data that is
    too long for the history stays the text that the history has of it. `iteration` is the number of the Map's
    iteration that it belongs to, from 0, None outside of one; `iterations` has the status of each, of a Map itself.
    """

    name: str
    type: str
    entered: datetime
    input: Any = None
    parent: Visit | None = field(default=None, repr=False)
    exited: datetime | None = None
    resource: str = ""
    arguments: Any = None
    result: Any = None
    output: Any = None
    assigned: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    cause: str = ""
    tries: int = 0
    status: str = "in progress"
    iteration: int | None = None
    iterations: dict[int, str] = field(default_factory=dict)
    after: int = field(default=0, repr=False)
    failing: bool = field(default=False, repr=False)
    trying: bool = field(default=True, repr=False)

    @property
    def seconds(self) -> float | None:
        """From entering to leaving, waits between tries included; None where it was not left."""
        return (self.exited - self.entered).total_seconds() if self.exited else None

    def within(self) -> Iterable[Visit]:
        """The visits that this one is inside of, the nearest first."""
        around = self.parent
        while around:
            yield around
            around = around.parent


def visits(events: Iterable[Mapping[str, Any]], run_status: str) -> list[Visit]:
    """The visits to states, in the order in which they began.

    Args:
        events: of GetExecutionHistory, in order, from the first.
        run_status: of the execution, as DescribeExecution names it.
    """
    reader = _Reader()
    for event in events:
        reader.read(event)
    for visit in reader.visits:
        visit.status = _status(visit, run_status)
        if visit.status != "in progress":
            # What stops an execution leaves no event for the iterations that it stops.
            ended = {"in progress": "cancelled"}
            visit.iterations = {number: ended.get(now, now) for number, now in visit.iterations.items()}
    return reader.visits


def states_of(events: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The state that each event belongs to, by the event's id; none for those of the execution as a whole."""
    reader = _Reader()
    for event in events:
        reader.read(event)
    return {number: visit.name for number, visit in reader.owner.items() if visit}


def statuses(found: Iterable[Visit]) -> dict[str, str]:
    """The status of each state that was reached: of its last visit, in a Map the one that asks most for attention."""
    by_name: dict[str, str] = {}
    for visit in found:
        before = by_name.get(visit.name)
        if before and any(around.type == "Map" for around in visit.within()):
            by_name[visit.name] = min(before, visit.status, key=_WORST_FIRST.index)
        else:
            by_name[visit.name] = visit.status
    return by_name


def transitions(found: Collection[Visit]) -> int:
    """How many state transitions are charged: the start, every state entered, every try after the first.

    Source: AWS Step Functions pricing.
    """
    return 1 + len(found) + sum(max(0, visit.tries - 1) for visit in found)


def reason(cause: str) -> str:
    """The sentence in a cause that a person needs.

    A job's cause is its whole description as JSON, with a FailureReason; a function's is its error; an API
    call's ends with service, code and request id in parentheses.
    """
    try:
        told = json.loads(cause)
    except ValueError:
        return re.sub(r"\s*\((Service: .*|Request ID: .*)\)$", "", cause, flags=re.DOTALL)
    if not isinstance(told, dict):
        return cause
    if told.get("FailureReason"):
        return str(told["FailureReason"])
    if "errorMessage" in told:
        return f"{told['errorType']}: {told['errorMessage']}" if "errorType" in told else str(told["errorMessage"])
    return reason(str(told["Cause"])) if told.get("Cause") else cause


class _Reader:
    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.owner: dict[int, Visit | None] = {}
        self._left: set[int] = set()
        self._iteration: dict[int, int | None] = {}
        self._error: dict[int, tuple[str, str]] = {}

    def read(self, event: Mapping[str, Any]) -> None:
        number, before, kind = event["id"], event.get("previousEventId", 0), event["type"]
        details: Mapping[str, Any] = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
        visit = self.owner.get(before)
        if before in self._left and visit:
            visit = visit.parent
        if kind.endswith(_ENTERED):
            visit = self._enter(kind, event["timestamp"], details, visit)
            visit.after, visit.iteration = before, self._iteration.get(before)
        elif kind.endswith(_EXITED):
            visit = _nearest(visit, lambda one: one.name == details["name"] and not one.exited)
            self._left.add(number)
        elif kind.startswith(("ParallelState", "MapState")) and not kind.endswith("Started"):
            visit = _nearest(visit, lambda one: kind.startswith(one.type) and one.trying)
        elif kind == "EvaluationFailed":
            visit = self._evaluating(details.get("state"), before) or visit
        elif kind.startswith("MapIteration"):
            visit = _nearest(visit, lambda one: one.type == "Map" and one.name == details["name"])
        self.owner[number] = visit
        # What follows from an iteration's start belongs to it, and what follows from a state to the iteration of that.
        here = visit.iteration if visit else None
        self._iteration[number] = details["index"] if kind == "MapIterationStarted" else here
        # A Parallel that fails says not why: for the reason that the event before it has.
        self._error[number] = (details.get("error") or "", details.get("cause") or "")
        if not any(self._error[number]):
            self._error[number] = self._error.get(before, ("", ""))
        if visit:
            self._note(visit, kind, event["timestamp"], details, self._error[number])

    def _evaluating(self, name: Any, before: int) -> Visit | None:
        """The visit in which an expression failed: the event follows from what the state's entering followed from."""
        here = [one for one in reversed(self.visits) if one.name == name and not one.exited]
        return next((one for one in here if one.after == before), here[0] if here else None)

    def _enter(self, kind: str, when: datetime, details: Mapping[str, Any], parent: Visit | None) -> Visit:
        name, state_type = details["name"], kind.removesuffix(_ENTERED)
        visit = Visit(name, state_type, when, _data(details, "input"), parent)
        self.visits.append(visit)
        return visit

    def _note(
        self, visit: Visit, kind: str, when: datetime, details: Mapping[str, Any], error: tuple[str, str]
    ) -> None:
        if kind in _BEGINNINGS:
            visit.tries += 1
            visit.trying, visit.failing = True, False
        if kind.startswith("MapIteration"):
            visit.iterations[details["index"]] = _ITERATIONS[kind.removeprefix("MapIteration")]
        if kind in _SCHEDULED:
            visit.resource = details.get("resource", visit.resource)
            visit.arguments = _data(details, "parameters" if "parameters" in details else "input")
        elif kind.endswith(_EXITED):
            visit.exited, visit.output = when, _data(details, "output")
            assigned = details.get("assignedVariables") or {}
            visit.assigned = {name: _parsed(value) for name, value in assigned.items()}
        elif kind in ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"):
            visit.result, visit.failing = _data(details, "output"), False
        elif kind in ("ParallelStateSucceeded", "MapStateSucceeded"):
            visit.trying = visit.failing = False
        elif _is_failure(kind) and not (kind == "ExecutionFailed" and visit.exited):
            visit.trying, visit.failing = False, True
            visit.error, visit.cause = error


def _nearest(visit: Visit | None, fits: Any) -> Visit | None:
    while visit and not fits(visit):
        visit = visit.parent
    return visit


def _is_failure(kind: str) -> bool:
    return kind.endswith(("Failed", "TimedOut")) and not kind.startswith(("MapIteration", "ExecutionTimedOut"))


def _status(visit: Visit, run_status: str) -> str:
    if visit.exited:
        return "caught" if visit.failing else "succeeded"
    over = run_status in _ENDED_RUNS or any(around.exited or around.failing for around in visit.within())
    if not over:
        return "in progress"
    return "failed" if visit.failing or visit.type == "Fail" else "cancelled"


def _data(details: Mapping[str, Any], member: str) -> Any:
    return _parsed(details.get(member))


def _parsed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text

"""A Map Run: the child executions of one visit of a distributed Map.

Source: "Using Map state in Distributed mode" and the Map Run operations of the AWS Step Functions API
reference. Children of type EXPRESS have a limit of time and no history to be asked for; a redrive begins them anew.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.states.document import Document
from local_aws.states.errors import EXCEED_TOLERATED_FAILURE_THRESHOLD, Cancelled, StateError
from local_aws.states.running.execution import Execution
from local_aws.states.running.flow import Flow
from local_aws.states.running.program import Program
from local_aws.states.running.surroundings import Surroundings
from local_aws.states.work.signals import Signal
from local_aws.states.work.turns import Turns

MAX_CHILDREN_AT_ONCE = 10_000
"""How many children run at once ("Map state processing modes", AWS Step Functions developer guide)."""
MAX_CALLS_AT_ONCE = 100
"""How many calls to APIs the children of a run have under way; the others wait for their turn, without a thread.

A call that is under way is a request to this very server, and one to a function is a process. AWS's own limit is that
of the service that is called, such as 1,000 functions at once.
"""

THRESHOLD_CAUSE = "The specified tolerated failure threshold was exceeded"
MAP_RUNS = "states/map-runs"
"""The kind of records in which map runs outlive the process."""
_PAST = (
    "id",
    "arn",
    "max_concurrency",
    "tolerated_count",
    "tolerated_percentage",
    "status",
    "started",
    "stopped",
    "redrive_count",
    "redriven",
    "results_written",
)
_FAILURES = ("FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True)
class ChildInput:
    """The input of a child, and how many of the Map's items are in it."""

    document: Document
    item_count: int


class MapRun:
    """The children of a Map and their limits, which UpdateMapRun may change while it runs.

    Attributes:
        items: the Map's items where they came with its input, None where they are read.
        inputs: those of the children, None as long as they aren't known.
        max_concurrency: 0 for as many as there can be.
        tolerated_count, tolerated_percentage: how many items may fail.
    """

    def __init__(self, parent: Surroundings, program: Program, limits: dict[str, float], items: Sequence[Any] | None):
        self.parent, self.program, self.items = parent, program, items
        self.id = str(uuid.uuid4())
        machine_arn = program.arn.replace(":stateMachine:", ":mapRun:")
        self.arn = f"{machine_arn}:{self.id}"
        self.max_concurrency = int(limits.get("maxConcurrency", 0))
        self.tolerated_count = int(limits.get("toleratedFailureCount", 0))
        self.tolerated_percentage = float(limits.get("toleratedFailurePercentage", 0))
        self.status = "RUNNING"
        self.started = time.time()
        self.stopped: float | None = None
        self.redrive_count = 0
        self.redriven: float | None = None
        self.children: list[Execution] = []
        self.results_written = 0
        self.inputs: list[ChildInput] | None = None
        self._item_total = 0
        self._lock = threading.Lock()
        self._running: set[Execution] = set()
        self._failed_items = 0
        self._wake = Signal()
        self._turns = Turns(MAX_CALLS_AT_ONCE)

    # ---- running -------------------------------------------------------------------------------------

    def take(self, inputs: list[ChildInput]) -> None:
        """Learn what there is to do."""
        self.inputs, self._item_total = inputs, sum(given.item_count for given in inputs)
        self._changed()

    async def run(self, flow: Flow) -> None:
        """Run a child for every input, except those that have succeeded; others that had begun go on.

        Raises:
            StateError: more items failed than are tolerated.
            Cancelled: the parent was stopped; so are the children.
        """
        inputs = self.inputs or []
        unfinished = [index for index, child in enumerate(self.children) if child.status != "SUCCEEDED"]
        pending = deque([*unfinished, *range(len(self.children), len(inputs))])
        signal = flow.stopped.child()
        self._wake, self._running = flow.stopped.child(), set()
        while True:
            self._wake.clear()
            # Both at one moment: a child that fails must not make room for another before it counts.
            with self._lock:
                running, exceeded = len(self._running), self._threshold_exceeded
            if exceeded or flow.stopped.is_set() or not (pending or running):
                break
            for _ in range(min(self._limit - running, len(pending))):
                self._start(pending.popleft(), inputs, signal)
            await self._wake.until_set()
        for child in list(self._running):
            child.stop()
        if flow.stopped.is_set():
            raise Cancelled
        if self._threshold_exceeded:
            raise StateError(EXCEED_TOLERATED_FAILURE_THRESHOLD, THRESHOLD_CAUSE)

    def redrive(self) -> None:
        """Become RUNNING again, for another `run`."""
        self.redrive_count += 1
        self.redriven, self.stopped, self.status, self._failed_items = time.time(), None, "RUNNING", 0
        for child in self.children:
            child.awaits_redrive = child.redrivable
        self._changed()

    def end(self, status: str) -> None:
        """It has come to its end."""
        self.status, self.stopped = status, time.time()
        for child in self.children:
            child.awaits_redrive = False
        self._changed()

    def past(self) -> dict[str, Any]:
        """What it is, as plain data, without its children and their program."""
        return {member: getattr(self, member) for member in _PAST} | {
            "parent": self.parent.arn,
            "item_total": self._item_total,
            "child_total": len(self.inputs or ()),
        }

    @classmethod
    def of_the_past(cls, parent: Surroundings, program: Program, past: Mapping[str, Any]) -> MapRun:
        """One that `past` described, without its children."""
        run = cls(parent, program, {}, None)
        for member in _PAST:
            setattr(run, member, past[member])
        run._item_total = past["item_total"]
        run.inputs = [ChildInput(Document(None), 1)] * past["child_total"]
        return run

    def _changed(self) -> None:
        self.parent.engine.host.changed(MAP_RUNS, self.arn)

    @property
    def not_started(self) -> list[ChildInput]:
        """The inputs for which no child has been started."""
        return (self.inputs or [])[len(self.children) :]

    def wake(self) -> None:
        """Look again at the limits: they have changed."""
        self._wake.set()

    def _start(self, index: int, inputs: list[ChildInput], signal: Signal) -> None:
        if index < len(self.children) and not self.program.is_express:
            child = self.children[index]
            child.redrive(signal.child())
        else:
            child = self._child(inputs[index], signal.child())
            self.children[index : index + 1] = [child]
            self.parent.engine.map_runs.add_child(child)
        running = self._running
        with self._lock:
            running.add(child)

        async def run() -> None:
            await child.run()
            with self._lock:
                running.discard(child)
                # One that outlives its run, in a call that can't be broken off, counts for nothing.
                if running is self._running and child.status in _FAILURES:
                    self._failed_items += child.item_count
            self._wake.set()

        self.parent.engine.pool.start(run())

    def _child(self, given: ChildInput, signal: Signal) -> Execution:
        name, is_express = str(uuid.uuid4()), self.program.is_express
        arn = f"{self.program.arn.replace(':stateMachine:', ':express:' if is_express else ':execution:')}:{name}"
        return Execution(
            self.parent.engine,
            self.program,
            f"{arn}:{uuid.uuid4()}" if is_express else arn,
            given.document,
            name=name,
            map_run_arn=self.arn,
            item_count=given.item_count,
            stop_signal=signal,
            turns=self._turns,
        )

    @property
    def _limit(self) -> int:
        return min(self.max_concurrency or MAX_CHILDREN_AT_ONCE, MAX_CHILDREN_AT_ONCE)

    @property
    def _threshold_exceeded(self) -> bool:
        return exceeds(self._failed_items, self._item_total, self.tolerated_count, self.tolerated_percentage)

    # ---- what it shows -------------------------------------------------------------------------------

    def counts(self, of_items: bool) -> dict[str, int]:
        """`itemCounts` or `executionCounts` of DescribeMapRun."""
        by_status: Counter[str] = Counter()
        not_redrivable = 0
        for child in list(self.children):
            by_status[child.shown_status] += child.item_count if of_items else 1
            if child.status in _FAILURES and not child.redrivable:
                not_redrivable += child.item_count if of_items else 1
        total = self._item_total if of_items else len(self.inputs or ())
        counts: dict[str, Any] = {
            status.lower(): by_status[status] for status in ("RUNNING", "SUCCEEDED", "FAILED", "ABORTED")
        }
        counts["timedOut"] = by_status["TIMED_OUT"]
        written = self.results_written
        return {
            **counts,
            "pending": total - sum(by_status.values()),
            "total": total,
            "resultsWritten": written,
            "failuresNotRedrivable": not_redrivable,
            "pendingRedrive": by_status["PENDING_REDRIVE"],
        }


def exceeds(failed: int, total: int, tolerated_count: float, tolerated_percentage: float) -> bool:
    """Whether more items failed than are tolerated: where both limits are given, either may be exceeded."""
    by_count, by_percentage = failed > tolerated_count, failed > total * tolerated_percentage / 100
    if tolerated_count and tolerated_percentage:
        return by_count or by_percentage
    return by_percentage if tolerated_percentage else by_count


class MapRuns:
    """All map runs by ARN, those of an execution, and the children by their ARN."""

    def __init__(self) -> None:
        self._by_arn: dict[str, MapRun] = {}
        self._by_execution: dict[str, list[MapRun]] = {}
        self._children: dict[str, Execution] = {}

    def add(self, run: MapRun) -> None:
        """A Map has begun."""
        self._by_arn[run.arn] = run
        self._by_execution.setdefault(run.parent.arn, []).append(run)
        run.parent.engine.host.changed(MAP_RUNS, run.arn)

    def add_child(self, child: Execution) -> None:
        """A child has begun."""
        self._children[child.arn] = child
        child.keep()

    def adopt(self, arn: str) -> None:
        """Give a map run of the past its children, which are there already."""
        run = self._by_arn[arn]
        run.children += [child for child in self._children.values() if child.map_run_arn == arn]

    def every(self) -> list[MapRun]:
        """All map runs."""
        return list(self._by_arn.values())

    def find(self, arn: str) -> MapRun | None:
        """The map run of an ARN."""
        return self._by_arn.get(arn)

    def child(self, arn: str) -> Execution | None:
        """The child execution of an ARN."""
        return self._children.get(arn)

    def of_execution(self, arn: str) -> list[MapRun]:
        """The map runs that an execution has begun, oldest first."""
        return list(self._by_execution.get(arn, ()))

    def forget(self, execution_arn: str) -> None:
        """Drop the map runs of an execution, and their children's in turn."""
        for run in self._by_execution.pop(execution_arn, ()):
            self._by_arn.pop(run.arn, None)
            run.parent.engine.host.changed(MAP_RUNS, run.arn)
            for child in run.children:
                self._children.pop(child.arn, None)
                child.keep()
                self.forget(child.arn)

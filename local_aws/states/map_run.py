"""A Map Run: the child executions of one visit of a distributed Map.

Source: "Using Map state in Distributed mode" and the Map Run operations of the AWS Step Functions API
reference. Children of type STANDARD and EXPRESS run alike, with a history each.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.states.document import Document
from local_aws.states.errors import EXCEED_TOLERATED_FAILURE_THRESHOLD, Cancelled, StateError
from local_aws.states.execution import Execution, Program
from local_aws.states.stop_signal import StopSignal

if TYPE_CHECKING:
    from local_aws.states.flow import Flow

MAX_CHILDREN_AT_ONCE = 100
"""How many children run at once here at most, each in a thread; AWS runs up to 10,000."""

THRESHOLD_CAUSE = "The specified tolerated failure threshold was exceeded"
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
        max_concurrency: 0 for as many as there can be.
        tolerated_count, tolerated_percentage: how many items may fail.
    """

    def __init__(self, parent: Execution, program: Program, limits: dict[str, float], items: list | None):
        self.parent, self.program, self.items = parent, program, items
        self.id = str(uuid.uuid4())
        machine_arn = program.arn.replace(":stateMachine:", ":mapRun:")
        self.arn = f"{machine_arn}:{self.id}"
        self.max_concurrency = int(limits.get("maxConcurrency", 0))
        self.tolerated_count = int(limits.get("toleratedFailureCount", 0))
        self.tolerated_percentage = float(limits.get("toleratedFailurePercentage", 0))
        self.status = "RUNNING"
        self.started, self.stopped = time.time(), None
        self.redrive_count, self.redriven = 0, None
        self.children: list[Execution] = []
        self.results_written = 0
        self._inputs: list[ChildInput] = []
        self._lock = threading.Lock()
        self._running: set[Execution] = set()
        self._failed_items = 0
        self._wake: StopSignal | None = None

    # ---- running -------------------------------------------------------------------------------------

    def run(self, flow: Flow, inputs: list[ChildInput]) -> None:
        """Run a child for every input.

        Raises:
            StateError: more items failed than are tolerated.
            Cancelled: the parent was stopped; so are the children.
        """
        self._inputs = inputs
        self._run(flow, deque(range(len(inputs))))

    def redrive(self, flow: Flow) -> None:
        """Run the children that have not succeeded, those that had begun from where they ended. Raises as `run`."""
        self.redrive_count += 1
        self.redriven, self.stopped, self.status, self._failed_items = time.time(), None, "RUNNING", 0
        unfinished = [index for index, child in enumerate(self.children) if child.status != "SUCCEEDED"]
        self._run(flow, deque([*unfinished, *range(len(self.children), len(self._inputs))]))

    def end(self, status: str) -> None:
        """It has come to its end."""
        self.status, self.stopped = status, time.time()

    def wake(self) -> None:
        """Look again at the limits: they have changed."""
        if self._wake is not None:
            self._wake.set()

    def _run(self, flow: Flow, pending: deque[int]) -> None:
        signal = flow.stopped.child()
        self._wake = flow.stopped.child()
        while (pending or self._running) and not self._threshold_exceeded:
            self._wake.clear()
            if flow.stopped.is_set():
                break
            while pending and len(self._running) < min(
                self.max_concurrency or MAX_CHILDREN_AT_ONCE, MAX_CHILDREN_AT_ONCE
            ):
                self._start(pending.popleft(), signal)
            self._wake.wait()
        if flow.stopped.is_set() or self._threshold_exceeded:
            for child in list(self._running):
                child.stop()
        if flow.stopped.is_set():
            self.end("ABORTED")
            raise Cancelled
        if self._threshold_exceeded:
            raise StateError(EXCEED_TOLERATED_FAILURE_THRESHOLD, THRESHOLD_CAUSE)

    def _start(self, index: int, signal: StopSignal) -> None:
        if index < len(self.children):
            child = self.children[index]
            work = child.redrive(signal.child())
        else:
            child = self._child(self._inputs[index], signal.child())
            self.children.append(child)
            self.parent.engine.map_runs.add_child(child)
            work = child.run
        with self._lock:
            self._running.add(child)

        def run() -> None:
            work()
            with self._lock:
                self._running.discard(child)
                if child.status in _FAILURES:
                    self._failed_items += child.item_count
            self._wake.set()

        threading.Thread(target=run, name="states-child", daemon=True).start()

    def _child(self, given: ChildInput, signal: StopSignal) -> Execution:
        arn = f"{self.program.arn.replace(':stateMachine:', ':execution:')}:{uuid.uuid4()}"
        return Execution(
            self.parent.engine,
            self.program,
            arn,
            given.document,
            map_run=self,
            item_count=given.item_count,
            stop_signal=signal,
        )

    @property
    def _threshold_exceeded(self) -> bool:
        total = sum(given.item_count for given in self._inputs)
        return exceeded(self._failed_items, total, self.tolerated_count, self.tolerated_percentage)

    # ---- what it shows -------------------------------------------------------------------------------

    def counts(self, of_items: bool) -> dict[str, int]:
        """`itemCounts` or `executionCounts` of DescribeMapRun."""
        by_status: Counter[str] = Counter()
        for child in list(self.children):
            by_status[child.status] += child.item_count if of_items else 1
        total = sum(given.item_count for given in self._inputs) if of_items else len(self._inputs)
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
            "failuresNotRedrivable": 0,
            "pendingRedrive": 0,
        }


def exceeded(failed: int, total: int, tolerated_count: float, tolerated_percentage: float) -> bool:
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

    def add_child(self, child: Execution) -> None:
        """A child has begun."""
        self._children[child.arn] = child

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
            for child in run.children:
                self._children.pop(child.arn, None)
                self.forget(child.arn)

"""Flows that run side by side inside a state: the branches of a Parallel, the iterations of an inline Map.

The first failure stops the others, and the state fails with it; what no Catch can take leaves no event of its own
(measured on AWS by others, floci-io/floci issue 2868). Each flow has a thread of control of its own
in the history; how those threads are numbered against each other follows from when things happen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from local_aws.states.document import Document
from local_aws.states.errors import Cancelled, RuntimeFault
from local_aws.states.running.flow import Flow, Visit
from local_aws.states.running.program import Workflow
from local_aws.states.work.signals import Signal

_SHOWN_AS_ABORTED = {"Task", "Wait", "Map", "Parallel"}
_ABORTED_BY_ITS_FAILURE = {"Task"}


@dataclass
class Progress:
    """What is done of a state's flows, and what is not; a redrive runs only the latter."""

    results: dict[int, Document] = field(default_factory=dict)
    unfinished: dict[int, Flow] = field(default_factory=dict)


@dataclass(frozen=True)
class Strand:
    """One of the flows: the workflow it runs, its input, its `$states.context.Map`."""

    workflow: Workflow
    input: Document
    map_context: dict[str, Any] | None = None


class Observer:
    """Told what becomes of each flow, to write it to the history. By default nothing is written."""

    def started(self, index: int, flow: Flow) -> None:
        """A flow is about to run."""

    def succeeded(self, index: int, flow: Flow) -> None:
        """A flow has come to its end."""

    def failed(self, index: int, parent: Flow) -> None:
        """A flow has failed. It can't write any more: the parent, now at the flow's last event, does."""

    def aborted(self, index: int, parent: Flow) -> None:
        """A flow was stopped because another one failed."""


class SideBySide:
    """Runs the strands of one visit, at most so many at once.

    Args:
        visit: the state's visit; its progress is kept there.
        strands: gives the strand of an index.
        count: how many there are.
        limit: how many may run at once.
        observer: writes the history.
    """

    def __init__(self, visit: Visit, strands: Callable[[int], Strand], count: int, limit: int, observer: Observer):
        before: Progress = visit.progress or Progress()
        self._progress = visit.progress = Progress(dict(before.results))
        self._visit, self._strands, self._count, self._observer = visit, strands, count, observer
        self._resumable = before.unfinished
        pending = [index for index in range(count) if index not in self._progress.results]
        self._limit = min(limit, len(pending))
        self._pending = iter(pending)
        self._signal: Signal = visit.flow.stopped.child()
        self._settled = self._signal.child()
        self._lock = threading.Lock()
        self._working = self._limit
        self._last: int | None = None
        self._error: Exception | None = None

    async def run(self) -> list[Document]:
        """Run all; gives their outputs in order. The parent's next event follows the last one of the last flow.

        Raises:
            StateError: the first failure.
            Cancelled: the parent was stopped.
        """
        parent = self._visit.flow
        start = parent.previous
        # All that begin at once do so in their order, before any goes on, as recorded executions show it.
        begun = [(index, self._fork(index, start)) for index in islice(self._pending, self._limit)]
        for index, flow in begun:
            self._start(index, flow)
        if self._limit == 1:
            await self._work(*begun[0])
        elif self._limit > 1:
            for one in begun:
                parent.execution.engine.pool.start(self._work(*one))
            await self._settled.until_set()
        if self._error is not None:
            raise self._error
        if parent.stopped.is_set():
            raise Cancelled
        parent.previous = self._last or parent.previous
        return [self._progress.results[index] for index in range(self._count)]

    async def _work(self, index: int | None, flow: Flow) -> None:
        """Go on with a strand, then with strand after strand until none is left, or one has failed anywhere."""
        while index is not None:
            try:
                self._start(index, flow)
                strand = self._strands(index)
                result = await flow.run(strand.workflow, strand.input)
                self._observer.succeeded(index, flow)
            except Cancelled:
                break
            except Exception as error:
                self._fail(index, flow, error)
                break
            previous = flow.previous
            with self._lock:
                self._last = previous
                self._progress.results[index] = result
                del self._progress.unfinished[index]
            index = self._next()
            if index is not None:
                flow = self._fork(index, previous)
        with self._lock:
            self._working -= 1
            if self._working == 0:
                self._settled.set()

    def _next(self) -> int | None:
        with self._lock:
            return None if self._signal.is_set() else next(self._pending, None)

    def _fork(self, index: int, previous: int) -> Flow:
        """The flow of a strand; where a redrive goes on with one, it is in the state in which that one ended."""
        ended, signal = self._resumable.get(index), self._signal.child()
        if ended is None:
            flow = self._visit.flow.fork(signal, previous)
        else:
            flow = ended.successor(signal, self._visit.flow.previous)
        with self._lock:
            self._progress.unfinished[index] = flow
        return flow

    def _start(self, index: int, flow: Flow) -> None:
        """Let a flow enter its first state, unless it is in one."""
        if flow.visit is None:
            strand = self._strands(index)
            flow.map_context = strand.map_context or flow.map_context
            self._observer.started(index, flow)
            flow.enter(strand.workflow.start, strand.input)

    def _fail(self, index: int, flow: Flow, error: Exception) -> None:
        """Take the first failure: stop the others, and write what became of them."""
        with self._lock:
            if self._error is not None or self._signal.is_set():
                return
            self._error = error
            others = [(other, one) for other, one in self._progress.unfinished.items() if one is not flow]
        parent = self._visit.flow
        parent.execution.log.stop(self._signal)
        parent.previous = flow.previous
        try:
            if not isinstance(error, RuntimeFault):
                self._record(index, flow, others)
        except Exception as fault:
            self._error = fault
        self._settled.set()

    def _record(self, index: int, failed: Flow, others: list[tuple[int, Flow]]) -> None:
        """Write what became of all: a Task that failed for good is shown as aborted, too."""
        parent = self._visit.flow
        self._abort(failed, _ABORTED_BY_ITS_FAILURE)
        self._observer.failed(index, parent)
        for other, one in others:
            self._abort(one, _SHOWN_AS_ABORTED)
            self._observer.aborted(other, parent)

    def _abort(self, flow: Flow, types: set[str]) -> None:
        if flow.visit is not None and flow.visit.state.type in types:
            parent, event = self._visit.flow, f"{flow.visit.state.type}StateAborted"
            parent.execution.log.append_unless(parent.stopped, event, flow.previous, None)

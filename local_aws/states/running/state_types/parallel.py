"""Parallel: runs its branches at once, and hands on their outputs as an array."""

from __future__ import annotations

from local_aws.states.document import Document
from local_aws.states.errors import RuntimeFault, StateError
from local_aws.states.running.flow import Visit
from local_aws.states.running.side_by_side import Observer, SideBySide, Strand
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint


class Parallel(Fallible):
    """The Parallel state. What its work is given is the input of every branch."""

    type = "Parallel"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._branches = [blueprint.workflow(branch) for branch in blueprint.definition["Branches"]]

    async def attempt(self, visit: Visit) -> Document:
        document = visit.ask(self.data_flow.arguments)
        if visit.progress is None:
            visit.flow.record("ParallelStateStarted")
        count = len(self._branches)
        outputs = await SideBySide(
            visit, lambda index: Strand(self._branches[index], document), count, count, Observer()
        ).run()
        visit.flow.mark("ParallelStateSucceeded")
        return Document([output.value for output in outputs])

    def give_up(self, visit: Visit, error: StateError) -> None:
        if not isinstance(error, RuntimeFault):
            visit.flow.record("ParallelStateFailed")

    def rehearse(self, visit: Visit, read: str | None) -> int:
        visit.ask(self.data_flow.arguments)
        return 0

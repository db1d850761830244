"""Parallel: runs its branches at once, and hands on their outputs as an array."""

from __future__ import annotations

from local_aws.states.document import Document
from local_aws.states.errors import StateError
from local_aws.states.running.flow import Visit
from local_aws.states.running.side_by_side import Observer, SideBySide, Strand
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint


class Parallel(Fallible):
    """The Parallel state. Arguments, where it has them, are the input of every branch."""

    type = "Parallel"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._arguments = blueprint.template("Arguments")
        self._branches = [blueprint.workflow(branch) for branch in blueprint.definition["Branches"]]

    def attempt(self, visit: Visit) -> Document:
        try:
            document = self._branch_input(visit)
            if visit.progress is None:
                visit.flow.record("ParallelStateStarted")
            count = len(self._branches)
            outputs = SideBySide(
                visit, lambda index: Strand(self._branches[index], document), count, count, Observer()
            ).run()
        except StateError:
            visit.flow.record("ParallelStateFailed")
            raise
        visit.flow.mark("ParallelStateSucceeded")
        return Document([output.value for output in outputs])

    def rehearse(self, visit: Visit, read: list | None) -> int:
        self._branch_input(visit)
        return 0

    def _branch_input(self, visit: Visit) -> Document:
        return visit.input if self._arguments is None else visit.evaluate(self._arguments)

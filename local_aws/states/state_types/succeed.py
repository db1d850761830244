"""Succeed: ends the workflow well."""

from __future__ import annotations

from local_aws.states.flow import Visit
from local_aws.states.state_types.state import State, Transition


class Succeed(State):
    """The Succeed state."""

    type = "Succeed"

    def perform(self, visit: Visit) -> Transition:
        return visit.leave(None, visit.input, self.output, None)

"""Succeed: ends the workflow well."""

from __future__ import annotations

from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import State


class Succeed(State):
    """The Succeed state."""

    type = "Succeed"

    async def perform(self, visit: Visit) -> Transition:
        return visit.leave(None, self.data_flow)

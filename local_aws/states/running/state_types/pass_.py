"""Pass: hands its input on, reshaped."""

from __future__ import annotations

from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import State


class Pass(State):
    """The Pass state."""

    type = "Pass"

    async def perform(self, visit: Visit) -> Transition:
        return visit.leave(self.next, self.data_flow)

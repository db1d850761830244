"""Wait: lets time pass, on the clock of the house."""

from __future__ import annotations

import time

from local_aws.states.errors import MAX_SECONDS, RuntimeFault
from local_aws.states.languages.query_language import Range
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import Blueprint, State

_MAX_DELAY = 2**31 - 1
"""How many seconds ahead a timestamp may be (recorded on AWS: 24,855 days are taken, 24,856 are not)."""


class Wait(State):
    """The Wait state, for Seconds or until a Timestamp (RFC 3339, in the past: no wait at all)."""

    type = "Wait"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._seconds = blueprint.number("Seconds", Range(most=MAX_SECONDS))
        self._moment = blueprint.language.moment(blueprint.definition, "Timestamp")

    async def perform(self, visit: Visit) -> Transition:
        await visit.pause(self._duration(visit))
        return visit.leave(self.next, self.data_flow)

    def _duration(self, visit: Visit) -> float:
        if self._moment is None:
            return visit.evaluate(self._seconds, 0)
        seconds = visit.ask(self._moment.evaluate).timestamp() - time.time()
        if seconds > _MAX_DELAY:
            raise RuntimeFault(visit.described("Wait state delay is too long."))
        return seconds

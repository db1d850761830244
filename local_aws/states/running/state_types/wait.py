"""Wait: lets time pass, on the clock of the house."""

from __future__ import annotations

import time

from local_aws.states import timestamps
from local_aws.states.document import dumps
from local_aws.states.errors import MAX_SECONDS, Cancelled, QueryEvaluationError
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import Blueprint, State


class Wait(State):
    """The Wait state, for Seconds or until a Timestamp (RFC 3339, in the past: no wait at all)."""

    type = "Wait"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._seconds, self._timestamp = blueprint.template("Seconds"), blueprint.template("Timestamp")

    def perform(self, visit: Visit) -> Transition:
        if visit.flow.execution.clock.wait(visit.flow.stopped, self._duration(visit)):
            raise Cancelled
        return visit.leave(self.next, visit.input, self.output, self.assign)

    def _duration(self, visit: Visit) -> float:
        if self._seconds is not None:
            return visit.number(self._seconds, "Seconds", most=MAX_SECONDS)
        timestamp = visit.evaluate(self._timestamp, "string").value
        moment = timestamps.parse(timestamp)
        if moment is None:
            # AWS's wording is known for JSONPath only.
            sentence = f"The field 'Timestamp' must be an RFC 3339 timestamp, but was: {dumps(timestamp)}"
            raise visit.evaluation_failed(QueryEvaluationError(sentence, "Timestamp"))
        return min(moment.timestamp() - time.time(), MAX_SECONDS)

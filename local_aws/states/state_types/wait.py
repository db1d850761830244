"""Wait: lets time pass, on the clock of the house."""

from __future__ import annotations

import time
from datetime import datetime

from local_aws.states.document import dumps
from local_aws.states.errors import MAX_SECONDS, Cancelled, QueryEvaluationError
from local_aws.states.flow import Visit
from local_aws.states.state_types.state import Blueprint, State, Transition


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
            seconds = visit.evaluate(self._seconds, "number").value
            if not 0 <= seconds <= MAX_SECONDS or seconds != int(seconds):
                raise visit.evaluation_failed(
                    _impossible("Seconds", f"a whole number from 0 to {MAX_SECONDS}", seconds)
                )
            return seconds
        timestamp = visit.evaluate(self._timestamp, "string").value
        try:
            moment = datetime.fromisoformat(timestamp)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise visit.evaluation_failed(_impossible("Timestamp", "an RFC 3339 timestamp", timestamp))
        return moment.timestamp() - time.time()


def _impossible(field: str, expected: str, value: object) -> QueryEvaluationError:
    """AWS's wording for these is not known."""
    return QueryEvaluationError(f"The field '{field}' must be {expected}, but was: {dumps(value)}", field)

"""Fail: ends the workflow with an error of its own."""

from __future__ import annotations

from typing import NoReturn

from local_aws.states.errors import StateError
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.state import Blueprint, State


class Fail(State):
    """The Fail state. Error and Cause may each be absent."""

    type = "Fail"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._error, self._cause = (
            blueprint.language.text(blueprint.definition, field) for field in ("Error", "Cause")
        )

    async def perform(self, visit: Visit) -> NoReturn:
        raise StateError(visit.evaluate(self._error), visit.evaluate(self._cause))

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
        self._error, self._cause = blueprint.template("Error"), blueprint.template("Cause")

    def perform(self, visit: Visit) -> NoReturn:
        error, cause = (
            None if template is None else visit.evaluate(template, "string").value
            for template in (self._error, self._cause)
        )
        raise StateError(error, cause)

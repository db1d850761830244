"""What a task does when its work fails: is it tried again, caught, and what is told of it. Tried with TestState."""

from __future__ import annotations

import json
from typing import Any

from course.checks.states import plainly, tried
from course.outcomes.outcome import NotYet, Said
from course.state_machines.expressions import remedy_for

_SAYS = {"RETRIABLE": "tried again", "CAUGHT_ERROR": "caught", "FAILED": "failed", "SUCCEEDED": "succeeded"}


def handled(case: str, state: Any, data: Any, variables: Any, failure: tuple[str, str, int], wanted: str) -> Any:
    """The answer of TestState for a task whose work fails.

    Args:
        data, variables: what the state gets.
        failure: the error, its cause, and how many tries there were already.
        wanted: the status, `RETRIABLE` or `CAUGHT_ERROR`.

    Raises:
        NotYet: it does something else, or what it would tell can't be worked out.
    """
    error, cause, tries = failure
    mock = {"errorOutput": {"error": error, "cause": cause}, "fieldValidationMode": "NONE"}
    further = {"mock": mock, "stateConfiguration": {"retrierRetryCount": tries}, "variables": json.dumps(variables)}
    expected = Said(_SAYS[wanted])
    answer = tried(case, state, data, expected, "Begin again from the starter, and replace only each ?.", **further)
    named = wanted != "RETRIABLE" or error in _named(state, "Retry")
    if named and answer.get("error") == "States.QueryEvaluationError":
        said = plainly(answer["cause"])
        raise NotYet(case, expected, said, remedy_for(said))
    if answer["status"] != wanted:
        what = answer["status"]
        raise NotYet(case, expected, Said(_SAYS.get(what, what)), _why(state, error, tries, what, wanted))
    return answer


def goes_on(case: str, answer: Any, name: str, expected: dict[str, str], advice: str) -> str:
    """The case, where what was caught goes to a state and takes this with it.

    Raises:
        NotYet: it goes elsewhere, or takes something else with it.
    """
    if answer.get("nextState") != name:
        said = Said(f"on to '{answer.get('nextState')}'")
        raise NotYet(case, Said(f"on to '{name}'"), said, "The Next of Catch leads elsewhere.")
    output = json.loads(answer["output"])
    if output != expected:
        raise NotYet(case, expected, output, advice)
    return case


def _why(state: Any, error: str, tries: int, got: str, wanted: str) -> str:
    """Why an error was not treated as it should be, from the names in Retry and Catch."""
    retried, caught = _named(state, "Retry"), _named(state, "Catch")
    if wanted == "RETRIABLE":
        if error in retried or "States.ALL" in retried:
            return "Retry names it, and allows no try: how many attempts are there?"
        return f"The error is {error}, and Retry names {_some(retried)}."
    if got == "RETRIABLE":
        enough = "It is still tried again: there are too many attempts."
        return enough if tries else f"Trying again won't help here, and Retry does it: it names {_some(retried)}."
    return f"The error is {error}, and Catch names {_some(caught)}."


def _named(state: Any, field: str) -> list[str]:
    """The errors that a state's Retry or Catch names."""
    rules = state.get(field) if isinstance(state, dict) else None
    found = [one.get("ErrorEquals") for one in rules or () if isinstance(one, dict)]
    return [name for names in found if isinstance(names, list) for name in names]


def _some(names: list[str]) -> str:
    return ", ".join(map(str, names)) or "none"

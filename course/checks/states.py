"""States and expressions tried one by one with Step Functions' TestState, which runs no job and needs no role."""

from __future__ import annotations

import json
import re
from typing import Any

from course.checks.on_aws import as_json, client
from course.outcomes.outcome import NotYet, Said
from course.state_machines.json_text import JsonTextError, parse


def json_object(text: Any, advice: str) -> dict[str, Any]:
    """What a JSON text of a learner holds.

    Raises:
        NotYet: it is no text, no JSON, or no object.
    """
    case, expected = "the text as JSON", Said("an object, between { and }")
    if not isinstance(text, str):
        raise NotYet(case, Said("a text"), text, advice)
    try:
        value = parse(text).value
    except JsonTextError as error:
        raise NotYet(case, expected, Said(f"{error.place}: {error.message}"), error.remedy) from None
    if not isinstance(value, dict):
        raise NotYet(case, expected, value, advice)
    return value


def evaluated(case: str, expression: Any, data: Any, expected: Any, advice: str, **variables: Any) -> Any:
    """The value of an expression, or of a structure with expressions in it, in a state with this input.

    Args:
        case, expected, advice: for what is said where it has no value.
        variables: what earlier states have assigned.

    Raises:
        NotYet: Step Functions refuses it, or can't work it out.
    """
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}
    answer = tried(case, state, data, expected, advice, variables=json.dumps(variables))
    if answer["status"] != "SUCCEEDED":
        raise NotYet(case, expected, plainly(answer["cause"]), advice)
    return json.loads(answer["output"])


def plainly(cause: str) -> Said:
    """What Step Functions says of a state that failed, without what it says of its own bookkeeping."""
    return Said(
        re.sub(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ", "", cause)
    )


def compared(case: str, expression: Any, data: Any, expected: Any, advice: str, **variables: Any) -> str:
    """Evaluate, and compare with what should come out; gives the case."""
    got = evaluated(case, expression, data, expected, advice, **variables)
    if got != expected:
        raise NotYet(case, expected, got, advice)
    return case


def tried(case: str, state: Any, data: Any, expected: Any, advice: str, **further: Any) -> dict[str, Any]:
    """The answer of TestState.

    Args:
        further: further parameters, such as `mock` and `stateConfiguration`.

    Raises:
        NotYet: the state can't be written as JSON, or Step Functions refuses it.
    """
    states = client("stepfunctions")
    state = {"QueryLanguage": "JSONata", **state} if isinstance(state, dict) else state
    definition = as_json(case, state)
    try:
        return states.test_state(definition=definition, input=json.dumps(data), **further)
    except (states.exceptions.InvalidDefinition, states.exceptions.ValidationException) as error:
        raise NotYet(case, expected, Said(error.response["Error"]["Message"]), advice) from None


def valid(case: str, machine: Any, advice: str) -> None:
    """Ask Step Functions whether a machine could be made of a definition.

    Raises:
        NotYet: it couldn't; the first thing that is wrong.
    """
    report = client("stepfunctions").validate_state_machine_definition(definition=as_json(case, machine))
    if report["result"] != "OK":
        found = report["diagnostics"][0]
        place = f" ({found['location']})" if "location" in found else ""
        raise NotYet(case, Said("no objection"), Said(f"{found['message']}{place}"), advice)


def failing(error: str, cause: str, tries: int = 0) -> dict[str, Any]:
    """Parameters of TestState for a task whose work fails, after so many tries by its Retry."""
    mock = {"errorOutput": {"error": error, "cause": cause}, "fieldValidationMode": "NONE"}
    return {"mock": mock, "stateConfiguration": {"retrierRetryCount": tries}}

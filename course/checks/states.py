"""States and expressions tried one by one with Step Functions' TestState, which runs no job and needs no role."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from course.checks.on_aws import as_json, client
from course.outcomes.outcome import NotYet, Said
from course.state_machines.expressions import Expressions, remedy_for
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
        case, expected: for what is said where it has no value.
        advice: as well, where nothing can be said of the expression itself.
        variables: what earlier states have assigned.

    Raises:
        NotYet: Step Functions refuses it, or can't work it out.
    """
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}
    try:
        answer = tried(case, state, data, expected, advice, variables=json.dumps(variables))
        if answer["status"] != "SUCCEEDED":
            raise NotYet(case, expected, plainly(answer["cause"]), advice)
    except NotYet as found:
        found.advice = in_expressions(expression, data, variables) or found.advice
        raise
    return json.loads(answer["output"])


def in_expressions(work: Any, data: Any, variables: Mapping[str, Any]) -> str:
    """What to do about the first expression in which something is wrong; empty where nothing is.

    Args:
        data: the input that the expressions would get; None where it is not known.
        variables: what earlier states have assigned.
    """
    found = Expressions(data, variables, client("stepfunctions")).faults(work)
    said = found[0].text.splitlines()[-1] if found else ""
    return said[:1].upper() + said[1:]


def plainly(said: str) -> Said:
    """What Step Functions says of a state that it refused or that failed, without its own bookkeeping.

    That is which event it was, the code of the refusal, and the field in which this check has put an expression.
    """
    said = re.sub(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ", "", said)
    said = re.sub(r"^Invalid State Machine Definition: '(?:[A-Z_]+: )?(.*)'", r"\1", said, flags=re.DOTALL)
    said = re.split(r", [A-Z_]{8,}: ", said)[0]
    said = re.sub(r" specified for the field 'Output/", " specified for the field '", said)
    return Said(re.sub(r" specified for the field 'Output'| at /Output(?:/\S*|\[\S*)?$", "", said))


def compared(case: str, expression: Any, data: Any, expected: Any, advice: str, **variables: Any) -> str:
    """Evaluate, and compare with what should come out; gives the case."""
    got = evaluated(case, expression, data, expected, advice, **variables)
    if got != expected:
        raise NotYet(case, expected, got, in_expressions(expression, data, variables) or advice)
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
        said = plainly(error.response["Error"]["Message"])
        raise NotYet(case, expected, said, remedy_for(said, advice)) from None


def valid(case: str, machine: Any, advice: str) -> None:
    """Ask Step Functions whether a machine could be made of a definition.

    Raises:
        NotYet: it couldn't; the first thing that is wrong.
    """
    report = client("stepfunctions").validate_state_machine_definition(definition=as_json(case, machine))
    if report["result"] != "OK":
        found = report["diagnostics"][0]
        place = f" ({found['location']})" if "location" in found else ""
        said = Said(f"{found['message']}{place}")
        raise NotYet(case, Said("no objection"), said, remedy_for(said, advice))

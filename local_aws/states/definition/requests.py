"""What the operations of the Step Functions API do with a definition's text."""

from __future__ import annotations

from typing import Any

from local_aws.states.definition.diagnostic import NOT_HERE, Diagnostic, invalid_definition
from local_aws.states.definition.hints import hints
from local_aws.states.definition.machine import check, check_state
from local_aws.states.definition.parse import NotJson, parse, read
from local_aws.states.definition.runnable import Answers, obstacles, require_runnable

MAX_RESULTS = 100


def require_valid(text: str, answers: Answers, machine_type: str = "STANDARD") -> dict[str, Any]:
    """The definition in a text, for an operation that wants a valid one (CreateStateMachine).

    Its size, 1 MB at most, is the API's own constraint on the parameter, checked with the request.

    Args:
        answers: whether an operation of an API is answered here.

    Raises:
        ApiError: `InvalidDefinition` with everything that is wrong; `NotImplemented` where AWS would accept it
            and the embedded AWS can't run it.
    """
    definition = parse(text)
    _refuse(check(definition, machine_type))
    require_runnable(definition, answers)
    return definition


def require_valid_for_test(text: str) -> dict[str, Any]:
    """As `require_valid`, for a state machine of which one state is tested: whether that one can run is asked apart."""
    definition = parse(text)
    _refuse(check(definition))
    return definition


def require_valid_state(text: str) -> dict[str, Any]:
    """As `require_valid_for_test`, for the definition of a single state."""
    state = parse(text)
    _refuse(check_state(state))
    return state


def _refuse(findings: list[Diagnostic]) -> None:
    errors = [finding for finding in findings if finding.severity == "ERROR"]
    if errors:
        raise invalid_definition(errors)


def validate(
    text: str, answers: Answers, machine_type: str = "STANDARD", severity: str = "ERROR", max_results: int = 0
) -> dict[str, Any]:
    """The answer of ValidateStateMachineDefinition.

    A definition that is valid and can't run here is `OK`, as on AWS, with a warning that says so.

    Args:
        answers: whether an operation of an API is answered here.
        severity: the least serious findings to give, `ERROR` or `WARNING`.
        max_results: how many findings to give at most; 0 stands for 100.
    """
    try:
        definition = read(text)
    except NotJson as error:
        findings = [error.diagnostic]
    else:
        findings = check(definition, machine_type)
        if not findings:
            findings = [*hints(definition)]
            findings += [Diagnostic("WARNING", NOT_HERE, sentence) for sentence in obstacles(definition, answers)]
    failed = any(finding.severity == "ERROR" for finding in findings)
    shown = [finding for finding in findings if severity == "WARNING" or finding.severity == "ERROR"]
    limit = max_results or MAX_RESULTS
    return {
        "result": "FAIL" if failed else "OK",
        "diagnostics": [finding.as_dict() for finding in shown[:limit]],
        "truncated": len(shown) > limit,
    }

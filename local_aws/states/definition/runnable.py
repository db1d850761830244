"""What is valid on AWS and can't run here: refused by name instead of being run wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from local_aws.call import ApiError
from local_aws.states import integrations

Answers = Callable[[str, str], bool]
"""Whether an operation of an API, by botocore's names, is answered here (`Host.answers`)."""


def require_runnable(definition: dict[str, Any], answers: Answers) -> None:
    """Refuse a valid definition that the embedded AWS can't run.

    Raises:
        ApiError: `NotImplemented`, naming the state and what it uses.
    """
    for message in obstacles(definition, answers):
        raise ApiError("NotImplemented", message, 501)


def require_testable(state: dict[str, Any], is_mocked: bool, answers: Answers) -> None:
    """Refuse a valid state that can't be tested here; what is mocked needn't be there.

    Raises:
        ApiError: `NotImplemented`, naming what the state uses.
    """
    for message in () if is_mocked else _in_state("of the definition", state, answers):
        raise ApiError("NotImplemented", message, 501)


def obstacles(definition: dict[str, Any], answers: Answers) -> Iterator[str]:
    """A sentence for each thing in a valid definition that can't run here."""
    for name, state in states_in(definition):
        yield from _in_state(f"'{name}'", state, answers)


def states_in(workflow: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a valid definition by name, those inside Map and Parallel states after their own."""
    for name, state in workflow["States"].items():
        yield name, state
        yield from states_inside(state)


def states_inside(state: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state inside a Map or Parallel state."""
    inner = [*state.get("Branches", ()), *(state[field] for field in ("ItemProcessor", "Iterator") if field in state)]
    for workflow in inner:
        yield from states_in(workflow)


def _in_state(name: str, state: dict[str, Any], answers: Answers) -> Iterator[str]:
    resource = state.get("Resource", "")
    if integrations.is_absent(resource, answers):
        yield f"The state {name} uses {resource}, which the embedded AWS doesn't implement"

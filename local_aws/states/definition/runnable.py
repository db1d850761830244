"""What is valid on AWS and can't run here: refused by name instead of being run wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.call import ApiError
from local_aws.states import integrations


def require_runnable(definition: dict[str, Any]) -> None:
    """Refuse a valid definition that the embedded AWS can't run.

    Raises:
        ApiError: `NotImplemented`, naming the state and what it uses.
    """
    for message in obstacles(definition):
        raise ApiError("NotImplemented", message, 501)


def require_testable(state: dict[str, Any], is_mocked: bool) -> None:
    """Refuse a valid state that can't be tested here; what is mocked needn't be there.

    Raises:
        ApiError: `NotImplemented`, naming what the state uses.
    """
    for message in _in_state("of the definition", state, is_mocked):
        raise ApiError("NotImplemented", message, 501)


def obstacles(definition: dict[str, Any]) -> Iterator[str]:
    """A sentence for each thing in a valid definition that can't run here."""
    for name, state in states_in(definition):
        yield from _in_state(f"'{name}'", state)


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


def _in_state(name: str, state: dict[str, Any], is_mocked: bool = False) -> Iterator[str]:
    resource = state.get("Resource", "")
    if not is_mocked and integrations.is_known_elsewhere(resource):
        yield f"The state {name} uses {resource}, which the embedded AWS doesn't implement"

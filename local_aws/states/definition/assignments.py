"""The names that `Assign` gives to variables.

Source: "Passing data between states with variables", AWS Step Functions developer guide: a name is a Unicode
identifier of at most 80 characters, `states` is taken, and a machine inside a Map or Parallel state can't assign a
name that is assigned outside of it, unless the Map is distributed and sees nothing of the outside. The codes
and sentences on names are AWS's, but for a name's length; the one on scopes is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import INVALID_VARIABLE, RESERVED_VARIABLE, SCHEMA, Diagnostic
from local_aws.states.definition.maps import PROCESSORS, is_distributed

MAX_NAME = 80


def check_names(owner: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    """Findings on the variable names of a state's, rule's or catcher's `Assign`."""
    for name in _assigned(owner):
        at = f"{place}/Assign/{name}"
        if not name.isidentifier():
            yield _invalid(name, "contains invalid characters", at)
        elif len(name) > MAX_NAME:
            yield _invalid(name, f"has more than {MAX_NAME} characters", at)
        elif name == "states":
            yield Diagnostic("ERROR", RESERVED_VARIABLE, "Cannot assign to reserved variable '$states'.", at)


def _invalid(name: str, why: str, place: str) -> Diagnostic:
    return Diagnostic("ERROR", INVALID_VARIABLE, f"Invalid variable name '{name}': the variable name {why}.", place)


def check_scopes(workflow: Any, place: str, outside: frozenset[str] = frozenset()) -> Iterator[Diagnostic]:
    """Findings on inner machines that assign a variable of an outer one.

    Args:
        outside: the names that are assigned outside of this machine.
    """
    states = workflow.get("States") if isinstance(workflow, dict) else None
    named = [(f"{place}/States/{name}", state) for name, state in _objects(states)]
    for at, state in named:
        for where, owner in _owners(state, at):
            for name in _assigned(owner):
                if name in outside:
                    message = f"The variable '{name}' is assigned outside of this Map or Parallel state"
                    yield Diagnostic("ERROR", SCHEMA, message, f"{where}/Assign/{name}")
    for at, state in named:
        visible = frozenset() if is_distributed(state) else outside | _names_beside(state, named)
        for where, inner in inner_workflows(state, at):
            yield from check_scopes(inner, where, visible)


def _names_beside(state: dict[str, Any], named: list[tuple[str, dict[str, Any]]]) -> frozenset[str]:
    """The names that a set of states assigns, but for those that a state's own catchers give, as they run after it."""
    return frozenset(
        name
        for at, other in named
        for _, owner in _owners(other, at)
        if other is not state or not any(owner is catcher for _, catcher in _objects(state.get("Catch")))
        for name in _assigned(owner)
    )


def _owners(state: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What of a state can have an `Assign`: itself, its catchers, its rules."""
    yield place, state
    for name in ("Catch", "Choices"):
        for index, entry in _objects(state.get(name)):
            yield f"{place}/{name}[{index}]", entry


def inner_workflows(state: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    """The machines inside a Map or Parallel state, each with its place."""
    for index, branch in _objects(state.get("Branches")):
        yield f"{place}/Branches[{index}]", branch
    for name in PROCESSORS:
        if name in state:
            yield f"{place}/{name}", state[name]


def _objects(value: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The objects in an array or object, with their index or name."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(key, item) for key, item in items if isinstance(item, dict)]


def _assigned(owner: dict[str, Any]) -> list[str]:
    assigned = owner.get("Assign")
    return [name.removesuffix(".$") for name in assigned] if isinstance(assigned, dict) else []

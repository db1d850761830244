"""The ways between states: targets that don't exist, states that nothing leads to, no end.

Measured on AWS by others: a missing target is named with the word `Next` wherever it stands; only the machine
itself needs a terminal state, and where it has none, nothing is said of what can't be reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import MISSING_END, MISSING_TARGET, Diagnostic


def transitions(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a state may go on, as pairs of place within the state and target."""
    yield from _target(state, "Next", "")
    yield from _target(state, "Default", "")
    for name in ("Choices", "Catch"):
        entries = state.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield from _target(entry, "Next", f"/{name}[{index}]")


def _target(owner: dict[str, Any], field: str, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(owner.get(field), str):
        yield f"{place}/{field}", owner[field]


def missing_targets(state: dict[str, Any], states: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    """A finding for each target of a state that isn't among its siblings."""
    for at, target in transitions(state):
        if target not in states:
            yield Diagnostic("ERROR", MISSING_TARGET, f"Missing 'Next' target: {target}", place + at)


def unreachable(workflow: dict[str, Any], place: str, is_machine: bool) -> Iterator[Diagnostic]:
    """Findings on a whole set of states: no end, a start that doesn't exist, states that nothing leads to."""
    states = {name: state for name, state in workflow["States"].items() if isinstance(state, dict)}
    if not states:
        return
    if is_machine and not any(map(_is_terminal, states.values())):
        yield Diagnostic("ERROR", MISSING_END, "Workflow has no terminal state")
        return
    start = workflow.get("StartAt")
    if not isinstance(start, str):
        return
    if start not in states:
        yield Diagnostic("ERROR", MISSING_TARGET, f"Missing 'Next' target: {start}", f"{place}/StartAt")
    reached, pending = set(), [start]
    while pending:
        name = pending.pop()
        if name in states and name not in reached:
            reached.add(name)
            pending += [target for _, target in transitions(states[name])]
    for name in states:
        if name not in reached:
            yield Diagnostic("ERROR", MISSING_TARGET, f'State "{name}" is not reachable.', f"{place}/States/{name}")


def _is_terminal(state: dict[str, Any]) -> bool:
    return state.get("Type") in ("Succeed", "Fail") or state.get("End") is True

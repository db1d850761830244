"""A state machine's definition as states and transitions: what there is to draw, and nothing about how.

A definition in the making is welcome: a state without a type, or a transition to a state that is not there yet,
is shown as such. Whether a definition is right is for Step Functions to say.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from course.errors import CourseError
from course.state_machines.json_text import JsonTextError, parse

START, END = "(start)", "(end)"
"""The ends of a flow. No state is called so by mistake: a state of that name would be drawn as one."""

_LONGEST_LABEL = 42


@dataclasses.dataclass(frozen=True)
class State:
    """A state: its type (empty where the definition has none yet), what it does in a few words, its inner flows.

    `fields` are the state's as the definition has them; empty for one that is not defined.
    """

    name: str
    type: str
    does: str
    flows: tuple[Flow, ...]
    fields: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    defined: bool = True


@dataclasses.dataclass(frozen=True)
class Transition:
    """A way from a state to the next.

    `kind` is `next`, `choice`, `default` or `catch`; `when` is the whole condition or the errors caught, `label`
    a short form of it.
    """

    source: str
    target: str
    kind: str = "next"
    when: str = ""

    @property
    def label(self) -> str:
        text = self.when.replace("$states.", "")
        return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


@dataclasses.dataclass(frozen=True)
class Flow:
    """The states of a machine, or of one branch of a Parallel or Map state, with the transitions among them."""

    states: dict[str, State]
    transitions: tuple[Transition, ...]

    def walk(self) -> Iterator[State]:
        """Every state, inner ones after the state that they are in."""
        for state in self.states.values():
            yield state
            for flow in state.flows:
                yield from flow.walk()


def read(definition: Mapping[str, Any] | str) -> Flow:
    """The flow of a machine.

    Args:
        definition: as a dictionary or as JSON text.

    Raises:
        CourseError: text that is no JSON, or no definition.
    """
    if isinstance(definition, str):
        try:
            definition = parse(definition).value
        except JsonTextError as error:
            raise CourseError(f"The definition is no JSON. {error}") from None
    if not isinstance(definition, Mapping) or not isinstance(definition.get("States"), Mapping):
        raise CourseError('A definition is an object with "StartAt" and "States".')
    return _flow(definition)


def _flow(definition: Mapping[str, Any]) -> Flow:
    given = {name: state if isinstance(state, Mapping) else {} for name, state in definition["States"].items()}
    states = {name: _state(name, state) for name, state in given.items()}
    transitions = [Transition(START, definition["StartAt"])] if definition.get("StartAt") else []
    for name, state in given.items():
        transitions += _transitions(name, state)
    for target in [one.target for one in transitions]:
        if target != END and target not in states:
            states[target] = State(target, "", "not defined", (), defined=False)
    return Flow(states, tuple(dict.fromkeys(transitions)))


def _state(name: str, state: Mapping[str, Any]) -> State:
    kind = str(state.get("Type", ""))
    inner = list(state.get("Branches", ())) if kind == "Parallel" else []
    if kind == "Map":
        inner = [state.get("ItemProcessor", state.get("Iterator"))]
    flows = tuple(_flow(one) for one in inner if isinstance(one, Mapping) and isinstance(one.get("States"), Mapping))
    return State(name, kind, _does(kind, state), flows, state)


def _does(kind: str, state: Mapping[str, Any]) -> str:
    """What a state does: for a task its integration, as `sagemaker:createModel`; for a wait, how long."""
    if kind == "Task":
        resource = str(state.get("Resource", ""))
        if ":function:" in resource:
            return "lambda " + resource.split(":function:")[1]
        return resource.removeprefix("arn:aws:states:::") or "no resource"
    if kind == "Wait":
        seconds = state.get("Seconds")
        return f"{seconds} s" if isinstance(seconds, int) else ""
    if kind == "Map" and state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
        return "distributed"
    return ""


def _transitions(name: str, state: Mapping[str, Any]) -> Iterator[Transition]:
    for rule in state.get("Choices", ()):
        if "Next" in rule:
            yield Transition(name, rule["Next"], "choice", _condition(rule))
    if "Default" in state:
        yield Transition(name, state["Default"], "default", "Default")
    if "Next" in state:
        yield Transition(name, state["Next"])
    if state.get("End") is True or state.get("Type") in ("Succeed", "Fail"):
        yield Transition(name, END)
    for catcher in state.get("Catch", ()):
        if "Next" in catcher:
            yield Transition(name, catcher["Next"], "catch", "Catch " + ", ".join(catcher.get("ErrorEquals", ())))


def _condition(rule: Mapping[str, Any]) -> str:
    condition = rule.get("Condition", {name: value for name, value in rule.items() if name not in ("Next", "Assign")})
    if not isinstance(condition, str):
        return json.dumps(condition)
    return " ".join(condition.removeprefix("{%").removesuffix("%}").split())

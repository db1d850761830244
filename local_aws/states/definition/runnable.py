"""What is valid on AWS and can't run here: refused by name instead of being run wrongly.

This is where a second query language would come in: once a state machine's JSONPath states can be evaluated,
`_jsonpath_use` goes, and nothing else in this package changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.call import ApiError
from local_aws.states import integrations
from local_aws.states.definition.fields import CATCHER, JSONPATH, STATES, Language
from local_aws.states.definition.machine import effective_language


def require_runnable(definition: dict[str, Any]) -> None:
    """Refuse a valid definition that the embedded AWS can't run.

    Raises:
        ApiError: `NotImplemented`, naming the state and what it uses.
    """
    for message in obstacles(definition):
        raise ApiError("NotImplemented", message, 501)


def obstacles(definition: dict[str, Any]) -> Iterator[str]:
    """A sentence for each thing in a valid definition, or a single state, that can't run here."""
    language = effective_language(definition, JSONPATH)
    if "Type" in definition:
        yield from _in_state("of the definition", definition, JSONPATH)
        return
    for name, state in states_in(definition):
        yield from _in_state(f"'{name}'", state, language)


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


def _in_state(name: str, state: dict[str, Any], machine_language: Language) -> Iterator[str]:
    if effective_language(state, machine_language) == JSONPATH:
        for field in _jsonpath_use(state):
            yield (
                f"The state {name} uses the JSONPath field '{field}', and the embedded AWS evaluates JSONata only: "
                'set "QueryLanguage": "JSONata" for the machine or the state and use its fields'
            )
    if "Credentials" in state:
        yield f"The state {name} sets Credentials, and the embedded AWS runs every task under the machine's own role"
    reader = state.get("ItemReader", {}).get("ReaderConfig", {})
    if reader.get("InputType") == "PARQUET":
        yield f"The state {name} reads Parquet, which the embedded AWS doesn't implement"
    if reader.get("ManifestType") == "ATHENA_DATA":
        yield f"The state {name} reads a manifest of Athena, which the embedded AWS doesn't implement"
    resource = state.get("Resource", "")
    if integrations.is_known_elsewhere(resource):
        yield f"The state {name} uses {resource}, which the embedded AWS doesn't implement"


def _jsonpath_use(state: dict[str, Any]) -> Iterator[str]:
    """The fields of a state that only JSONPath gives a meaning; a state without any runs under both languages."""
    for field, value in state.items():
        known = STATES[state["Type"]][field]
        if known.language == JSONPATH or (known.expression and _has_paths(value)):
            yield field
    for index, rule in enumerate(state.get("Choices", ())):
        yield from (f"Choices[{index}]/{field}" for field in rule if field not in ("Next", "Comment"))
    for index, catcher in enumerate(state.get("Catch", ())):
        for field, value in catcher.items():
            if CATCHER[field].language == JSONPATH or _has_paths(value):
                yield f"Catch[{index}]/{field}"


def _has_paths(value: Any) -> bool:
    """Whether JSON data has a key such as `name.$`, or a text that JSONata would take for an expression."""
    if isinstance(value, dict):
        return any(name.endswith(".$") or _has_paths(item) for name, item in value.items())
    if isinstance(value, list):
        return any(map(_has_paths, value))
    return isinstance(value, str) and value.startswith("{%")

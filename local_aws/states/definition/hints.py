"""What is valid JSONPath and probably not meant: a path where AWS takes a plain text.

Source of the codes: `ValidateStateMachineDefinitionDiagnostic`, AWS Step Functions API reference. The sentences are
this package's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.assignments import inner_workflows
from local_aws.states.definition.diagnostic import NO_DOLLAR, NO_PATH, STATIC_RESULT, Diagnostic
from local_aws.states.definition.paths import is_expression
from local_aws.states.languages.jsonpath.choice_rules import COMBINATIONS, OPERATORS
from local_aws.states.languages.jsonpath.templates import SUFFIX

_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
_PLAIN_TEXTS = ("Error", "Cause")
_BEGINNINGS = ("$.", "$[", "$$.", "States.")


def hints(definition: dict[str, Any]) -> Iterator[Diagnostic]:
    """Warnings about a valid definition."""
    yield from _in_workflow(definition, "", definition.get("QueryLanguage", "JSONPath"))


def _in_workflow(workflow: dict[str, Any], place: str, machine_language: str) -> Iterator[Diagnostic]:
    for name, state in workflow["States"].items():
        at = f"{place}/States/{name}"
        if state.get("QueryLanguage", machine_language) == "JSONPath":
            yield from _in_state(state, at)
        for where, inner in inner_workflows(state, at):
            yield from _in_workflow(inner, where, machine_language)


def _in_state(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    yield from _in_owner(state, place)
    if state["Type"] == "Pass" and any(_looks_dynamic(text) for text in _texts(state.get("Result"))):
        message = "The result of a Pass state is passed on as it is: use Parameters for paths and functions"
        yield Diagnostic("WARNING", STATIC_RESULT, message, f"{place}/Result")
    for field in _PLAIN_TEXTS:
        if state["Type"] == "Fail" and _looks_dynamic(state.get(field)):
            yield _no_path(field, f"{place}/{field}")
    for index, rule in enumerate(state.get("Choices", ())):
        yield from _in_rule(rule, f"{place}/Choices[{index}]")
    for index, catcher in enumerate(state.get("Catch", ())):
        yield from _in_owner(catcher, f"{place}/Catch[{index}]")


def _in_owner(owner: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    for field in _TEMPLATES:
        yield from _in_template(owner.get(field), f"{place}/{field}")


def _in_template(value: Any, place: str) -> Iterator[Diagnostic]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _in_template(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.endswith(SUFFIX):
                continue
            if _looks_dynamic(item):
                message = f"The value of the field '{name}' looks like a path or a function, but the name has no '.$'"
                yield Diagnostic("WARNING", NO_DOLLAR, message, f"{place}/{name}")
            else:
                yield from _in_template(item, f"{place}/{name}")


def _in_rule(rule: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    yield from _in_owner(rule, place)
    for name, value in rule.items():
        if name == "Not":
            yield from _in_rule(value, f"{place}/Not")
        elif name in COMBINATIONS:
            for index, one in enumerate(value):
                yield from _in_rule(one, f"{place}/{name}[{index}]")
        elif OPERATORS.get(name) == "String" and _looks_dynamic(value):
            yield _no_path(name, f"{place}/{name}")


def _no_path(field: str, place: str) -> Diagnostic:
    message = f"The value of the field '{field}' looks like a path, but the name doesn't end with 'Path'"
    return Diagnostic("WARNING", NO_PATH, message, place)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _looks_dynamic(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_BEGINNINGS) and is_expression(value)

"""JSONPath in a definition: paths, payload templates and the rules of a Choice.

The sentences are AWS's, but for what is said after the colon of a reference path that begins with `$` and has no
wrong bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from local_aws.states import timestamps
from local_aws.states.definition.diagnostic import EMPTY, SCHEMA, Diagnostic, none_of, too_many
from local_aws.states.languages.jsonpath.choice_rules import COMBINATIONS, OPERATORS, PATH
from local_aws.states.languages.jsonpath.errors import InvalidPathError
from local_aws.states.languages.jsonpath.expressions import Place, expression, reference, reference_or_call
from local_aws.states.languages.jsonpath.reference_paths import reference_path
from local_aws.states.languages.jsonpath.templates import SUFFIX

TIMESTAMP = "String does not match RFC3339 timestamp"
_SELECTORS = ("And", "Or", "Not", "Variable", "Condition")
_NO_PATH = "Value must be a valid JSONPath."
_STARTS = (("$",), ("$", "States."))
_NO_EXPRESSION = "must be a valid JSONPath or a valid intrinsic function call"
_OPERANDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "String": (str, "String"),
    "Timestamp": (str, "String"),
    PATH: (str, "String"),
    "Numeric": ((int, float), "Number"),
    "Boolean": (bool, "Boolean"),
}


def _reference_of_data(text: str) -> object:
    """A reference path that may begin in a variable, but not in the context object."""
    if text.startswith("$$"):
        raise InvalidPathError("it can't begin in the context object")
    return reference(text)


_PARSERS: dict[str, Callable[[str], object]] = {
    "PATH": Place,
    "REFERENCE": reference,
    "REFERENCE_OF_DATA": _reference_of_data,
    "REFERENCE_OR_CALL": reference_or_call,
    "RESULT": reference_path,
}


def check_path(value: Any, kind: str, place: str) -> Iterator[Diagnostic]:
    """What is wrong with the value of a state's field that holds a path of a kind (`fields.Field.path`)."""
    if isinstance(value, str) and not value.startswith(_STARTS[kind == "REFERENCE_OR_CALL"]):
        yield _finding(_NO_PATH, place)
    else:
        yield from _check_path(value, kind, place)


def _check_path(value: Any, kind: str, place: str) -> Iterator[Diagnostic]:
    if not isinstance(value, str):
        yield _finding("Expected value of type String", place)
        return
    try:
        _PARSERS[kind](value)
    except InvalidPathError as error:
        said = _NO_PATH if kind == "PATH" else f"Value is not a Reference Path: {error}"
        yield _finding(said, place)


def check_template(value: Any, place: str) -> Iterator[Diagnostic]:
    """What is wrong with the fields `name.$` of a payload template, at any depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from check_template(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if not name.endswith(SUFFIX):
                yield from check_template(item, f"{place}/{name}")
            elif not is_expression(item):
                yield _finding(f"The value for the field '{name}' {_NO_EXPRESSION}", place)


def is_expression(value: Any) -> bool:
    """Whether a value is a path or the call of an intrinsic function."""
    try:
        return isinstance(value, str) and bool(expression(value))
    except InvalidPathError:
        return False


def check_rule(rule: dict[str, Any], place: str, extra: frozenset[str]) -> Iterator[Diagnostic]:
    """What is wrong with a Choice's rule, or with one inside an And, Or or Not.

    Args:
        extra: the fields that it may have beside its comparison, which are checked elsewhere.
    """
    comparisons = [name for name in rule if name in OPERATORS]
    for name in rule:
        if name not in OPERATORS and name not in COMBINATIONS and name not in extra and name != "Variable":
            yield _finding(f"Field '{name}' is not supported", place)
    refused = list(check_selector(rule, place))
    if refused or "Condition" in rule:
        yield from refused
    elif "Variable" not in rule:
        name = next(name for name in COMBINATIONS if name in rule)
        yield from _check_combination(name, rule[name], f"{place}/{name}")
    elif len(comparisons) != 1:
        yield _finding((too_many if comparisons else none_of)(tuple(OPERATORS)), place)
    else:
        yield from _check_path(rule["Variable"], "REFERENCE", f"{place}/Variable")
        yield from _check_operand(OPERATORS[comparisons[0]], rule[comparisons[0]], f"{place}/{comparisons[0]}")


def check_selector(rule: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    """A rule that doesn't say in just one way what it looks at."""
    if sum(name in rule for name in _SELECTORS) != 1:
        yield _finding(f"The object must have only one of the following fields, [{', '.join(_SELECTORS)}]", place)


def _check_combination(name: str, value: Any, place: str) -> Iterator[Diagnostic]:
    if name == "Not":
        rules = [(value, place)]
    elif not isinstance(value, list):
        yield _finding("Expected value of type Array", place)
        return
    else:
        rules = [(one, f"{place}[{index}]") for index, one in enumerate(value)]
    if not rules:
        yield _finding(EMPTY, place)
    for one, at in rules:
        if isinstance(one, dict):
            yield from check_rule(one, at, frozenset({"Comment"}))
        else:
            yield _finding("Expected value of type Object", at)


def _check_operand(kind: str, value: Any, place: str) -> Iterator[Diagnostic]:
    types, described = _OPERANDS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "Boolean"):
        yield _finding(f"Expected value of type {described}", place)
    elif kind == PATH:
        yield from _check_path(value, "REFERENCE", place)
    elif kind == "Timestamp" and timestamps.parse(str(value)) is None:
        yield _finding(TIMESTAMP, place)


def variables(state: dict[str, Any]) -> Iterator[str]:
    """The names of the variables that a valid state in JSONPath refers to."""
    for name, value in state.items():
        if name in _TEMPLATES:
            yield from _in_template(value)
        elif name in ("Choices", "Catch"):
            for entry in value:
                yield from _in_rule(entry)
        elif name in _HOLDERS:
            yield from variables(value)
        elif name.endswith(PATH) and isinstance(value, str):
            yield from _in_path(value)


_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "BatchInput", "Credentials")
_HOLDERS = ("ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter")


def _in_template(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _in_template(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from expression(item).variables() if name.endswith(SUFFIX) else _in_template(item)


def _in_rule(rule: dict[str, Any]) -> Iterator[str]:
    for name, value in rule.items():
        if name == "Assign":
            yield from _in_template(value)
        elif name == "Not":
            yield from _in_rule(value)
        elif name in COMBINATIONS:
            for one in value:
                yield from _in_rule(one)
        elif name == "Variable" or (name.endswith(PATH) and isinstance(value, str)):
            yield from _in_path(value)


def _in_path(text: str) -> Iterator[str]:
    yield from expression(text).variables()


def _finding(message: str, place: str) -> Diagnostic:
    return Diagnostic("ERROR", SCHEMA, message, place)

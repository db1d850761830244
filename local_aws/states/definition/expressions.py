"""JSONata in a definition: which strings are expressions, whether they parse, and what they may refer to.

A string is an expression when it starts with `{%` and ends with `%}`, both without a blank outside. One that has
only one of the two is a mistake; one that has neither is a literal ("Transforming data with JSONata in Step
Functions", AWS Step Functions developer guide). The texts were measured on AWS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import INVALID_EXPRESSION, SCHEMA, UNSUPPORTED_EXPRESSION, Diagnostic
from local_aws.states.languages.jsonata import JSONataError, References, compile_expression

ALWAYS = frozenset({"input", "context"})
"""The fields of `$states` that every expression has."""
OPENING, CLOSING = "{%", "%}"


def is_expression(value: Any) -> bool:
    """Whether a value of a definition is a JSONata expression."""
    return isinstance(value, str) and len(value) > 3 and value.startswith(OPENING) and value.endswith(CLOSING)


def source(value: str) -> str:
    """The expression between its delimiters."""
    return value[len(OPENING) : -len(CLOSING)].strip()


def strings(value: Any, location: str) -> Iterator[tuple[str, str]]:
    """Every string in a value, with its place."""
    if isinstance(value, str):
        yield value, location
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, f"{location}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{location}[{index}]")


def check(value: Any, location: str, states_fields: frozenset[str]) -> Iterator[Diagnostic]:
    """What is wrong with the expressions in a value.

    Args:
        value: any JSON data of a definition.
        location: its place.
        states_fields: the fields that `$states` has there.
    """
    for text, place in strings(value, location):
        if is_expression(text):
            yield from _check_expression(source(text), place, states_fields)
        elif text.startswith(OPENING) or text.endswith(CLOSING):
            yield Diagnostic("ERROR", SCHEMA, f"JSONata string must start with {OPENING} and end with {CLOSING}", place)


def _check_expression(text: str, place: str, states_fields: frozenset[str]) -> Iterator[Diagnostic]:
    try:
        references = compile_expression(text).references
    except JSONataError as error:
        yield Diagnostic("ERROR", INVALID_EXPRESSION, error.message, place)
        return
    for message in _refused(references, states_fields):
        yield Diagnostic("ERROR", UNSUPPORTED_EXPRESSION, message, place)


def _refused(references: References, states_fields: frozenset[str]) -> Iterator[str]:
    for name in references.top_level_names:
        yield f"Reference to '{name}' at the top level is not supported."
    if references.uses_root:
        yield "Reference to '$$' is not supported."
    for name in references.states_fields:
        if name not in states_fields:
            yield f"Field '$states.{name}' does not exist."

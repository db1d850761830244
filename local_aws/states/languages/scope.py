"""What a field of a state can see: the data, the variables, the context object. No query language is known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.states.document import Document


def _unheard(**_found: Any) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Scope:
    """What is there while a field is evaluated.

    Attributes:
        input: the state's input as it came.
        data: the state's effective input: what JSONPath's InputPath leaves of it, the same in JSONata.
        variables: by name.
        context: gives the context object; what in it is data of the workflow is a document.
        result: that of the state's work, where the field may see it.
        error_output: the error that was caught, in a catcher.
        inspect: is told what fields come to, by the name that TestState shows.
    """

    input: Document
    data: Document
    variables: Mapping[str, Document]
    context: Callable[[], Mapping[str, Any]]
    result: Document | None = None
    error_output: Document | None = None
    inspect: Callable[..., None] = _unheard


def resolved(context: Any, read: Callable[[Document], Any], other: Callable[[Any], Any] = lambda value: value) -> Any:
    """A context object with its documents read, and with `other` applied to every other value."""
    if isinstance(context, Document):
        return read(context)
    if isinstance(context, dict):
        return {name: resolved(value, read, other) for name, value in context.items()}
    return other(context)

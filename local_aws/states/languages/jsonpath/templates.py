"""Payload templates: JSON in which a field `name.$` is replaced by a field `name` with what its path or function gives.

Source: "Payload Template", states-language.net.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.states.document import Document
from local_aws.states.languages.jsonpath.errors import NotFoundError, PathError, fault
from local_aws.states.languages.jsonpath.expressions import Call, Place, expression
from local_aws.states.languages.scope import Scope

SUFFIX = ".$"
_Filled = Callable[[Scope, Document], Any]


class PayloadTemplate:
    """A template, compiled. One without any path costs nothing to fill in."""

    def __init__(self, value: Any):
        self._fill, self._literal = _compiled(value), Document(value)

    def filled(self, scope: Scope, data: Document) -> Document:
        """The template with every path replaced, where `$` stands for `data`.

        Raises:
            FieldError: a path leads nowhere, or a function failed.
        """
        return self._literal if self._fill is None else Document(self._fill(scope, data))


def _compiled(value: Any) -> _Filled | None:
    """A function that gives the value; None where it has no path."""
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        parts = [_compiled(item) for item in value]
        if not any(parts):
            return None
        pairs = list(zip(value, parts, strict=True))
        return lambda scope, data: [item if fill is None else fill(scope, data) for item, fill in pairs]
    return None


def _object(value: dict[str, Any]) -> _Filled | None:
    fields = [
        (name.removesuffix(SUFFIX), None, _field(name, item))
        if name.endswith(SUFFIX)
        else (name, item, _compiled(item))
        for name, item in value.items()
    ]
    if all(fill is None for _, _, fill in fields):
        return None
    return lambda scope, data: {name: item if fill is None else fill(scope, data) for name, item, fill in fields}


def _field(name: str, text: str) -> _Filled:
    parsed = expression(text)
    if isinstance(parsed, Call):
        return parsed.value
    return lambda scope, data: _found(parsed, scope, data, name)


def _found(place: Place, scope: Scope, data: Document, field: str) -> Any:
    if data.value is None and place.reads_data:
        raise fault("Unable to apply Path transformation to null or empty input.")
    try:
        return place.value(scope, data)
    except NotFoundError as error:
        if _misses_an_element_only(place, scope, data):
            return None
        raise place.not_found(scope, data, field) from error
    except PathError as error:
        raise place.not_found(scope, data, field) from error


def _misses_an_element_only(place: Place, scope: Scope, data: Document) -> bool:
    """Whether a path leads to an array, and there beyond its end: in a template AWS takes null for that."""
    path = place.path
    if not path.is_reference or not path.steps or not isinstance(path.steps[-1], int):
        return False
    try:
        return isinstance(place.part(scope, data, -1), list)
    except (NotFoundError, PathError):
        return False

"""JSONata as the query language of a state: which strings are expressions, and what their failures mean.

A string that starts with `{%` and ends with `%}` is an expression, every other value stands for itself.
Source: "Transforming data with JSONata in Step Functions", AWS Step Functions developer guide; the sentences of
the errors are those of recorded executions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.states.document import Document, dumps
from local_aws.states.errors import QueryEvaluationError
from local_aws.states.languages.jsonata import (
    UNDEFINED,
    Expression,
    JSONataError,
    UnsupportedResultError,
    compile_expression,
)

_OPEN, _CLOSE = "{%", "%}"
Bindings = Mapping[str, Any]


class JSONataTemplate:
    """A field's value. One without expressions costs nothing to evaluate."""

    def __init__(self, value: Any, location: str):
        self._location = location
        self._evaluate = _compiled(value, location)
        self._source = _source(value)
        self._literal = Document(value)

    @property
    def is_literal(self) -> bool:
        """Whether it has no expression, and so needs no bindings."""
        return self._evaluate is None

    def evaluate(self, bindings: Bindings, expected: str | None = None) -> Document:
        """The field's value with every expression in it replaced by what it gives.

        Args:
            bindings: what expressions can name: the workflow's variables, and `states`.
            expected: the JSON type that the value must have (`array`), where one is asked for.

        Raises:
            QueryEvaluationError: an expression failed, gave nothing, or gave another type.
        """
        document = self._literal if self._evaluate is None else Document(self._evaluate(bindings))
        if expected is not None and type_name(document.value) != expected:
            raise self.unexpected(document.value, expected)
        return document

    def unexpected(self, value: Any, expected: str) -> QueryEvaluationError:
        """The failure of a field whose value has another type than the one that is expected."""
        subject = _subject(self._source, self._location) if self._source is not None else f"The '{self._location}'"
        return QueryEvaluationError(
            f"{subject} returned an unexpected result type. "
            f"Expected '{expected}', but was '{type_name(value)}' for value: {dumps(value)}",
            self._location,
        )


def type_name(value: Any) -> str:
    """The JSON type of a value, by JSON's name for it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _source(value: Any) -> str | None:
    """The text of an expression; None for any other value."""
    if isinstance(value, str) and value.startswith(_OPEN) and value.endswith(_CLOSE):
        return value[len(_OPEN) : -len(_CLOSE)]
    return None


def _compiled(value: Any, location: str) -> Callable[[Bindings], Any] | None:
    """A function that gives the value; None where it holds no expression."""
    source = _source(value)
    if source is not None:
        expression = compile_expression(source)
        return lambda bindings: _value_of(expression, location, bindings)
    if isinstance(value, dict):
        return _compiled_object(value, location)
    if isinstance(value, list):
        return _compiled_array(value, location)
    return None


def _compiled_object(value: dict[str, Any], location: str) -> Callable[[Bindings], Any] | None:
    compiled = {key: _compiled(item, f"{location}/{key}") for key, item in value.items()}
    dynamic = {key: evaluate for key, evaluate in compiled.items() if evaluate is not None}
    if not dynamic:
        return None
    return lambda bindings: value | {key: evaluate(bindings) for key, evaluate in dynamic.items()}


def _compiled_array(value: list[Any], location: str) -> Callable[[Bindings], Any] | None:
    parts = [_compiled(item, f"{location}[{index}]") for index, item in enumerate(value)]
    if not any(parts):
        return None
    pairs = list(zip(value, parts, strict=True))
    return lambda bindings: [item if evaluate is None else evaluate(bindings) for item, evaluate in pairs]


def _value_of(expression: Expression, location: str, bindings: Bindings) -> Any:
    try:
        value = expression.evaluate(bindings)
    except JSONataError as error:
        sentence = f"{error.introduction} {error}"
    except UnsupportedResultError:
        sentence = "returned an unsupported result type."
    else:
        if value is not UNDEFINED:
            return value
        sentence = "returned nothing (undefined)."
    raise QueryEvaluationError(f"{_subject(expression.source, location)} {sentence}", location)


def _subject(source: str, location: str) -> str:
    return f"The JSONata expression '{source.strip()}' specified for the field '{location}'"

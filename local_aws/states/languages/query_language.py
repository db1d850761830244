"""The query languages of the States Language, behind one interface: the only place that knows which there are.

A language turns a field of a definition into a `Template` once, when a workflow is compiled; a state evaluates
the template as often as it is visited. States, retries and maps know templates, never a language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from local_aws.states.document import Document
from local_aws.states.languages.jsonata.language import JSONataLanguage


class Template(Protocol):
    """A field's value, possibly with expressions in it."""

    def evaluate(self, bindings: Mapping[str, Any], expected: str | None = None) -> Document:
        """The field's value with every expression in it replaced by what it gives.

        Args:
            bindings: what expressions can name: the workflow's variables, and `states`.
            expected: the JSON type that the value must have (`array`), where one is asked for.

        Raises:
            errors.QueryEvaluationError: an expression failed, gave nothing, or gave another type.
        """


class QueryLanguage(Protocol):
    """How the fields of a state are read."""

    def template(self, value: Any, location: str) -> Template:
        """Compile a field's value; `location` names it in errors (`Output`, `Catch[0]/Output`).

        Raises:
            jsonata.JSONataError: an expression in it doesn't parse.
        """


class _Literal:
    """A value without expressions."""

    def __init__(self, value: Any):
        self._document = Document(value)

    def evaluate(self, _bindings: Mapping[str, Any], _expected: str | None = None) -> Document:
        return self._document


class JSONPathLanguage:
    """JSONPath, of which only what needs no path is there: fields with a literal value, such as a Fail's Cause.

    A definition that uses a path is refused when it is checked. An implementation of JSONPath takes this place.
    """

    def template(self, value: Any, location: str) -> Template:
        return _Literal(value)


DEFAULT = "JSONPath"
LANGUAGES: dict[str, QueryLanguage] = {"JSONata": JSONataLanguage(), "JSONPath": JSONPathLanguage()}

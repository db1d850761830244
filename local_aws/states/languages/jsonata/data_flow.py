"""JSONata in a state: Arguments, Output and Assign, and which data an expression in them can name.

Source: "Transforming data with JSONata in Step Functions", AWS Step Functions developer guide; sentences are those of
recorded executions where they are known, and plain where not.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from local_aws.states import timestamps
from local_aws.states.document import Document, dumps
from local_aws.states.errors import QueryEvaluationError
from local_aws.states.languages.jsonata.language import JSONataTemplate, type_name
from local_aws.states.languages.jsonata.values import bindable
from local_aws.states.languages.query_language import Conclusion, Fields, Range
from local_aws.states.languages.scope import Scope, resolved


def bindings(scope: Scope) -> dict[str, Any]:
    """What expressions can name: the workflow's variables, and `states`."""
    context = resolved(dict(scope.context()), _bound, bindable)
    states = {"input": _bound(scope.input), "context": context}
    if scope.result is not None:
        states["result"] = _bound(scope.result)
    if scope.error_output is not None:
        states["errorOutput"] = _bound(scope.error_output)
    found = {name: _bound(document) for name, document in scope.variables.items()}
    found["states"] = states
    return found


def _bound(document: Document) -> Any:
    return document.view(bindable)


class JSONataLanguage:
    """The query language named `JSONata`."""

    def state(self, fields: Fields) -> _MapFlow | _StateFlow:
        """See `query_language.QueryLanguage`."""
        return _MapFlow(fields) if fields["Type"] == "Map" else _StateFlow(fields)

    def catcher(self, fields: Fields, location: str) -> _Leaving:
        """See `query_language.QueryLanguage`."""
        return _Leaving(fields, location)

    def rule(self, fields: Fields, location: str, state: Fields) -> _Rule:
        """See `query_language.QueryLanguage`."""
        return _Rule(fields, location)

    def arguments(self, fields: Fields, location: str) -> _Data | None:
        """See `query_language.QueryLanguage`."""
        return _Data(fields["Arguments"], f"{location}Arguments", "object") if "Arguments" in fields else None

    def data(self, fields: Fields, name: str, location: str) -> _Data | None:
        """See `query_language.QueryLanguage`."""
        return _Data(fields[name], location + name) if name in fields else None

    def text(self, fields: Fields, name: str, location: str = "") -> _Text | None:
        """See `query_language.QueryLanguage`."""
        return _Text(fields[name], location + name) if name in fields else None

    def number(self, fields: Fields, name: str, allowed: Range, location: str = "") -> _Number | None:
        """See `query_language.QueryLanguage`."""
        return _Number(fields[name], location + name, allowed) if name in fields else None

    def moment(self, fields: Fields, name: str) -> _Moment | None:
        """See `query_language.QueryLanguage`."""
        return _Moment(fields[name], name) if name in fields else None


class _Data:
    def __init__(self, value: Any, location: str, expected: str | None = None):
        self._expected = expected
        self._template = JSONataTemplate(value, location)

    def evaluate(self, scope: Scope) -> Document:
        template = self._template
        return template.evaluate({} if template.is_literal else bindings(scope), self._expected)


class _Text:
    def __init__(self, value: Any, location: str):
        self._data = _Data(value, location, "string")

    def evaluate(self, scope: Scope) -> str:
        return self._data.evaluate(scope).value


class _Number:
    def __init__(self, value: Any, location: str, allowed: Range):
        self._template, self._location, self._allowed = JSONataTemplate(value, location), location, allowed

    def evaluate(self, scope: Scope) -> float:
        template, allowed = self._template, self._allowed
        found = template.evaluate({} if template.is_literal else bindings(scope)).value
        value = allowed.read(found)
        if type_name(value) != "number":
            raise template.unexpected(found, "number")
        if allowed.accepts(value):
            return int(value) if allowed.whole else value
        kind = "whole number" if allowed.whole else "number"
        range_ = (
            f"of {allowed.least} or more" if allowed.most == math.inf else f"from {allowed.least} to {allowed.most}"
        )
        # AWS's words for these are not known.
        sentence = f"The field '{self._location}' must be a {kind} {range_}, but was: {dumps(value)}"
        raise QueryEvaluationError(sentence, self._location)


class _Moment:
    def __init__(self, value: Any, location: str):
        self._text, self._location = _Text(value, location), location

    def evaluate(self, scope: Scope) -> datetime:
        text = self._text.evaluate(scope)
        moment = timestamps.parse(text)
        if moment is None:
            sentence = (
                f"The {self._location} field cannot be parsed as an ISO-8601 extended offset date-time format string: "
                f"{text}"
            )
            raise QueryEvaluationError(sentence, self._location)
        return moment


class _Leaving:
    """Output and Assign of a state, a rule or a catcher."""

    def __init__(self, fields: Fields, location: str = ""):
        self._output = _template(fields, "Output", location)
        self._assign = _template(fields, "Assign", location)

    def conclude(self, scope: Scope) -> Conclusion:
        """Without Output, what a state ends with is its result, the error that was caught, or its input."""
        if self._output is None and self._assign is None:
            return Conclusion(_default(scope), None)
        found = bindings(scope)
        output = _default(scope) if self._output is None else self._output.evaluate(found)
        return Conclusion(output, None if self._assign is None else self._assign.evaluate(found))


def _default(scope: Scope) -> Document:
    return scope.result or scope.error_output or scope.input


def _template(fields: Fields, name: str, location: str = "") -> JSONataTemplate | None:
    return JSONataTemplate(fields[name], location + name) if name in fields else None


class _StateFlow(_Leaving):
    selects_input = False

    def __init__(self, fields: Fields):
        super().__init__(fields)
        self._arguments = _template(fields, "Arguments")
        # TestState shows the arguments of a Task alone.
        self._shows_arguments = fields["Type"] == "Task"

    def enter(self, scope: Scope) -> Document:
        return scope.input

    def arguments(self, scope: Scope) -> Document:
        arguments = scope.input if self._arguments is None else self._arguments.evaluate(bindings(scope))
        if self._shows_arguments:
            scope.inspect(afterArguments=arguments)
        return arguments


class _MapFlow(_StateFlow):
    def __init__(self, fields: Fields):
        super().__init__(fields)
        self._items = _template(fields, "Items")
        self._item_selector = _template(fields, "ItemSelector")
        self.selects_items = self._item_selector is not None

    def items(self, scope: Scope, objects: bool) -> Any:
        found = scope.input if self._items is None else self._items.evaluate(bindings(scope))
        if isinstance(found.value, list) or (objects and isinstance(found.value, dict)):
            return found.value
        if self._items is not None:
            raise self._items.unexpected(found.value, "array")
        sentence = f"Map state input must be an array but was: {dumps(found.value)}"
        raise QueryEvaluationError(sentence, None)

    def item_input(self, scope: Scope, item: Document) -> Document:
        return item if self._item_selector is None else self._item_selector.evaluate(bindings(scope))


class _Rule(_Leaving):
    def __init__(self, fields: Fields, location: str):
        super().__init__(fields, location)
        self._condition = _Data(fields["Condition"], f"{location}Condition", "boolean")

    def holds(self, scope: Scope) -> bool:
        return self._condition.evaluate(scope).value

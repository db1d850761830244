"""JSONPath in a state: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, Assign, and the `…Path` fields.

Sources: "Processing input and output", "Passing data between states with variables", AWS Step Functions developer
guide, and states-language.net. What `$` stands for differs: in Parameters and in `…Path` fields the effective input, in
ResultSelector the result, in OutputPath what ResultPath made; in Assign the result of the work, the effective input
where there is none, the error in a catcher. Sentences are those of recorded executions; where none is known, they are
made like those that are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from local_aws.states import timestamps
from local_aws.states.document import Document, dumps
from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.choice_rules import rule
from local_aws.states.languages.jsonpath.errors import (
    REFERENCE_PATH_CONFLICT,
    RESULT_PATH_MATCH_FAILURE,
    NotFoundError,
    PathError,
    fault,
)
from local_aws.states.languages.jsonpath.expressions import Call, Place, reference, reference_or_call
from local_aws.states.languages.jsonpath.reference_paths import placed, reference_path
from local_aws.states.languages.jsonpath.templates import PayloadTemplate
from local_aws.states.languages.query_language import Conclusion, Field, Fields, Range
from local_aws.states.languages.scope import Scope

_PATH = "Path"
_SECONDS_PATH = "SecondsPath"
_LIMITS = ("TimeoutSecondsPath", "HeartbeatSecondsPath")
_COUNTS = ("ToleratedFailureCount", "MaxConcurrency")
_EMPTY = Document({})


class JSONPathLanguage:
    """The query language named `JSONPath`."""

    def state(self, fields: Fields) -> _StateFlow:
        """See `query_language.QueryLanguage`."""
        return _FLOWS.get(fields["Type"], _StateFlow)(fields)

    def catcher(self, fields: Fields, location: str) -> _Catcher:
        """See `query_language.QueryLanguage`."""
        return _Catcher(fields)

    def rule(self, fields: Fields, location: str, state: Fields) -> _Rule:
        """See `query_language.QueryLanguage`."""
        return _Rule(fields, state)

    def arguments(self, fields: Fields, location: str) -> _Data | None:
        """See `query_language.QueryLanguage`."""
        return _Data(fields["Parameters"]) if "Parameters" in fields else None

    def data(self, fields: Fields, name: str, location: str) -> _Data | None:
        """See `query_language.QueryLanguage`."""
        return _Data(fields[name]) if name in fields else None

    def text(self, fields: Fields, name: str, location: str = "") -> Field[str] | None:
        """See `query_language.QueryLanguage`."""
        return _either(fields, name, _Literal, _Text)

    def number(self, fields: Fields, name: str, allowed: Range, location: str = "") -> Field[float] | None:
        """See `query_language.QueryLanguage`."""
        return _either(fields, name, _Literal, lambda field, path: _Number(field, path, allowed))

    def moment(self, fields: Fields, name: str) -> Field[datetime] | None:
        """See `query_language.QueryLanguage`."""
        return _either(fields, name, lambda text: _Literal(timestamps.parse(text)), _Moment)


def _either(
    fields: Fields, name: str, literal: Callable[[Any], Field[Any]], at_path: Callable[[str, str], Field[Any]]
) -> Field[Any] | None:
    """A field with its value, or its counterpart with a path to one; None where neither is there."""
    if name in fields:
        return literal(fields[name])
    field = name + _PATH
    return at_path(field, fields[field]) if field in fields else None


# ---- fields -----------------------------------------------------------------------------------------------


class _Data:
    def __init__(self, value: Any):
        self._template = PayloadTemplate(value)

    def evaluate(self, scope: Scope) -> Document:
        return self._template.filled(scope, scope.data)


class _Literal:
    def __init__(self, value: Any):
        self._value = value

    def evaluate(self, _scope: Scope) -> Any:
        return self._value


class _Text:
    def __init__(self, field: str, path: str):
        self._field, self._path = field, reference_or_call(path)

    def evaluate(self, scope: Scope) -> str:
        if isinstance(self._path, Call):
            value = self._path.value(scope, scope.data)
        else:
            value = self._path.found(scope, scope.data, self._field).value
        if not isinstance(value, str):
            raise fault(
                f'The {self._field} field refers to value "{_shown(value)}" which is not a string: {self._path.text}'
            )
        return value


class _Number:
    """A path to a number. AWS has one wording for the limits of a Map, another for the seconds of a Wait, and another
    for those of a Task.

    The sentences that no recorded execution shows are those of moto's interpreter, which was held against AWS.
    """

    def __init__(self, field: str, path: str, allowed: Range):
        self._field, self._path, self._allowed = field, reference(path), allowed

    def evaluate(self, scope: Scope) -> float:
        allowed = self._allowed
        value = allowed.read(self._value(scope))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or (allowed.whole and isinstance(value, float)):
            raise self._no_number(value)
        if not allowed.accepts(value):
            raise self._out_of_range(value)
        return value

    def _value(self, scope: Scope) -> Any:
        if self._field == _SECONDS_PATH:
            return _waited_for(self._path, scope, self._field)
        if self._field in _LIMITS:
            return _followed(self._path, scope, scope.data, self._field).value
        return self._path.found(scope, scope.data, self._field).value

    def _no_number(self, value: Any) -> FieldError:
        if self._field == _SECONDS_PATH:
            shown = f"{self._path.text} == {_shown(value)}"
            return fault(f"The {self._field} parameter cannot be parsed as a long value: {shown}")
        kind = "integer" if self._allowed.whole else "float"
        return fault(
            f'The {self._field} field refers to value "{_shown(value)}" which is not a valid {kind}: {self._path.text}'
        )

    def _out_of_range(self, value: float) -> FieldError:
        least, most, name = self._allowed.least, self._allowed.most, self._field.removesuffix(_PATH)
        if name == "ToleratedFailurePercentage":
            return fault(f"{name} must be between {least:g} and {most:g}.")
        if name in _COUNTS:
            return fault(f"{name} cannot be negative.")
        if self._field != _SECONDS_PATH:
            return fault(f'The {self._field} field refers to value "{value}" which is out of range: {self._path.text}')
        if value > 0:
            return fault("Wait state delay is too long.")
        return fault(f"The {self._field} parameter references a negative value: {self._path.text} == {value}")


def _shown(value: Any) -> str:
    """A value inside a sentence: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else dumps(value)


def _waited_for(path: Place, scope: Scope, field: str) -> Any:
    """What a path of a Wait leads to."""
    try:
        return path.value(scope, scope.data)
    except (NotFoundError, PathError) as error:
        raise fault(f"The {field} parameter does not reference an input value: {path.text}") from error


def _followed(path: Place, scope: Scope, data: Document, field: str) -> Document:
    """Where a path leads, in a field for which AWS leaves it to its path library to say that it leads nowhere."""
    try:
        return path.document(scope, data)
    except NotFoundError as error:
        raise path.nowhere(scope, data) from error
    except PathError as error:
        raise path.not_found(scope, data, field) from error


class _Moment:
    def __init__(self, field: str, path: str):
        self._field, self._path = field, reference(path)

    def evaluate(self, scope: Scope) -> datetime:
        value = _waited_for(self._path, scope, self._field)
        moment = timestamps.parse(value) if isinstance(value, str) else None
        if moment is None:
            raise fault(
                f"The {self._field} parameter does not reference a valid ISO-8601 extended offset date-time format "
                f"string: {self._path.text} == {_shown(value)}"
            )
        return moment


class _Filter:
    """InputPath or OutputPath: a path, or null for an empty object."""

    def __init__(self, fields: Fields, name: str):
        path = fields.get(name, "$")
        self._name = name
        self._path = None if path is None else Place(path)

    def filtered(self, scope: Scope, data: Document) -> Document:
        if self._path is None:
            return _EMPTY
        if self._path.text == "$":
            return data
        if data.value is None and self._path.reads_data:
            raise fault("Unable to apply Path transformation to null or empty input.")
        return _followed(self._path, scope, data, self._name)


# ---- data flow --------------------------------------------------------------------------------------------


class _Variables:
    """Assign."""

    def __init__(self, fields: Fields):
        self._assign = PayloadTemplate(fields["Assign"]) if "Assign" in fields else None

    def assigned(self, scope: Scope, data: Document) -> Document | None:
        return None if self._assign is None else self._assign.filled(scope, data)


class _ResultPath:
    """ResultPath: where in the raw input a result goes; null leaves the input as it is."""

    def __init__(self, fields: Fields):
        path = fields.get("ResultPath", "$")
        self._path = None if path is None else reference_path(path)

    def combined(self, scope: Scope, result: Document) -> Document:
        if self._path is None:
            return scope.input
        if not self._path.steps:
            return result
        try:
            return Document(placed(scope.input.value, self._path.steps, result.value))
        except NotFoundError as error:
            sentence = f"Unable to apply ReferencePath {self._path.text} to input {dumps(scope.input.value)}"
            raise FieldError(sentence, RESULT_PATH_MATCH_FAILURE) from error


class _StateFlow:
    """A state without a result of its own: Wait, Choice, Succeed, Fail."""

    selects_input = True

    def __init__(self, fields: Fields):
        self._input, self._output = _Filter(fields, "InputPath"), _Filter(fields, "OutputPath")
        self._variables = _Variables(fields)

    def enter(self, scope: Scope) -> Document:
        data = self._input.filtered(scope, scope.input)
        scope.inspect(afterInputPath=data)
        return data

    def arguments(self, scope: Scope) -> Document:
        return scope.data

    def conclude(self, scope: Scope) -> Conclusion:
        return Conclusion(self._output.filtered(scope, scope.data), self._variables.assigned(scope, scope.data))


class _WorkFlow(_StateFlow):
    """A state with a result: Task, Parallel, Map, Pass."""

    def __init__(self, fields: Fields):
        super().__init__(fields)
        self._parameters = PayloadTemplate(fields["Parameters"]) if "Parameters" in fields else None
        self._selector = PayloadTemplate(fields["ResultSelector"]) if "ResultSelector" in fields else None
        self._result_path = _ResultPath(fields)

    def arguments(self, scope: Scope) -> Document:
        arguments = scope.data if self._parameters is None else self._parameters.filled(scope, scope.data)
        scope.inspect(afterParameters=arguments)
        return arguments

    def conclude(self, scope: Scope) -> Conclusion:
        result = self._result(scope)
        selected = result if self._selector is None else self._selector.filled(scope, result)
        scope.inspect(afterResultSelector=selected)
        combined = self._result_path.combined(scope, selected)
        scope.inspect(afterResultPath=combined)
        output = self._output.filtered(scope, combined)
        return Conclusion(output, self._variables.assigned(scope, result))

    def _result(self, scope: Scope) -> Document:
        assert scope.result is not None
        return scope.result


class _ParallelFlow(_WorkFlow):
    """TestState doesn't show what a Parallel's branches are given."""

    def enter(self, scope: Scope) -> Document:
        return self._input.filtered(scope, scope.input)

    def arguments(self, scope: Scope) -> Document:
        return scope.data if self._parameters is None else self._parameters.filled(scope, scope.data)


class _PassFlow(_WorkFlow):
    """A Pass gives its Result, or else what it would give to work. With a Result its input is of no account."""

    def __init__(self, fields: Fields):
        super().__init__(fields)
        self._literal = Document(fields["Result"]) if "Result" in fields else None

    def enter(self, scope: Scope) -> Document:
        return super().enter(scope) if self._literal is None else scope.input

    def _result(self, scope: Scope) -> Document:
        if self._literal is None:
            return self.arguments(scope)
        scope.inspect(result=self._literal)
        return self._literal


class _MapFlow(_WorkFlow):
    """ItemsPath and ItemSelector, which was called Parameters before there were two modes."""

    def __init__(self, fields: Fields):
        super().__init__(fields)
        self._items = reference(fields.get("ItemsPath", "$"))
        selector = fields.get("ItemSelector", fields.get("Parameters"))
        self._item_selector = None if selector is None else PayloadTemplate(selector)
        self.selects_items = selector is not None

    def items(self, scope: Scope, objects: bool) -> Any:
        try:
            found = self._items.document(scope, scope.data)
        except (NotFoundError, PathError) as error:
            raise self._conflict(scope) from error
        if not isinstance(found.value, list) and not (objects and isinstance(found.value, dict)):
            raise fault(f'Reference path "{self._items.path.text}" must point to array.')
        scope.inspect(afterItemsPath=found)
        return found.value

    def _conflict(self, scope: Scope) -> FieldError:
        """Names the first step that leads nowhere, as AWS does."""
        step = next(
            (step for count, step in enumerate(self._items.path.steps) if not self._leads(scope, count + 1)), "$"
        )
        searched = dumps(scope.data.value) if self._items.reads_data else self._items.text
        return FieldError(f'Unable to apply step "{step}" to input {searched}', REFERENCE_PATH_CONFLICT)

    def _leads(self, scope: Scope, count: int) -> bool:
        try:
            self._items.part(scope, scope.data, count)
        except (NotFoundError, PathError):
            return False
        return True

    def item_input(self, scope: Scope, item: Document) -> Document:
        return item if self._item_selector is None else self._item_selector.filled(scope, scope.data)


class _Rule(_StateFlow):
    """A rule brings its own Assign; what goes on is the state's effective input, through the state's OutputPath."""

    def __init__(self, fields: Fields, state: Fields):
        super().__init__({name: path for name, path in state.items() if name == "OutputPath"} | fields)
        self._holds = rule(fields)

    def holds(self, scope: Scope) -> bool:
        return self._holds(scope, scope.data)


class _Catcher:
    """A catcher puts the error into the raw input; the state's own OutputPath is not applied."""

    def __init__(self, fields: Fields):
        self._result_path, self._variables = _ResultPath(fields), _Variables(fields)

    def conclude(self, scope: Scope) -> Conclusion:
        assert scope.error_output is not None
        output = self._result_path.combined(scope, scope.error_output)
        return Conclusion(output, self._variables.assigned(scope, scope.error_output))


_FLOWS: dict[str, type[_StateFlow]] = {
    "Task": _WorkFlow,
    "Parallel": _ParallelFlow,
    "Map": _MapFlow,
    "Pass": _PassFlow,
}

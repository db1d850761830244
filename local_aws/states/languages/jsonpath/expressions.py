"""What may stand as the value of a `name.$` field: a path into the data, into the context object or into a variable,
or a call of an intrinsic function, nested at most ten deep.

Sources: "Intrinsic functions for JSONPath states", "Accessing the context object" and "Passing data between states with
variables", AWS Step Functions developer guide. The sentences of failures are recorded ones. Those on an argument of a
function call a path into the context object by what follows its first `$`; those on a field by its whole, as moto's
interpreter does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

from local_aws.states.document import Document, dumps, loads
from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.errors import (
    INTRINSIC_FAILURE,
    PARAMETER_PATH_FAILURE,
    InvalidPathError,
    NotFoundError,
    PathError,
    fault,
)
from local_aws.states.languages.jsonpath.intrinsics import INTRINSICS, InvalidArgumentError, Template
from local_aws.states.languages.jsonpath.paths import Path, path, walk
from local_aws.states.languages.jsonpath.reference_paths import reference_path
from local_aws.states.languages.scope import Scope, resolved

MAX_NESTED = 10
_VARIABLE = re.compile(r"\$([^\W\d]\w*)")
_NAME = re.compile(r"States\.\w+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"true|false|null")
_ESCAPED = "'{}\\"


class Expression(Protocol):
    """Something that gives a value.

    Attributes:
        text: as it is written.
    """

    text: str

    def value(self, scope: Scope, data: Document) -> Any:
        """Its value, where `$` stands for `data`.

        Raises:
            NotFoundError: it is a path that leads nowhere.
            PathError: it is a path that can't be evaluated.
        """

    def variables(self) -> Iterator[str]:
        """The names of the variables that it refers to."""


class Place:
    """A path, with where it begins.

    Attributes:
        path: the path from there, beginning with `$`.
        variable: the variable that it begins in.
        in_context: whether it begins in the context object.
        reads_data: whether it begins in the state's data.
    """

    def __init__(self, text: str, reference: bool = False):
        read = reference_path if reference else path
        self.text = text
        self.variable: str | None = None
        self.in_context = text.startswith("$$")
        if self.in_context:
            text = text[1:]
        elif found := _VARIABLE.match(text):
            self.variable = found[1]
            text = "$" + text[found.end() :]
        self.path: Path = read(text)
        self._is_root = text == "$"
        self.reads_data = not self.in_context and self.variable is None

    def value(self, scope: Scope, data: Document) -> Any:
        """See `Expression`."""
        return self.path.find(self._root(scope, data))

    def part(self, scope: Scope, data: Document, count: int) -> Any:
        """Where the first steps of a reference path lead."""
        return walk(self.path.steps[:count], self._root(scope, data))

    def _root(self, scope: Scope, data: Document) -> Any:
        if self.variable is not None:
            if self.variable not in scope.variables:
                raise NotFoundError
            return scope.variables[self.variable].value
        return context(scope) if self.in_context else data.value

    def document(self, scope: Scope, data: Document) -> Document:
        """As `value`; data that is taken whole keeps its text."""
        if self._is_root and self.reads_data:
            return data
        if self._is_root and self.variable is not None and self.variable in scope.variables:
            return scope.variables[self.variable]
        return Document(self.value(scope, data))

    def variables(self) -> Iterator[str]:
        """See `Expression`."""
        if self.variable is not None:
            yield self.variable

    def found(self, scope: Scope, data: Document, field: str) -> Document:
        """As `document`, for a field of a state.

        Raises:
            FieldError: it leads nowhere.
        """
        try:
            return self.document(scope, data)
        except (NotFoundError, PathError) as error:
            raise self.not_found(scope, data, field) from error

    def not_found(self, scope: Scope, data: Document, field: str) -> FieldError:
        """The failure of a field whose path leads nowhere."""
        searched = dumps(context(scope) if self.in_context else data.value)
        sentence = (
            f"The JSONPath '{self.text}' specified for the field '{field}' could not be found in the input '{searched}'"
        )
        return fault(sentence, PARAMETER_PATH_FAILURE)

    def nowhere(self, scope: Scope, data: Document) -> FieldError:
        """The failure of a field whose path leads nowhere, as AWS's path library says it.

        Source: `PathToken` and `CompiledPath` of github json-path/JsonPath, which name the first property that is
        missing on the way, or else the whole path.
        """
        steps = self.path.steps
        missing = next((n for n in range(1, len(steps)) if not self._leads(scope, data, n)), None)
        said = "No results for path: $" if missing is None else "Missing property in path $"
        shown = "".join(f"['{step}']" if isinstance(step, str) else f"[{step}]" for step in steps[:missing])
        return fault(f"Invalid path '{self._shown()}' : {said}{shown}", PARAMETER_PATH_FAILURE)

    def _leads(self, scope: Scope, data: Document, count: int) -> bool:
        try:
            self.part(scope, data, count)
        except NotFoundError:
            return False
        return True

    def _shown(self) -> str:
        return self.path.text if self.in_context else self.text


def context(scope: Scope) -> dict[str, Any]:
    """The context object as plain data."""
    return resolved(dict(scope.context()), lambda document: document.value)


class Call:
    """A call of an intrinsic function."""

    def __init__(self, text: str, name: str, arguments: list[Any]):
        self.text, self._name, self._function = text, name, INTRINSICS[name]
        self._arguments = arguments

    def value(self, scope: Scope, data: Document) -> Any:
        """See `Expression`.

        Raises:
            FieldError: an argument is not there, or not what the function takes.
        """
        try:
            return self._called(scope, data)
        except _CallError as error:
            sentence = f"The function '{self.text}' had the following error: {error}"
            raise fault(sentence, INTRINSIC_FAILURE) from error

    def _called(self, scope: Scope, data: Document) -> Any:
        given = [self._argument(argument, scope, data) for argument in self._arguments]
        try:
            return self._function(given)
        except InvalidArgumentError as error:
            raise _CallError(f"Invalid arguments in {self._name}") from error

    @staticmethod
    def _argument(argument: Any, scope: Scope, data: Document) -> Any:
        if isinstance(argument, Call):
            return argument._called(scope, data)
        if not isinstance(argument, Place):
            return argument
        try:
            return argument.value(scope, data)
        except NotFoundError as error:
            shown, searched = argument._shown(), dumps(data.value)
            sentence = f"The JsonPath argument for the field '{shown}' could not be found in the input '{searched}'"
            raise _CallError(sentence) from error
        except PathError as error:
            raise _CallError(str(error)) from error

    def variables(self) -> Iterator[str]:
        """See `Expression`."""
        for argument in self._arguments:
            if isinstance(argument, Place | Call):
                yield from argument.variables()


class _CallError(Exception):
    """What went wrong inside a call, at any depth; the outermost call tells it."""


@lru_cache(maxsize=4096)
def expression(text: str) -> Place | Call:
    """Parse the value of a `name.$` field.

    Raises:
        InvalidPathError: it is neither a path nor a call of a function.
    """
    return Place(text) if text.startswith("$") else _CallParser(text).parse()


@lru_cache(maxsize=4096)
def reference(text: str) -> Place:
    """Parse a reference path, which may begin in the context object or in a variable.

    Raises:
        InvalidPathError: it isn't one.
    """
    return Place(text, reference=True)


def reference_or_call(text: str) -> Place | Call:
    """Parse a reference path or a call of a function, as ErrorPath and CausePath take them.

    Raises:
        InvalidPathError: it is neither.
    """
    return _CallParser(text).parse() if text.startswith("States.") else reference(text)


class _CallParser:
    def __init__(self, text: str):
        self._text, self._at = text, 0

    def parse(self) -> Call:
        call = self._call(1)
        if self._at != len(self._text):
            raise InvalidPathError("something follows the call of a function")
        return call

    def _call(self, depth: int) -> Call:
        start = self._at
        name = _NAME.match(self._text, start)
        if name is None or name[0] not in INTRINSICS or depth > MAX_NESTED:
            raise InvalidPathError("not a call of an intrinsic function")
        self._at = name.end()
        self._expect("(")
        arguments: list[Any] = []
        self._blanks()
        if not self._text.startswith(")", self._at):
            arguments.append(self._argument(name[0] == "States.Format", depth))
            self._blanks()
            while self._text.startswith(",", self._at):
                self._at += 1
                arguments.append(self._argument(False, depth))
                self._blanks()
        self._expect(")")
        return Call(self._text[start : self._at], name[0], arguments)

    def _argument(self, is_template: bool, depth: int) -> Any:
        self._blanks()
        start = self._at
        if self._text.startswith("'", start):
            return self._string(is_template)
        if self._text.startswith("$", start):
            return Place(self._path())
        if self._text.startswith("States.", start):
            return self._call(depth + 1)
        for pattern in (_NUMBER, _WORD):
            if found := pattern.match(self._text, start):
                self._at = found.end()
                if len(found[0]) > MAX_DIGITS:
                    break
                try:
                    return loads(found[0])
                except ValueError:
                    raise InvalidPathError(f"the number at position {start} is out of range") from None
        raise InvalidPathError(f"an argument is missing at position {start}")

    def _string(self, is_template: bool) -> str | Template:
        start = self._at + 1
        at, plain = start, []
        while at < len(self._text) and self._text[at] != "'":
            if self._text[at] == "\\":
                at += 1
                if self._text[at : at + 1] not in tuple(_ESCAPED):
                    raise InvalidPathError("a backslash escapes a quote, a brace or itself")
            plain.append(self._text[at])
            at += 1
        if at >= len(self._text):
            raise InvalidPathError("a quote is not closed")
        self._at = at + 1
        if is_template:
            try:
                return Template.of(self._text[start:at])
            except InvalidArgumentError:
                # AWS finds a lone brace at run time; it has the same text for the function as for the template.
                return self._text[start:at]
        return "".join(plain)

    def _path(self) -> str:
        """The text of a path, up to the comma or the bracket that ends the argument."""
        start, depth = self._at, 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "'\"" and depth:
                self._skip_quoted(character)
            elif character in "[(":
                depth += 1
            elif character in "])" and depth:
                depth -= 1
            elif depth == 0 and character in ",) ":
                break
            self._at += 1
        return self._text[start : self._at]

    def _skip_quoted(self, quote: str) -> None:
        self._at += 1
        while self._at < len(self._text) and self._text[self._at] != quote:
            self._at += 2 if self._text[self._at] == "\\" else 1

    def _expect(self, character: str) -> None:
        if not self._text.startswith(character, self._at):
            raise InvalidPathError(f"'{character}' is missing at position {self._at}")
        self._at += 1

    def _blanks(self) -> None:
        while self._text.startswith(" ", self._at):
            self._at += 1


MAX_DIGITS = 400
"""Of a number in a call: Python takes long to read a longer one."""

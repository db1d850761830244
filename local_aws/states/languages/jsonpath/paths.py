"""Paths as Jayway's JsonPath reads and evaluates them; it is the library that AWS uses.

What matters here and no library for Python has: a path is *definite* where it can only lead to one place; such a path
gives a value, and fails where there is none; any other gives an array, be it an empty one. `['a','b']` at the end of a
definite path gives an object of those members. A path may end in a function (`.length()`). A filter on an object
tests the object itself. A name goes on to the next dot or bracket, whatever is in it.

Paths of names and indexes, which nearly all are, are walked here. Everything else (wildcards, slices, unions,
filters, `..`) is python-jsonpath's work, on the same path with its names in quotes.

Source: the read-me and the source of json-path/JsonPath; that AWS uses it: awslabs/statelint issue 17.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

import jsonpath
import regex
from jsonpath.match import JSONPathMatch
from jsonpath.segments import JSONPathChildSegment
from jsonpath.selectors import Filter

from local_aws.states.document import dumps, loads
from local_aws.states.languages.jsonpath.errors import InvalidPathError, NotFoundError, PathError

MAX_LENGTH = 10_000
MAX_RESULTS = 100_000
"""What is found at most, in place of a limit of time: more wouldn't fit into the output of a state."""
BRACKET = "'[' must be followed by ' or '['"
"""AWS's words (github Stedi-Public-Archive/ts2asl issue 912)."""
MATCH_SECONDS = 0.25
"""How long a regular expression of a filter may look at one value."""

Step = str | int
_INDEX = re.compile(r"-?\d+", re.ASCII)
_INDEXES = re.compile(r"\s*-?\d+\s*(,\s*-?\d+\s*)+", re.ASCII)
_SLICE = re.compile(r"\s*+(-?\d++)?\s*+:\s*+(-?\d++)?\s*+(:\s*+(-?\d++)?)?\s*+", re.ASCII)
_QUOTED = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(,|$)""", re.DOTALL)


class Path:
    """A path, parsed.

    Attributes:
        text: as it was written.
        steps: its names and indexes as far as it has nothing else.
        is_reference: whether it has nothing else at all.
        is_definite: whether it can only lead to one place.
    """

    def __init__(self, text: str):
        parser = _Parser(text)
        self.text = text
        self.steps: tuple[Step, ...] = tuple(parser.steps)
        self.is_definite = True
        self._function = parser.function
        self._members = parser.members
        self.is_reference = parser.is_simple and parser.function is None and parser.members is None
        self._select: Callable[[Any], Any]
        if parser.is_simple:
            steps = self.steps
            self._select = lambda data: walk(steps, data)
        else:
            self.is_definite = self._function is not None
            compiled = _compiled("".join(parser.normalised))
            self._select = lambda data: _found(compiled, data)

    def find(self, data: Any) -> Any:
        """What the path leads to.

        Raises:
            NotFoundError: it is definite, and leads nowhere.
            PathError: it can't be evaluated on this data.
        """
        found = self._select(data)
        if self._members is not None:
            if not isinstance(found, dict):
                raise NotFoundError
            found = {name: found[name] for name in self._members if name in found}
        if self._function is not None:
            return self._function(found, data)
        return found


@lru_cache(maxsize=4096)
def path(text: str) -> Path:
    """Parse a path that begins with `$`.

    Raises:
        InvalidPathError: it isn't one.
    """
    return Path(text)


def walk(steps: Iterable[Step], data: Any) -> Any:
    """Follow names and indexes.

    Raises:
        NotFoundError: one leads nowhere.
    """
    for step in steps:
        if isinstance(step, str):
            if type(data) is not dict or step not in data:
                raise NotFoundError
            data = data[step]
        elif type(data) is not list:
            raise PathError(f"Filter: [{step}] can only be applied to arrays. Current context is: {dumps(data)}")
        elif not -len(data) <= step < len(data):
            raise NotFoundError
        else:
            data = data[step]
    return data


class _Parser:
    """Takes a path apart: `steps` as far as it is simple, `normalised` for python-jsonpath, a function at its end."""

    def __init__(self, text: str):
        if not text.startswith("$"):
            raise InvalidPathError("a path starts with '$'")
        if len(text) > MAX_LENGTH:
            raise InvalidPathError(f"a path has at most {MAX_LENGTH} characters")
        self._text, self._at = text, 1
        self.steps: list[Step] = []
        self.normalised = ["$"]
        self.is_simple = True
        self.function: Callable[[Any, Any], Any] | None = None
        self.members: tuple[str, ...] | None = None
        while self._at < len(text):
            if self.function is not None:
                raise InvalidPathError("a function ends the path")
            if self.members is not None:
                # They are particular at the end of a path only.
                self._complex("[" + ", ".join(map(_quoted, self.members)) + "]")
                self.members = None
            self._read()

    def _read(self) -> None:
        character = self._text[self._at]
        if character == "[":
            self._bracket(descends=False)
        elif self._text.startswith("..", self._at):
            self._at += 2
            self._after_dots(descends=True)
        elif character == ".":
            self._at += 1
            self._after_dots(descends=False)
        else:
            raise InvalidPathError(f"'{character}' can't stand at position {self._at}")

    def _after_dots(self, descends: bool) -> None:
        if self._at >= len(self._text):
            raise InvalidPathError("a path can't end with a dot")
        if self._text[self._at] == "[":
            self._bracket(descends)
            return
        end = self._at
        while end < len(self._text) and self._text[end] not in ".[( ":
            end += 1
        name, start = self._text[self._at : end], self._at
        self._at = end
        if not name:
            raise InvalidPathError(f"a name is missing at position {start}")
        if self._text.startswith(" ", end):
            raise InvalidPathError("a name with a blank must stand in brackets and quotes")
        if self._text.startswith("(", end):
            if descends:
                raise InvalidPathError("a function can't follow '..'")
            self._call(name)
        elif name == "*":
            self._complex("..*" if descends else "[*]")
        else:
            self._name(name, descends)

    def _name(self, name: str, descends: bool) -> None:
        if descends:
            self._complex(f"..[{_quoted(name)}]")
        else:
            self.steps.append(name)
            self.normalised.append(f"[{_quoted(name)}]")

    def _complex(self, text: str) -> None:
        self.is_simple = False
        self.normalised.append(text)

    def _bracket(self, descends: bool) -> None:
        end = _closing(self._text, self._at)
        content = self._text[self._at + 1 : end]
        self._at = end + 1
        dots = ".." if descends else ""
        stripped = content.strip()
        if _INDEX.fullmatch(stripped) and not descends:
            self.steps.append(_integer(stripped))
            self.normalised.append(f"[{_integer(stripped)}]")
        elif stripped[:1] in ("'", '"'):
            self._names(content, descends)
        elif stripped == "*" or _INDEX.fullmatch(stripped) or _INDEXES.fullmatch(content) or _SLICE.fullmatch(content):
            for number in re.findall(r"\d+", content):
                _integer(number)
            self._complex(f"{dots}[{stripped}]")
        elif stripped.startswith("?"):
            self._complex(f"{dots}[{stripped}]")
        else:
            raise InvalidPathError(BRACKET)

    def _names(self, content: str, descends: bool) -> None:
        names, at = [], 0
        while at < len(content):
            found = _QUOTED.match(content, at)
            if found is None:
                raise InvalidPathError("names in brackets must be quoted and divided by commas")
            names.append(_unquoted(found[1]))
            at = found.end()
            if found[2] == "," and at >= len(content):
                raise InvalidPathError("a name is missing after a comma")
        if len(names) == 1:
            self._name(names[0], descends)
        elif descends or not self.is_simple:
            self._complex((".." if descends else "") + "[" + ", ".join(map(_quoted, names)) + "]")
        else:
            self.members = tuple(names)

    def _call(self, name: str) -> None:
        end = _closing(self._text, self._at)
        arguments = self._text[self._at + 1 : end]
        self._at = end + 1
        try:
            self.function = _function(name, arguments)
        except (ValueError, RecursionError) as error:
            raise InvalidPathError(f"the function {name} can't be called so") from error


def _integer(text: str) -> int:
    number = int(text) if len(text) <= 11 else 2**31
    if not -(2**31) <= number < 2**31:
        raise InvalidPathError(f"the index {text[:20]} is out of range")
    return number


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped) + "'"


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _closing(text: str, opening: int) -> int:
    """Where the bracket that opens at a position is closed; what stands in quotes or in a pattern doesn't count."""
    pairs = {"[": "]", "(": ")"}
    expected: list[str] = []
    at = opening
    while at < len(text):
        character = text[at]
        if character in "'\"" or (character == "/" and text[opening:at].rstrip().endswith("=~")):
            at = _end_of_quote(text, at)
        elif character in pairs:
            expected.append(pairs[character])
        elif expected and character == expected[-1]:
            expected.pop()
            if not expected:
                return at
        elif character in ")]":
            break
        at += 1
    raise InvalidPathError(f"'{text[opening]}' is not closed")


def _end_of_quote(text: str, start: int) -> int:
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == text[start]:
            return at
        at += 1
    raise InvalidPathError("a quote is not closed")


# ---- python-jsonpath --------------------------------------------------------------------------------------


class _Environment(jsonpath.JSONPathEnvironment):
    """Comparisons as Jayway makes them: a text that is a number equals that number; patterns keep to a time."""

    max_recursion_depth = 1000
    """The depth that AWS's JSON parser allows."""

    def compare(self, left: object, operator: str, right: object) -> bool:
        if operator == "=~":
            return isinstance(left, str) and isinstance(right, re.Pattern) and _matches(right, left)
        if isinstance(left, str) and _is_number(right):
            left = _as_number(left)
        elif isinstance(right, str) and _is_number(left):
            right = _as_number(right)
        return super().compare(left, operator, right)


class _ObjectFilter(Filter):
    """A filter that tests an object itself, and the elements of an array."""

    __slots__ = ()

    def resolve(self, node: JSONPathMatch) -> Iterable[JSONPathMatch]:
        if not isinstance(node.obj, dict):
            yield from super().resolve(node)
            return
        alone = JSONPathMatch(filter_context={}, obj=[node.obj], parent=None, path="", parts=(), root=node.root)
        if any(True for _ in super().resolve(alone)):
            yield node


_ENVIRONMENT = _Environment()


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    try:
        compiled = _ENVIRONMENT.compile(text)
    except jsonpath.JSONPathError as error:
        raise InvalidPathError(f"the path can't be read: {error}") from error
    except (re.error, RecursionError, ValueError, OverflowError) as error:
        raise InvalidPathError("the path can't be read") from error
    if not isinstance(compiled, jsonpath.JSONPath):
        raise InvalidPathError("a path is one path")
    for segment in compiled.segments:
        if isinstance(segment, JSONPathChildSegment):
            segment.selectors = tuple(map(_as_jayway, segment.selectors))
    return compiled


def _as_jayway(selector: Any) -> Any:
    if isinstance(selector, Filter):
        return _ObjectFilter(env=selector.env, token=selector.token, expression=selector.expression)
    return selector


def _found(compiled: Any, data: Any) -> list[Any]:
    if not isinstance(data, dict | list):
        return []
    try:
        found = [match.obj for match in islice(compiled.finditer(data), MAX_RESULTS + 1)]
    except (jsonpath.JSONPathError, RecursionError, TypeError, ValueError) as error:
        raise PathError("The path can't be evaluated on this data") from error
    if len(found) > MAX_RESULTS:
        raise PathError(f"The path leads to more than {MAX_RESULTS} places")
    return found


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the whole text fits. A pattern may backtrack until its time is over: others run meanwhile."""
    flags = pattern.flags & _FLAGS
    try:
        return regex.fullmatch(pattern.pattern, text, flags, timeout=MATCH_SECONDS, concurrent=True) is not None
    except (regex.error, TimeoutError) as error:
        raise PathError(f"The pattern '{pattern.pattern}' can't be matched") from error


_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


# ---- functions at the end of a path ------------------------------------------------------------------------


def _function(name: str, arguments: str) -> Callable[[Any, Any], Any]:
    """A function with its arguments, which are JSON or paths from the root."""
    given = [_argument(text) for text in _divided(arguments)]
    if name in _OF_NUMBERS:
        calculate = _OF_NUMBERS[name]
        return lambda value, root: calculate(_numbers(value, [find(root) for find in given]))
    if name in _OF_VALUES and not given:
        of_value = _OF_VALUES[name]
        return lambda value, _root: of_value(value)
    if name == "index" and len(given) == 1:
        return lambda value, root: _element(value, given[0](root))
    if name == "concat":
        return lambda value, root: "".join(map(_text, [*_listed(value), *(find(root) for find in given)]))
    if name == "append" and given:
        return lambda value, root: [*_listed(value), *(find(root) for find in given)]
    raise ValueError(name)


def _divided(arguments: str) -> list[str]:
    parts, depth, start, at = [], 0, 0, 0
    while at < len(arguments):
        character = arguments[at]
        if character in "'\"":
            at = _end_of_quote(arguments, at)
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(arguments[start:at])
            start = at + 1
        at += 1
    return [*parts, arguments[start:]] if arguments.strip() else []


def _argument(text: str) -> Callable[[Any], Any]:
    text = text.strip()
    if text.startswith("$"):
        return Path(text).find
    value = loads(text)
    return lambda _root: value


def _numbers(value: Any, more: list[Any]) -> list[float]:
    found = [number for number in [*_listed(value), *more] if _is_number(number)]
    if not found:
        raise PathError("Aggregation function attempted to calculate value using empty array")
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list | dict) else None


def _keys(value: Any) -> list[str]:
    if not isinstance(value, dict):
        raise NotFoundError
    return list(value)


def _element(value: Any, index: Any) -> Any:
    if not isinstance(value, list) or type(index) is not int or not -len(value) <= index < len(value):
        raise NotFoundError
    return value[index]


def _finite(calculate: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    def checked(numbers: list[float]) -> float:
        try:
            result = float(calculate(numbers))
        except (OverflowError, ValueError) as error:
            raise PathError("The numbers are too large") from error
        if not math.isfinite(result):
            raise PathError("The numbers are too large")
        return result

    return checked


_OF_NUMBERS: dict[str, Callable[[list[float]], float]] = {
    "min": _finite(min),
    "max": _finite(max),
    "avg": _finite(statistics.fmean),
    "stddev": _finite(statistics.pstdev),
    "sum": _finite(sum),
}
_OF_VALUES: dict[str, Callable[[Any], Any]] = {
    "length": _length,
    "size": _length,
    "keys": _keys,
    "first": lambda value: _element(value, 0),
    "last": lambda value: _element(value, -1),
}

"""From a pattern's text to something that events are held against.

An object of a pattern asks of an event's object that every member fits; an array of it is a list of conditions of which
one has to be met; `$or` asks that one of several objects fits. Where the event has an array, one of its elements has
to fit, and fit in all that is asked of it: two members are never taken from two elements.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local_aws.event_pattern import conditions
from local_aws.event_pattern.conditions import Condition
from local_aws.event_pattern.tokens import Kind, PatternError, Tokens

_OR = "$or"
_RESERVED_IN_OR = ("exactly", "prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case")
_SCALARS = (Kind.TEXT, Kind.NUMBER, Kind.WORD)
_ONE_KEY = "Only one key allowed in match expression"


@dataclass
class _Leaf:
    """The conditions on one field, and the way to it from the event's root."""

    path: tuple[str, ...]
    conditions: list[Condition]

    def fits(self, value: Any, event: Any) -> bool:
        if any(each.test(found) for found in _scalars(value) for each in self.conditions):
            return True
        asks_absence = any(each.of_absence for each in self.conditions)
        return asks_absence and not _is_present(event, self.path)


@dataclass
class _Node:
    """An object of a pattern."""

    members: dict[str, _Node | _Leaf] = field(default_factory=dict)
    alternatives: list[list[_Node]] = field(default_factory=list)

    def fits(self, value: Any, event: Any) -> bool:
        if isinstance(value, list):
            return any(self.fits(each, event) for each in value) or (not value and self._fits_object({}, event))
        return self._fits_object(value if isinstance(value, dict) else {}, event)

    def _fits_object(self, value: dict[str, Any], event: Any) -> bool:
        if not all(
            part.fits(_null(value[name]) if name in value else None, event) for name, part in self.members.items()
        ):
            return False
        return all(any(one.fits(value, event) for one in several) for several in self.alternatives)


class EventPattern:
    """A pattern, ready.

    Raises:
        PatternError: the text isn't a pattern.
    """

    def __init__(self, text: str):
        self.text = text
        self._root = _Compiler(text).compile()

    def matches(self, event: Any) -> bool:
        """Whether an event, as parsed JSON, is one that the pattern is about."""
        return isinstance(event, dict) and self._root.fits(event, event)


@functools.lru_cache(maxsize=1024)
def compiled(text: str) -> EventPattern:
    """The pattern of a text, kept.

    Raises:
        PatternError: it isn't one.
    """
    return EventPattern(text)


def _scalars(value: Any) -> Iterator[Any]:
    """The values that stand at a field: itself, or those of an array. `None` for a field that isn't there stands for
    nothing; a null of the event comes as `_NULL`."""
    if isinstance(value, list):
        for each in value:
            yield from _scalars(_null(each))
    elif value is _NULL:
        yield None
    elif value is not None and not isinstance(value, dict):
        yield value


class _Null:
    """A null of an event, which is not the same as nothing."""


_NULL = _Null()


def _null(value: Any) -> Any:
    return _NULL if value is None else value


def _is_present(value: Any, path: tuple[str, ...]) -> bool:
    """Whether the event has a value at the end of a path, in whatever element of its arrays."""
    if isinstance(value, list):
        return any(_is_present(each, path) for each in value)
    if not path:
        return not isinstance(value, dict)
    return isinstance(value, dict) and path[0] in value and _is_present(value[path[0]], path[1:])


class _Compiler:
    """Reads a pattern once, from left to right; what is wrong first is told."""

    def __init__(self, text: str):
        self._tokens = Tokens(text)

    def compile(self) -> _Node:
        if self._tokens.next().kind is not Kind.OBJECT:
            raise self._tokens.refuse("Filter is not an object")
        return self._object((), in_or=False)

    def _object(self, path: tuple[str, ...], in_or: bool) -> _Node:
        tokens, node = self._tokens, _Node()
        while tokens.next().kind is not Kind.END_OBJECT:
            name = tokens.current.value
            if name == _OR:
                node.alternatives.append(self._either(path))
                continue
            if in_or and name in _RESERVED_IN_OR:
                raise tokens.refuse(f"{name} is Ruler reserved fieldName which cannot be used inside {_OR}.")
            token, inner = tokens.next(), (*path, name)
            if token.kind is Kind.OBJECT:
                node.members[name] = self._object(inner, in_or)
            elif token.kind is Kind.ARRAY:
                node.members[name] = _Leaf(inner, self._conditions())
            else:
                raise tokens.refuse(f'"{name}" must be an object or an array')
        if not node.members and not node.alternatives:
            raise tokens.refuse("Empty objects are not allowed")
        return node

    def _either(self, path: tuple[str, ...]) -> list[_Node]:
        tokens, found = self._tokens, []
        if tokens.next().kind is not Kind.ARRAY:
            raise tokens.refuse(f"It must be an Array followed with {_OR}.")
        while tokens.next().kind is not Kind.END_ARRAY:
            if tokens.current.kind is not Kind.OBJECT:
                raise tokens.refuse(f"Only JSON object is allowed in array of {_OR} relationship.")
            found.append(self._object(path, in_or=True))
        if len(found) < 2:
            raise tokens.refuse(f"There must have at least 2 Objects in {_OR} relationship.")
        return found

    def _conditions(self) -> list[Condition]:
        tokens, found = self._tokens, []
        while tokens.next().kind is not Kind.END_ARRAY:
            if tokens.current.kind is Kind.OBJECT:
                found.append(self._expression())
            elif tokens.current.kind in _SCALARS:
                found.append(conditions.equal_to(tokens.current.value))
            else:
                raise tokens.refuse("Match value must be String, number, true, false, or null")
        if not found:
            raise tokens.refuse("Empty arrays are not allowed")
        return found

    # ---- match expressions: {"prefix": "a"} ------------------------------------------------------------

    def _expression(self) -> Condition:
        tokens = self._tokens
        if tokens.next().kind is not Kind.NAME:
            raise tokens.refuse("Match expression name not found")
        name = tokens.current.value
        read: Callable[[], Condition] | None = {
            "exactly": lambda: self._text("exact match pattern must be a string", conditions.equal_to),
            "prefix": lambda: self._affix("prefix", conditions.prefix),
            "suffix": lambda: self._affix("suffix", conditions.suffix),
            "numeric": self._numeric,
            "anything-but": self._anything_but,
            "exists": self._exists,
            # The words for a CIDR that is no text are the library's own.
            "cidr": lambda: self._text("prefix match pattern must be a string", conditions.cidr),
            "equals-ignore-case": lambda: self._text(
                "equals-ignore-case match pattern must be a string", conditions.equals_ignore_case
            ),
            "wildcard": lambda: self._text("wildcard match pattern must be a string", conditions.wildcard),
        }.get(name)
        if read is None:
            raise tokens.refuse(f"Unrecognized match type {name}")
        return read()

    def _text(self, fault: str, make: Callable[[str], Condition]) -> Condition:
        if self._tokens.next().kind is not Kind.TEXT:
            raise self._tokens.refuse(fault)
        found = make(self._tokens.current.value)
        self._close(_ONE_KEY)
        return found

    def _close(self, fault: str) -> None:
        if self._tokens.next().kind is not Kind.END_OBJECT:
            raise self._tokens.refuse(fault)

    def _affix(self, name: str, make: Callable[[str, bool], Condition]) -> Condition:
        """A prefix or a suffix, perhaps with `equals-ignore-case` inside."""
        tokens = self._tokens
        if tokens.next().kind is Kind.TEXT:
            found = make(tokens.current.value, False)
            self._close(_ONE_KEY)
            return found
        if tokens.current.kind is not Kind.OBJECT:
            raise tokens.refuse(f"{name} match pattern must be a string")
        if tokens.next().kind is not Kind.NAME:
            raise tokens.refuse(f"{name.title()} expression name not found")
        if tokens.current.value != "equals-ignore-case":
            raise tokens.refuse(f"Unsupported {name} pattern: {tokens.current.value}")
        found = self._text("equals-ignore-case match pattern must be a string", lambda text: make(text, True))
        self._close(_ONE_KEY)
        return found

    def _exists(self) -> Condition:
        wanted = self._tokens.next()
        if wanted.kind is not Kind.WORD or wanted.value is None:
            raise self._tokens.refuse("exists match pattern must be either true or false.")
        self._close(_ONE_KEY)
        return conditions.present() if wanted.value else conditions.absent()

    # ---- numbers ---------------------------------------------------------------------------------------

    def _numeric(self) -> Condition:
        tokens = self._tokens
        if tokens.next().kind is not Kind.ARRAY:
            raise tokens.refuse("Value of numeric must be an array.")
        if tokens.next().kind is not Kind.TEXT:
            raise tokens.refuse(f"Invalid member in numeric match: {_shown(tokens.current.value)}")
        operator = tokens.current.value
        if operator not in ("=", "<", "<=", ">", ">="):
            tokens.next()
            raise tokens.refuse(f"Unrecognized numeric range operator: {operator}")
        number = self._number("equals" if operator == "=" else operator)
        try:
            found = self._range(operator, number)
        except PatternError as error:
            raise error if "\n at " in str(error) else tokens.refuse(str(error)) from None
        self._close("Too many elements in numeric expression")
        return found

    def _range(self, operator: str, number: float) -> Condition:
        tokens = self._tokens
        token = tokens.next()
        if operator in (">", ">=") and token.kind is not Kind.END_ARRAY:
            return self._upper_end(number, operator == ">=")
        if token.kind is not Kind.END_ARRAY:
            raise tokens.refuse("Too many elements in numeric expression")
        if operator == "=":
            conditions.require_comparable(number)
            return conditions.equal_to(number)
        if operator in (">", ">="):
            return conditions.between(number, operator == ">=", None, False)
        return conditions.between(None, False, number, operator == "<=")

    def _upper_end(self, low: float, with_low: bool) -> Condition:
        tokens = self._tokens
        if tokens.current.kind is not Kind.TEXT:
            raise tokens.refuse(f"Bad value in numeric range: {_shown(tokens.current.value)}")
        operator = tokens.current.value
        if operator not in ("<", "<="):
            raise tokens.refuse(f"Bad numeric range operator: {operator}")
        high = self._number(operator)
        if tokens.next().kind is not Kind.END_ARRAY:
            raise tokens.refuse("Too many terms in numeric range expression")
        return conditions.between(low, with_low, high, operator == "<=")

    def _number(self, operator: str) -> float:
        if self._tokens.next().kind is not Kind.NUMBER:
            raise self._tokens.refuse(f"Value of {operator} must be numeric")
        return self._tokens.current.value

    # ---- anything-but ----------------------------------------------------------------------------------

    def _anything_but(self) -> Condition:
        tokens = self._tokens
        token = tokens.next()
        if token.kind is Kind.OBJECT:
            found = self._but_kind()
        elif token.kind is Kind.ARRAY:
            found = conditions.none_of([conditions.equal_to(value) for value in self._values()])
        elif token.kind in (Kind.TEXT, Kind.NUMBER):
            found = conditions.none_of([conditions.equal_to(token.value)])
        else:
            raise tokens.refuse("Value of anything-but must be an array or single string/number value.")
        self._close("Too many elements in numeric expression")
        return found

    def _values(self) -> list[Any]:
        tokens, found = self._tokens, []
        while tokens.next().kind is not Kind.END_ARRAY:
            if tokens.current.kind not in (Kind.TEXT, Kind.NUMBER):
                raise tokens.refuse("Inside anything but list, start|null|boolean is not supported.")
            found.append(tokens.current.value)
        if len({isinstance(value, str) for value in found}) != 1:
            raise tokens.refuse(
                "Inside anything but list, either all values are number or string, mixed type is not supported"
            )
        return found

    def _but_kind(self) -> Condition:
        """`{"anything-but": {"prefix": …}}`, of one text or several."""
        tokens = self._tokens
        if tokens.next().kind is not Kind.NAME:
            raise tokens.refuse("Anything-But expression name not found")
        name = tokens.current.value
        make: Callable[[str], Condition] | None = {
            "prefix": lambda text: conditions.prefix(text, False),
            "suffix": lambda text: conditions.suffix(text, False),
            "equals-ignore-case": conditions.equals_ignore_case,
            "wildcard": conditions.wildcard,
        }.get(name)
        if make is None:
            raise tokens.refuse(f"Unsupported anything-but pattern: {name}")
        texts = self._texts(name)
        if name in ("prefix", "suffix") and not all(texts):
            raise tokens.refuse("Null prefix/suffix not allowed")
        found = conditions.none_of([make(text) for text in texts])
        self._close(_ONE_KEY)
        return found

    def _texts(self, name: str) -> list[str]:
        tokens = self._tokens
        token = tokens.next()
        if token.kind is Kind.TEXT:
            return [token.value]
        if token.kind is not Kind.ARRAY:
            kind = "prefix/suffix" if name in ("prefix", "suffix") else name
            raise tokens.refuse(f"{kind} match pattern must be a string")
        found: list[str] = []
        while tokens.next().kind is not Kind.END_ARRAY:
            if tokens.current.kind is not Kind.TEXT:
                fault = f"Inside anything-but/{name} list, number|start|null|boolean is not supported."
                raise tokens.refuse(fault)
            found.append(tokens.current.value)
        if not found:
            raise tokens.refuse("Empty arrays are not allowed")
        return found


def _shown(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if not isinstance(value, str) else value

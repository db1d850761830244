"""Conditions joined by `&&` and `||`, with parentheses: the grammar that two kinds of patterns share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from local_aws.logs.filter_pattern.pattern import invalid

T = TypeVar("T")
Test = Callable[[T], bool]
_DEEPEST = 50


class Reader:
    """The tokens of a pattern, and how far they have been read."""

    def __init__(self, tokens: Sequence[str]):
        self._tokens, self._at = tokens, 0

    @property
    def next(self) -> str | None:
        """The next token, None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self) -> str:
        """Read a token.

        Raises:
            PatternError: there is none.
        """
        token = self.next
        if token is None:
            raise invalid()
        self._at += 1
        return token


def read_whole(reader: Reader, leaf: Callable[[Reader], Test[T]]) -> Test[T]:
    """A test made of all tokens; `leaf` reads a single condition.

    Raises:
        PatternError: the tokens don't make one.
    """
    test = _read_or(reader, leaf, 0)
    if reader.next is not None:
        raise invalid()
    return test


def _read_or(reader: Reader, leaf: Callable[[Reader], Test[T]], depth: int) -> Test[T]:
    parts = [_read_and(reader, leaf, depth)]
    while reader.next == "||":
        reader.take()
        parts.append(_read_and(reader, leaf, depth))
    return parts[0] if len(parts) == 1 else lambda value: any(part(value) for part in parts)


def _read_and(reader: Reader, leaf: Callable[[Reader], Test[T]], depth: int) -> Test[T]:
    parts = [_read_one(reader, leaf, depth)]
    while reader.next == "&&":
        reader.take()
        parts.append(_read_one(reader, leaf, depth))
    return parts[0] if len(parts) == 1 else lambda value: all(part(value) for part in parts)


def _read_one(reader: Reader, leaf: Callable[[Reader], Test[T]], depth: int) -> Test[T]:
    if reader.next != "(":
        return leaf(reader)
    if depth == _DEEPEST:
        raise invalid()
    reader.take()
    test = _read_or(reader, leaf, depth + 1)
    if reader.take() != ")":
        raise invalid()
    return test

"""Wildcards in a caller's pattern, matched in linear time: `*` for any characters, `?` for one.

A regular expression made from `*a*a*a*a*b` tries every way of dividing a text and can stop the server for minutes;
here each piece between two `*` is looked for once, from left to right, and the first place that fits is kept: what
follows a `*` only gains by an early start. Used for IAM's policies, S3's event types, filter patterns of logs and
StringMatches of Step Functions, which differ in which wildcards they know and in how one is escaped.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from enum import Enum


class Wild(Enum):
    """A wildcard among the tokens of a pattern."""

    ANY = "*"
    ONE = "?"


Token = str | Wild


def tokens(text: str, *, one: bool = True, escape: str | None = None) -> list[Token]:
    """A pattern's text as literal characters and wildcards.

    Args:
        one: `?` stands for one character; else for itself.
        escape: the character that takes a wildcard's meaning (and its own) from the character after it.
    """
    found: list[Token] = []
    characters = iter(text)
    for character in characters:
        if character == escape:
            found.append(next(characters, character))
        elif character == "*":
            found.append(Wild.ANY)
        elif character == "?" and one:
            found.append(Wild.ONE)
        else:
            found.append(character)
    return found


class Pattern:
    """A pattern made of tokens, ready to be held against texts.

    Args:
        ignore_case: capitals and small letters are the same.
    """

    def __init__(self, parts: Iterable[Token], *, ignore_case: bool = False):
        self._ignore_case = ignore_case
        self._pieces = [_Piece(piece) for piece in _between_stars(parts, ignore_case)]

    def matches(self, text: str) -> bool:
        """Whether the whole text is as the pattern says."""
        text = text.lower() if self._ignore_case else text
        first, *others = self._pieces
        if not others:
            return len(text) == first.length and first.is_at(text, 0)
        *middle, last = others
        end = len(text) - last.length
        if end < first.length or not first.is_at(text, 0) or not last.is_at(text, end):
            return False
        at = first.length
        for piece in middle:
            start = piece.find(text, at, end)
            if start < 0:
                return False
            at = start + piece.length
        return True


def like(text: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Whether a text is as a pattern of `*` and `?` says."""
    return _compiled(pattern, ignore_case).matches(text)


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> Pattern:
    return Pattern(tokens(pattern), ignore_case=ignore_case)


def _between_stars(parts: Iterable[Token], ignore_case: bool) -> list[list[Token]]:
    pieces: list[list[Token]] = [[]]
    for token in parts:
        if token is Wild.ANY:
            pieces.append([])
        elif token is Wild.ONE:
            pieces[-1].append(token)
        else:
            pieces[-1] += token.lower() if ignore_case else token
    return pieces


class _Piece:
    """What stands between two `*`: characters, some of which may be any; it has one length."""

    def __init__(self, characters: list[Token]):
        self.length = len(characters)
        literal = [character for character in characters if isinstance(character, str)]
        self._literal = "".join(literal) if len(literal) == self.length else None
        # Of each character, the places where it may stand, one bit a place.
        self._places: dict[str, int] = {}
        self._free = 0
        if self._literal is None:
            for place, character in enumerate(characters):
                if isinstance(character, str):
                    self._places[character] = self._places.get(character, 0) | 1 << place
                else:
                    self._free |= 1 << place

    def is_at(self, text: str, start: int) -> bool:
        if self._literal is not None:
            return text.startswith(self._literal, start)
        return self.find(text, start, start + self.length) == start

    def find(self, text: str, start: int, end: int) -> int:
        """The first place where the piece stands inside `text[start:end]`, -1 for none."""
        if self._literal is not None:
            return text.find(self._literal, start, end)
        # All beginnings are followed at once: bit n is set where the last n+1 characters fit the first n+1 places.
        fitting, whole = 0, 1 << (self.length - 1)
        for at in range(start, end):
            fitting = (fitting << 1 | 1) & (self._places.get(text[at], 0) | self._free)
            if fitting & whole:
                return at - self.length + 1
        return -1

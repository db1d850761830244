"""A pattern's JSON text as tokens, each with the place that a refusal names.

Event Ruler reads with Jackson and tells where Jackson stood when something was wrong: behind a token, but behind the
opening quote of a text that nobody has read yet, and behind the beginning of a member's value when its name was wrong.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Any, NamedTuple

_BLANK = re.compile(r"[ \t\r\n]*")
_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS = {"true": True, "false": False, "null": None}
_EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SHOWN = 500


class PatternError(Exception):
    """A pattern isn't one; the text is Event Ruler's."""


class Kind(Enum):
    """What a token is."""

    OBJECT, ARRAY, END_OBJECT, END_ARRAY, NAME, TEXT, NUMBER, WORD, END = range(9)


class Token(NamedTuple):
    """One token; `at` is where Jackson would stand, `value` what a scalar means."""

    kind: Kind
    value: Any
    at: int


class Tokens:
    """The tokens of a text, one by one.

    Raises:
        PatternError: from `next`, where the text is no JSON.
    """

    def __init__(self, text: str):
        self._text, self._at = text, 0
        self._open: list[str] = []
        self._after_value = False
        self._named = False
        self.current = Token(Kind.END, None, 0)

    def next(self) -> Token:
        """The next token, which is `current` from now on."""
        self.current = self._read()
        return self.current

    def refuse(self, message: str, at: int | None = None) -> PatternError:
        """The error of a text that can't be gone on with."""
        at = self.current.at if at is None else at
        line = self._text.count("\n", 0, at) + 1
        column = at - (self._text.rfind("\n", 0, at) + 1) + 1
        shown = self._text[:_SHOWN]
        more = f"[truncated {len(self._text) - _SHOWN} chars]" if len(self._text) > _SHOWN else ""
        return PatternError(f'{message}\n at [Source: (String)"{shown}"{more}; line: {line}, column: {column}]')

    # ---- inside --------------------------------------------------------------------------------------

    def _peek(self) -> str:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _read(self) -> Token:
        character = self._peek()
        container = self._open[-1] if self._open else ""
        if not character:
            if self._open or not self._after_value:
                raise self.refuse("Unexpected end-of-input", self._at)
            return Token(Kind.END, None, self._at)
        if container and character == {"{": "}", "[": "]"}[container] and not self._named:
            self._at += 1
            self._open.pop()
            self._after_value = True
            return Token(Kind.END_OBJECT if container == "{" else Kind.END_ARRAY, None, self._at)
        if self._after_value and container and not self._named:
            if character != ",":
                what = "Object" if container == "{" else "Array"
                raise self._unexpected(character, f"was expecting comma to separate {what} entries")
            self._at += 1
            character = self._peek()
        if container == "{" and not self._named:
            return self._name(character)
        self._named = False
        return self._value(character)

    def _name(self, character: str) -> Token:
        if character != '"':
            raise self._unexpected(character, "was expecting double-quote to start field name")
        name = self._quoted()
        if self._peek() != ":":
            raise self._unexpected(self._peek(), "was expecting a colon to separate field name and value")
        self._at += 1
        self._named, self._after_value = True, False
        at = self._at_start_of(self._peek())
        return Token(Kind.NAME, name, at)

    def _value(self, character: str) -> Token:
        self._after_value = True
        at = self._at_start_of(character)
        if character in ("{", "["):
            self._at += 1
            self._open.append(character)
            self._after_value = False
            return Token(Kind.OBJECT if character == "{" else Kind.ARRAY, None, at)
        if character == '"':
            return Token(Kind.TEXT, self._quoted(), at)
        number = _NUMBER.match(self._text, self._at)
        if number:
            self._at = number.end()
            return Token(Kind.NUMBER, json.loads(number[0]), at)
        word = _WORD.match(self._text, self._at)
        if word is None:
            raise self._unexpected(character, f"expected a valid value {_EXPECTED}")
        if word[0] not in _WORDS:
            raise self.refuse(f"Unrecognized token '{word[0]}': was expecting {_EXPECTED}", word.end())
        self._at = word.end()
        return Token(Kind.WORD, _WORDS[word[0]], at)

    def _at_start_of(self, character: str) -> int:
        """Where Jackson stands when it has begun a value: behind a bracket or an opening quote, else at its end."""
        scalar = _NUMBER.match(self._text, self._at) or _WORD.match(self._text, self._at)
        return scalar.end() if scalar and character not in ('"', "{", "[") else self._at + 1

    def _quoted(self) -> str:
        found = _TEXT.match(self._text, self._at)
        if found is None:
            raise self.refuse(
                "Unexpected end-of-input: was expecting closing quote for a string value", len(self._text)
            )
        self._at = found.end()
        return json.loads(found[0])

    def _unexpected(self, character: str, expected: str) -> PatternError:
        if not character:
            return self.refuse("Unexpected end-of-input", self._at)
        return self.refuse(f"Unexpected character ('{character}' (code {ord(character)})): {expected}", self._at + 1)

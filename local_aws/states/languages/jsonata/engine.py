"""jsonata-python, of which the parser and the table of error texts are used, and nothing that evaluates.

The package is pinned; what is relied on of its inside is held by a test that fails when an upgrade moves it.
"""

from __future__ import annotations

import re
import sys
import time
from types import SimpleNamespace
from typing import Any, Final

_recursion_limit = sys.getrecursionlimit()
import jsonata  # noqa: E402
from jsonata import parser, tokenizer  # noqa: E402

# The engine raises the limit of the whole process to 10,000 when it is imported; a bounded depth needs no such thing.
sys.setrecursionlimit(max(_recursion_limit, 3000))

JException = jsonata.JException
Parser = parser.Parser

_BLANKS = re.compile(r"(?:[ \t\n\r]+|/\*.*?\*/)*", re.DOTALL)
_OPERATOR = re.compile(r"\.\.|:=|!=|>=|<=|\*\*|~>|\?:|\?\?|[.\[\]{}(),@#;:?+\-*/%|=<>^!&~]")
# Possessive: a quote that is never closed must not be looked for in every way that the text can be cut.
_TEXT = re.compile(r""""((?:[^"\\]|\\.)*+)"|'((?:[^'\\]|\\.)*+)'""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.)|$)", re.DOTALL)
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?", re.ASCII)
_NAME = re.compile(r"[^ \t\n\r.\[\]{}(),@#;:?+\-*/%|=<>^!&~]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LITERALS = {"true": True, "false": False, "null": None}


MAX_PARSE_SECONDS: Final = 1.0


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where what a pattern matches from a place on ends; there where it matches nothing."""
    found = pattern.match(text, start)
    return found.end() if found else start


class Tokenizer(tokenizer.Tokenizer):  # type: ignore[misc] # the parser has no types
    """Reads one token after the other, in a time that grows with the text and no faster; regular expressions apart.

    The engine's own copies the rest of the text for each token, and takes a broken text for an end or falls over it.

    Raises:
        JException: the text is none of JSONata's.
        TimeoutError: it is too long to be read in time.
    """

    position: int

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self._tokens, self._until = 0, time.thread_time() + MAX_PARSE_SECONDS

    def next(self, prefix: bool) -> Any:
        self._tokens += 1
        if not self._tokens & 255:
            self._look()
        start = self.position = _end_of(_BLANKS, self.path, self.position)
        if start >= self.length:
            return None
        if self.path.startswith("/*", start):
            raise JException("S0106", start)
        character = self.path[start]
        if character == "/" and not prefix:
            self.position += 1
            self._look()
            return self.create("regex", self.scan_regex())
        if operator := _OPERATOR.match(self.path, start):
            return self._operator(operator[0])
        if character in "\"'":
            return self._text()
        if number := _NUMBER.match(self.path, start):
            return self._number(number[0])
        return self._quoted_name() if character == "`" else self._name()

    def _look(self) -> None:
        if time.thread_time() > self._until:
            raise TimeoutError

    def _operator(self, text: str) -> Any:
        if text in "!~":
            raise JException("S0204", self.position, text)
        self.position += len(text)
        return self.create("operator", text)

    def _text(self) -> Any:
        match = _TEXT.match(self.path, self.position)
        content = self.path[self.position + 1 :] if match is None else match[1] if match[1] is not None else match[2]
        value = _ESCAPE.sub(self._escaped, content)
        if match is None:
            raise JException("S0101", self.position)
        self.position = match.end()
        if _SURROGATE.search(value):
            # Two escapes that are a surrogate pair are one character.
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return self.create("string", value)

    def _escaped(self, match: re.Match[str]) -> str:
        if match[1] is not None:
            return chr(int(match[1], 16))
        character = match[2] or ""
        if character == "u":
            raise JException("S0104", self.position)
        if character not in self.escapes:
            raise JException("S0103", self.position, character)
        return self.escapes[character]

    def _number(self, text: str) -> Any:
        value = float(text)
        if value == float("inf"):
            raise JException("S0102", self.position, text)
        self.position += len(text)
        exact = value.is_integer() and abs(value) <= 2**53
        return self.create("number", int(value) if exact else value)

    def _quoted_name(self) -> Any:
        end = self.path.find("`", self.position + 1)
        if end < 0:
            raise JException("S0105", self.position)
        name, self.position = self.path[self.position + 1 : end], end + 1
        return self.create("name", name)

    def _name(self) -> Any:
        begin, self.position = self.position, _end_of(_NAME, self.path, self.position)
        name = self.path[begin : self.position]
        if name[0] == "$":
            return self.create("variable", name[1:])
        if name in ("and", "or", "in"):
            return self.create("operator", name)
        return self.create("value", _LITERALS[name]) if name in _LITERALS else self.create("name", name)


class _Signature:
    """The signature of a function that an expression defines, as written: the engine's own is for its evaluator."""

    def __init__(self, text: str, _name: str):
        self.text = text


parser.signature = SimpleNamespace(Signature=_Signature)
parser.tokenizer = SimpleNamespace(Tokenizer=Tokenizer)


def _reference_text(code: str, text: str) -> str:
    """The text as JSONata has it: the engine was translated by machine, which put `Object` for `function`."""
    text = re.sub(r"\bObject\b(?! structure)", "function", text)
    return text.replace("function_name", "functionName") if code == "D3140" else text.replace('"', "'")


ERROR_TEXTS: Final[dict[str, Any]] = {
    code: _reference_text(code, text) for code, text in JException.error_codes.items()
} | {"T1010": "The matcher function argument passed to function {{token}} does not return the correct object structure"}

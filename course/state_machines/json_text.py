"""JSON as a learner writes it by hand: parsed with the place of every value, refused with the place and a remedy.

Python's own parser says where it stopped, which is seldom where the mistake is, and forgets where values stood.
This one knows the slips that people make and tells them what to do; what it accepts is RFC 8259's JSON, less
duplicate names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Where a value stands in a document: names of objects and numbers of list items, from the top."""


@dataclass(frozen=True)
class Place:
    """A place in a text: line and column count from 1, and the line itself."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"

    def pointed_at(self) -> str:
        """The line with a caret below the place; a long line is cut around it."""
        begin = max(0, self.column - 60)
        return f"    {self.text[begin : begin + 85].rstrip()}\n    {' ' * (self.column - 1 - begin)}^"


@dataclass(frozen=True)
class Document:
    """A parsed text: its value, and where each value (for a member of an object: its name) begins."""

    value: Any
    places: dict[Path, Place]


class JsonTextError(ValueError):
    """A text that is not JSON: what is wrong, where, and what to do."""

    def __init__(self, message: str, place: Place, remedy: str):
        super().__init__(f"{place}: {message}\n{place.pointed_at()}\n{remedy}")
        self.message, self.place, self.remedy = message, place, remedy


def parse(text: str) -> Document:
    """Parse a text that holds one JSON value.

    Raises:
        JsonTextError: it doesn't.
    """
    return _Parser(text).document()


_NOT_BLANK = re.compile(r"[^ \t\r\n]")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.+-])")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_CONSTANTS = {"true": True, "false": False, "null": None}
_NOT_JSON_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "NaN": "null"}
_CLOSING = {"{": "}", "[": "]"}


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self.places: dict[Path, Place] = {}
        self.open: list[int] = []

    def document(self) -> Document:
        self.skip()
        if self.at == len(self.text):
            raise self.error("there is nothing here", "Write an object, such as {}.")
        value = self.value(())
        self.skip()
        if self.at < len(self.text):
            if self.text[self.at] in "}]":
                raise self.error(f"a '{self.text[self.at]}' too many", "Take it out, or open what it should close.")
            raise self.error("the JSON has ended, and here is more", "Put everything between one pair of braces.")
        return Document(value, self.places)

    def place(self, at: int) -> Place:
        begin = self.text.rfind("\n", 0, at) + 1
        return Place(self.text.count("\n", 0, at) + 1, at - begin + 1, self.text[begin:].partition("\n")[0])

    def error(self, message: str, remedy: str, at: int | None = None) -> JsonTextError:
        return JsonTextError(message, self.place(self.at if at is None else at), remedy)

    def skip(self) -> None:
        found = _NOT_BLANK.search(self.text, self.at)
        self.at = found.start() if found else len(self.text)
        if self.text.startswith(("//", "/*", "#"), self.at):
            raise self.error("a comment", "JSON has no comments: take it out.")

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def value(self, path: Path) -> Any:
        self.places.setdefault(path, self.place(self.at))
        character = self.peek()
        if self.text.startswith("{%", self.at):
            raise self.error("an expression without quotes", 'Put the whole expression in double quotes: "{% … %}".')
        if character == "{":
            return self.members(path)
        if character == "[":
            return self.items(path)
        if character == '"':
            return self.string()
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return json.loads(number[0])
        word = _WORD.match(self.text, self.at)
        if word and word[0] in _CONSTANTS:
            self.at = word.end()
            return _CONSTANTS[word[0]]
        raise self.wrong_value(word[0] if word else character)

    def wrong_value(self, word: str) -> JsonTextError:
        if not word:
            return self.unclosed()
        if word in _NOT_JSON_WORDS:
            return self.error(f"{word} is not JSON", f"Write {_NOT_JSON_WORDS[word]}.")
        if word[0] in "'‘’“”„`":
            return self.wrong_quotes(word[0])
        if word[0] in ",]}:":
            return self.error(
                "a value is missing here", "Write a string, a number, true, false, null, an object or a list."
            )
        if re.match(r"[-+.]?\d", word):
            return self.error(f"{word} is not a number in JSON", "Write it as 1, -2 or 0.5; anything else is a string.")
        if word.startswith("$"):
            return self.error("an expression without quotes", 'Put it in double quotes and delimiters: "{% … %}".')
        return self.error(f"{word} stands without quotes", 'Put a string in double quotes: "…".')

    def wrong_quotes(self, quote: str) -> JsonTextError:
        kind = "a single quote" if quote == "'" else f"the quote {quote}"
        return self.error(
            f"{kind} where JSON wants a double one", 'Names and strings stand in straight double quotes: "…".'
        )

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if not found:
            remedy = 'Close it with " on the same line; a line break inside a string is written \\n.'
            raise self.error("this string is not closed", remedy)
        try:
            value = json.loads(found[0])
        except json.JSONDecodeError as error:
            remedy = 'After a backslash comes one of " \\ / b f n r t u; a backslash itself is written \\\\.'
            raise self.error("this string has a character that JSON refuses", remedy, self.at + error.pos) from None
        self.at = found.end()
        return value

    def members(self, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        self.open.append(self.at)
        self.at += 1
        while self.another("}", bool(value), "member"):
            at, name = self.at, self.name()
            if name in value:
                raise self.error(f'"{name}" is here twice', "Keep one of the two.", at)
            self.places[*path, name] = self.place(at)
            if self.peek() != ":":
                raise self.error(f'a colon is missing after "{name}"', f'Write "{name}": and then its value.')
            self.at += 1
            value[name] = self.value((*path, name))
        return value

    def name(self) -> str:
        if self.peek() != '"':
            word = _WORD.match(self.text, self.at)
            found = word[0] if word else self.peek()
            if not found:
                raise self.unclosed()
            if found[0] in "'‘’“”„`":
                raise self.wrong_quotes(found[0])
            raise self.error(f"{found} where a name is expected", 'Names stand in double quotes: "Name": value.')
        return self.string()

    def items(self, path: Path) -> list[Any]:
        value: list[Any] = []
        self.open.append(self.at)
        self.at += 1
        while self.another("]", bool(value), "item"):
            value.append(self.value((*path, len(value))))
        return value

    def another(self, closing: str, after_one: bool, what: str) -> bool:
        """Go past a comma or the closing bracket; whether another member or item follows."""
        end = self.at
        character = self.peek()
        if character == closing:
            self.at += 1
            self.open.pop()
            return False
        if not character:
            raise self.unclosed()
        if not after_one:
            return True
        if character == ",":
            comma = self.at
            self.at += 1
            following = self.peek()
            if following and following in "]}":
                raise self.error(
                    "a comma with nothing after it", f"Take it out: no comma after the last {what}.", comma
                )
            return True
        if character in "]}":
            opened = self.place(self.open[-1])
            remedy = f"What was opened in {opened} is closed by '{closing}'."
            raise self.error(f"'{character}' where '{closing}' is expected", remedy)
        raise self.wrong_neighbour(end, what)

    def wrong_neighbour(self, end: int, what: str) -> JsonTextError:
        """Two values with no comma between: mostly a forgotten comma, sometimes a double quote too many."""
        line = self.place(end).text
        if "{%" in self.text[max(0, end - 200) : end].rpartition("\n")[2] and self.place(self.at).text == line:
            remedy = "Inside an expression, strings stand in single quotes: \"{% 'a' & $b %}\"."
            return self.error("a double quote ended the string inside an expression", remedy, end - 1)
        remedy = f"Put a comma here, before the next {what}."
        before = re.split(r"\s", line[: self.place(end).column - 1].strip())[-1].lstrip("[{")
        return self.error(f"a comma is missing after {before}", remedy, end)

    def unclosed(self) -> JsonTextError:
        opened = self.open[-1] if self.open else 0
        character = self.text[opened]
        if character not in _CLOSING:
            return self.error("a value is missing at the end", "Write the value.", max(0, len(self.text.rstrip()) - 1))
        remedy = f"Close it: a '{_CLOSING[character]}' is missing at the end."
        return self.error(f"this '{character}' is never closed", remedy, opened)

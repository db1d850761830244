"""From a definition's text to JSON data; a text that is no JSON is reported as AWS reports it.

AWS reads definitions with Jackson, so the texts and places are that library's: a column counts from 1 and is
the one after the character or word that was refused. What Python's parser finds is put into those words.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from local_aws.states.definition.diagnostic import INVALID_JSON, SCHEMA, Diagnostic, invalid_definition

_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_WORD = re.compile(r"[\w$]+")
_SHOWN_CHARACTERS = 500


class NotJson(Exception):
    """A text is no JSON object; `diagnostic` says where and why."""

    def __init__(self, diagnostic: Diagnostic):
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic


def parse(text: str) -> dict[str, Any]:
    """The JSON object that a definition's text holds.

    Raises:
        ApiError: `InvalidDefinition`, it is no JSON, or no object.
    """
    try:
        return read(text)
    except NotJson as error:
        raise invalid_definition([error.diagnostic]) from None


def read(text: str) -> dict[str, Any]:
    """As `parse`.

    Raises:
        NotJson: with the finding.
    """
    if not text.strip():
        raise NotJson(_not_an_object())
    try:
        value = json.loads(text, parse_constant=lambda word: _refuse_constant(text, word))
    except json.JSONDecodeError as error:
        raise NotJson(_in_jacksons_words(text, error)) from None
    except RecursionError:
        message = "Document nesting depth exceeds the maximum allowed"
        raise NotJson(Diagnostic("ERROR", INVALID_JSON, message)) from None
    if not isinstance(value, dict):
        raise NotJson(_not_an_object())
    return value


def _not_an_object() -> Diagnostic:
    return Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")


def _refuse_constant(text: str, word: str) -> NoReturn:
    end = text.index(word) + len(word)
    message = f"Non-standard token '{word}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"
    raise NotJson(_finding(text, message, end))


def _in_jacksons_words(text: str, error: json.JSONDecodeError) -> Diagnostic:
    if error.msg.startswith("Unterminated string"):
        return _finding(text, "Unexpected end-of-input: was expecting closing quote for a string value", len(text))
    position = _next_character(text, error)
    if position >= len(text):
        return _unexpected_end(text)
    character = text[position]
    named = f"Unexpected character ('{character}' (code {ord(character)}))"
    if error.msg.startswith("Invalid control character"):
        message = (
            f"Illegal unquoted character ((CTRL-CHAR, code {ord(character)})): has to be escaped using backslash "
            "to be included in string value"
        )
    elif error.msg.startswith("Invalid \\"):
        escaped = text[min(position + 1, len(text) - 1)]
        return _finding(text, f"Unrecognized character escape '{escaped}' (code {ord(escaped)})", position + 2)
    elif "property name" in error.msg or "end of object" in error.msg:
        message = f"{named}: was expecting double-quote to start field name"
    elif "':' delimiter" in error.msg:
        message = f"{named}: was expecting a colon to separate field name and value"
    elif "',' delimiter" in error.msg:
        container = "Object" if (_open_containers(text, position) or ["{"])[-1] == "{" else "Array"
        message = f"{named}: was expecting comma to separate {container} entries"
    elif word := _WORD.match(text, position):
        return _finding(text, f"Unrecognized token '{word[0]}': was expecting {_VALUE}", word.end())
    else:
        message = f"{named}: expected a valid value {_VALUE}"
    return _finding(text, message, position + 1)


def _next_character(text: str, error: json.JSONDecodeError) -> int:
    """Where the refused character stands: Python may point at the blanks, or at the comma, before it."""
    position = error.pos
    if error.msg.startswith("Illegal trailing comma"):
        position += 1
    if error.msg.startswith("Invalid"):
        return position
    return position + len(text[position:]) - len(text[position:].lstrip(" \t\r\n"))


def _unexpected_end(text: str) -> Diagnostic:
    opened = _open_containers(text, len(text))
    kind = "Array" if opened and opened[-1] == "[" else "Object"
    return _finding(text, f"Unexpected end-of-input: expected close marker for {kind}", len(text))


def _open_containers(text: str, end: int) -> list[str]:
    """The brackets that are open at a position."""
    opened: list[str] = []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', text[:end]):
        if token[0] in "{[":
            opened.append(token[0])
        elif token[0] in "}]" and opened:
            opened.pop()
    return opened


def _finding(text: str, message: str, end: int) -> Diagnostic:
    """A finding whose place is the column after the last character that was read."""
    before = text[:end]
    line, column = before.count("\n") + 1, end - (before.rfind("\n") + 1) + 1
    cut = len(text) - _SHOWN_CHARACTERS
    shown = f'"{text[:_SHOWN_CHARACTERS]}"' + (f"[truncated {cut} chars]" if cut > 0 else "")
    location = f"[Source: (String){shown}; line: {line}, column: {column}]"
    return Diagnostic("ERROR", INVALID_JSON, f"{message}\n at {location}", location)

"""Patterns of events with fields between blanks: `[ip, user, ..., status = 4* && status != 404, bytes > 1000]`.

Text in brackets or in quotes is one field, as in the logs of web servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local_aws.logs.filter_pattern.boolean import Reader, Test, read_whole
from local_aws.logs.filter_pattern.pattern import COMPARISONS, Pattern, condition, invalid

_WORD = re.compile(r"\S+")
_CLOSING = {"[": "]", '"': '"'}
_TOKEN = re.compile(r'\s*(?P<token>\&\&|\|\||[()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|%[^%]*%|[^\s&|()=!<>",]+)')
_NAME = re.compile(r"[\w$-]+")
_REST = "..."


@dataclass(frozen=True)
class SpaceDelimited(Pattern):
    """A test for each field, None for one that may be anything, and the field's name.

    `rest` is where `...` stands, None without it.
    """

    fields: Sequence[Test[str] | None]
    names: Sequence[str]
    rest: int | None

    def matches(self, message: str) -> bool:
        values = self._values(message)
        return values is not None and all(
            test is None or test(value) for test, value in zip(self.fields, values, strict=True)
        )

    def extracted(self, message: str) -> dict[str, str]:
        values = self._values(message) or ()
        return {f"${name}": value for name, value in zip(self.names, values, strict=False)}

    def _values(self, message: str) -> list[str] | None:
        """The values of the fields; None where there are too few, or too many."""
        values = list(divided(message))
        missing = len(values) - len(self.fields)
        if missing < 0 or (missing > 0 and self.rest is None):
            return None
        if self.rest is not None:
            del values[self.rest : self.rest + missing]
        return values


def parse(text: str) -> SpaceDelimited:
    """Raises:
    PatternError: the text between the brackets isn't such a pattern.
    """
    parts = [part.strip() for part in _split(text)]
    if parts.count(_REST) > 1 or not all(parts):
        raise invalid()
    rest = parts.index(_REST) if _REST in parts else None
    named = [part for part in parts if part != _REST]
    return SpaceDelimited([_test(part) for part in named], [_name(part) for part in named], rest)


def divided(message: str) -> Iterator[str]:
    """The fields of a message. Of a bracket that is never closed no end is looked for more than once."""
    last = {opening: message.rfind(closing) for opening, closing in _CLOSING.items()}
    at = 0
    while found := _WORD.search(message, at):
        start, at = found.span()
        opening = message[start]
        if last.get(opening, -1) > start:
            at = message.index(_CLOSING[opening], start + 1) + 1
            yield message[start + 1 : at - 1]
        else:
            yield found[0]


def _split(text: str) -> list[str]:
    """The fields of the pattern: cut at commas that stand outside of quotes and regular expressions."""
    parts, start, closing = [], 0, ""
    for at, character in enumerate(text):
        if closing:
            closing = "" if character == closing else closing
        elif character in '"%':
            closing = character
        elif character == ",":
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _name(part: str) -> str:
    """What a field is called."""
    found = _NAME.search(part)
    return found[0] if found else ""


def _test(part: str) -> Test[str] | None:
    tokens, at = [], 0
    while at < len(part):
        found = _TOKEN.match(part, at)
        if found is None:
            raise invalid()
        tokens.append(found["token"])
        at = found.end()
    if len(tokens) == 1 and _NAME.fullmatch(tokens[0]):
        return None
    return read_whole(Reader(tokens), _condition)


def _condition(reader: Reader) -> Test[str]:
    name, comparison = reader.take(), reader.take()
    if not _NAME.fullmatch(name) or comparison not in COMPARISONS:
        raise invalid()
    return condition(comparison, reader.take()).holds

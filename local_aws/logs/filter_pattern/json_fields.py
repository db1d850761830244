"""Patterns of JSON: `{ $.level = "ERROR" && ($.user.id > 5 || $.tags[0] NOT EXISTS) }`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.logs.filter_pattern.boolean import Reader, Test, read_whole
from local_aws.logs.filter_pattern.pattern import COMPARISONS, Pattern, condition, invalid, shown

_TOKEN = re.compile(
    r"""\s*(?P<token> \&\& | \|\| | [()] | !=|<=|>=|[=<>] | "(?:[^"\\]|\\.)*" | %[^%]*%
      | \$ (?: \.[\w*-]+ | \['[^']*'\] | \["[^"]*"\] | \[\d+\] | \[\*\] )+
      | [^\s&|()=!<>"]+ )""",
    re.VERBOSE,
)
_STEP = re.compile(r"""\.(?P<name>[\w*-]+) | \[(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<index>\d+|\*))\]""", re.X)


@dataclass(frozen=True)
class JsonFields(Pattern):
    """A test of a message that is JSON, and the selectors in it; another message is never meant."""

    test: Test[Any]
    selectors: Sequence[str]

    def matches(self, message: str) -> bool:
        if not message.lstrip().startswith(("{", "[")):
            return False
        try:
            return self.test(json.loads(message))
        except (ValueError, RecursionError):
            return False

    def extracted(self, message: str) -> dict[str, str]:
        document = json.loads(message)
        found = {name: list(_selected(document, list(_STEP.finditer(name)))) for name in self.selectors}
        return {name: shown(values[0]) for name, values in found.items() if values}


def parse(text: str) -> JsonFields:
    """Raises:
    PatternError: the text between the braces isn't such a pattern.
    """
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise invalid()
        tokens.append(found["token"])
        at = found.end()
    return JsonFields(read_whole(Reader(tokens), _condition), [token for token in tokens if token.startswith("$")])


def _condition(reader: Reader) -> Test[Any]:
    selector = reader.take()
    if not selector.startswith("$") or len(selector) == 1:
        raise invalid()
    steps = list(_STEP.finditer(selector))
    word = reader.take()
    if word in COMPARISONS:
        wanted = condition(word, _value(reader))
        return lambda document: any(
            wanted.holds(value) for value in _selected(document, steps) if not isinstance(value, dict | list)
        )
    if word.upper() == "EXISTS":
        return lambda document: any(True for _ in _selected(document, steps))
    if word.upper() == "NOT" and reader.take().upper() == "EXISTS":
        return lambda document: not any(True for _ in _selected(document, steps))
    if word.upper() == "IS":
        constant = {"TRUE": True, "FALSE": False, "NULL": None}
        asked = reader.take().upper()
        if asked in constant:
            return lambda document: any(value is constant[asked] for value in _selected(document, steps))
    raise invalid()


def _value(reader: Reader) -> str:
    value = reader.take()
    if value in COMPARISONS or value in ("&&", "||", "(", ")") or value.startswith("$."):
        raise invalid()
    return value


def _selected(value: Any, steps: list[re.Match[str]]) -> Iterator[Any]:
    """The values that a selector finds; several where it has a `*`."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    name = next((step[group] for group in ("name", "single", "double") if step[group] is not None), None)
    if step["index"] is not None and isinstance(value, list):
        chosen = value if step["index"] == "*" else value[int(step["index"]) : int(step["index"]) + 1]
    elif name == "*" and isinstance(value, dict | list):
        chosen = list(value.values()) if isinstance(value, dict) else value
    else:
        chosen = [value[name]] if isinstance(value, dict) and name in value else []
    for item in chosen:
        yield from _selected(item, rest)

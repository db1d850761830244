"""`$replace` as JSONata's reference implementation, 2.0.6, has it."""

from __future__ import annotations

import math
import re
from typing import Any

from local_aws.states.languages.jsonata.engine import Functions, JException
from local_aws.states.languages.jsonata.errors import JSONataError


def replace(text: str | None, pattern: Any, replacement: Any, limit: float | None) -> str | None:
    """A text with matches of a pattern replaced.

    Args:
        text: None for undefined.
        pattern: a text, or a regular expression.
        replacement: a text, in which `$1` stands for a group of a regular expression, `$0` for all of the match
            and `$$` for `$`; or a function of the match.
        limit: how many matches to replace at most, None for all.

    Raises:
        JSONataError, JException: the arguments, or what the function gives, are none for it.
    """
    if text is None:
        return None
    if pattern == "":
        raise JSONataError("D3010", "Second argument of replace function cannot be an empty string")
    if limit is not None and limit < 0:
        raise JSONataError("D3011", "Fourth argument of replace function must evaluate to a positive number")
    if limit == 0:
        return text
    count = 0 if limit is None else math.ceil(limit)
    if isinstance(pattern, str) and isinstance(replacement, str):
        return text.replace(pattern, replacement, count or -1)
    finder = re.compile(re.escape(pattern)) if isinstance(pattern, str) else pattern
    return finder.sub(lambda found: _substitute(replacement, found), text, count)


def _substitute(replacement: Any, found: Any) -> str:
    """What to put in the place of a match; a group that took no part in it counts as an empty text."""
    groups = [group or "" for group in found.groups()]
    if isinstance(replacement, str):
        return _filled(replacement, found.group(), groups)
    match = {"match": found.group(), "start": found.start(), "end": found.end(), "groups": groups}
    result = Functions.func_apply(replacement, [match])
    if not isinstance(result, str):
        raise JException("D3012", -1, result)
    return result


def _filled(template: str, whole: str, groups: list[str]) -> str:
    pieces, position = [], 0
    while (found := template.find("$", position)) >= 0:
        pieces.append(template[position:found])
        position = found + 1
        text, width = _reference(template[position:], whole, groups)
        pieces.append(text)
        position += width
    return "".join([*pieces, template[position:]])


def _reference(rest: str, whole: str, groups: list[str]) -> tuple[str, int]:
    """What stands for a `$`, given what follows it, and how much of that belongs to it."""
    if rest[:1] == "$":
        return "$", 1
    if rest[:1] == "0":
        return whole, 1
    digits = len(str(len(groups)))
    while digits > 1 and not (rest[:digits].isdecimal() and int(rest[:digits]) <= len(groups)):
        digits -= 1
    if not rest[:digits].isdecimal():
        return "$", 0
    index = int(rest[:digits])
    return (groups[index - 1] if 0 < index <= len(groups) else ""), digits

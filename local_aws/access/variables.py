"""Policy variables: `${aws:username}` in a policy's resource or condition, filled from the request.

Source: IAM user guide, "IAM policy elements: Variables and tags". A variable whose key the request lacks, or has
several values of, is filled with its default (`${aws:PrincipalTag/team, 'none'}`); without one, its element matches
nothing. `${*}`, `${?}` and `${$}` are those characters themselves. What a variable is filled with is text: a star in
it is no wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from local_aws.matching import Pattern, Token, like, tokens

Context = Mapping[str, str | list[str]]
"""Condition keys to their values."""

Filled = str | list[Token] | None
"""Text without variables as it was, filled text as tokens of a pattern, None where a variable has no value."""

_VARIABLE = re.compile(r"\$\{\s*(?:(?P<plain>[*?$])|(?P<key>[^\s${},'][^${},']*)(?:,\s*'(?P<default>[^']*)'\s*)?)\}")


def filled(text: str, context: Context | None) -> Filled:
    """A policy's text with its variables replaced by their values, as a pattern in which `*` and `?` are wildcards.

    Args:
        context: the request's condition keys in small letters; None for a policy that has no variables.
    """
    if context is None or "${" not in text:
        return text
    parts: list[Token] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        value = found["plain"] or _value(found["key"], found["default"], context)
        if value is None:
            return None
        parts += tokens(text[end : found.start()])
        parts += value
        end = found.end()
    return parts + tokens(text[end:])


def matches(text: str, pattern: Filled) -> bool:
    """Whether a text is as filled text says, in which `*` and `?` are wildcards."""
    if isinstance(pattern, str):
        return like(text, pattern)
    return pattern is not None and Pattern(pattern).matches(text)


def _value(key: str, default: str | None, context: Context) -> str | None:
    known = context.get(key.strip().lower())
    return known if isinstance(known, str) else default

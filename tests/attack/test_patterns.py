"""Patterns of callers: wildcards mean what they say, and no pattern costs more than its length."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.matching import Pattern, Wild, like, tokens

HOSTILE = ["*a*a*a*a*b", "*?a*?a*?a*?a*?b", "*a" * 2000 + "*b", "*" * 3000 + "b", "*" + "?a" * 2000 + "*b"]


@functools.cache
def by_definition(text: str, pattern: str) -> bool:
    """Wildcards as a textbook defines them, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return by_definition(text, pattern[1:]) or (bool(text) and by_definition(text[1:], pattern))
    return bool(text) and pattern[0] in ("?", text[0]) and by_definition(text[1:], pattern[1:])


@given(st.text("ab\n", max_size=9), st.text("ab\n*?", max_size=9))
def test_wildcards_are_as_defined(text, pattern):
    assert like(text, pattern) == by_definition(text, pattern)


@given(st.text("aAbB", max_size=7), st.text("aAbB*?", max_size=7))
def test_case_is_told_apart_only_where_asked(text, pattern):
    assert like(text, pattern, ignore_case=True) == by_definition(text.lower(), pattern.lower())


@given(st.text("ab*?\\", max_size=9))
def test_what_is_escaped_stands_for_itself(text):
    escaped = "".join(f"\\{character}" if character in "*?\\" else character for character in text)
    assert Pattern(tokens(escaped, escape="\\")).matches(text)
    assert Pattern(tokens(escaped, escape="\\")).matches(text + "a") is False


def test_a_question_mark_may_stand_for_itself():
    """Step Functions and log patterns know only `*`."""
    assert Pattern(tokens("a?*", one=False)).matches("a?b")
    assert not Pattern(tokens("a?*", one=False)).matches("abb")


def test_parts_that_are_given_as_text_hold_no_wildcards():
    """What fills a policy's variable comes from the caller: its `*` is a star."""
    assert Pattern(["home/", "*", Wild.ANY]).matches("home/*/x")
    assert not Pattern(["home/", "*", Wild.ANY]).matches("home/someone/x")


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_hostile_pattern_ends(pattern):
    """As regular expressions these take from minutes to the age of the universe."""
    assert not like("a" * 1024, pattern)

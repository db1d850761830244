"""Patterns of terms: `ERROR "exact phrase" -not %reg.*% ?either ?or`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from local_aws.logs.filter_pattern.pattern import Pattern, PatternError, regular_expression

_TERM = re.compile(r'(?P<sign>[-?]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]*)%|(?P<bare>\S+))(?=\s|$)')
_BARE = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True)
class Terms(Pattern):
    """Every required term is there, and none of the excluded; where there are only optional ones, one of them is."""

    required: tuple[Callable[[str], bool], ...]
    excluded: tuple[Callable[[str], bool], ...]
    optional: tuple[Callable[[str], bool], ...]

    def matches(self, message: str) -> bool:
        if self.required or self.excluded:
            # As documented: beside other terms, those with a question mark count for nothing.
            return all(term(message) for term in self.required) and not any(term(message) for term in self.excluded)
        return not self.optional or any(term(message) for term in self.optional)


def parse(text: str) -> Terms:
    """Raises:
    PatternError: a term has a character that it may have in quotes only.
    """
    found: dict[str, list[Callable[[str], bool]]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise _invalid_term(text[at:].split()[0])
        found[term["sign"]].append(_finder(term))
        at = term.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return Terms(tuple(found[""]), tuple(found["-"]), tuple(found["?"]))


def _finder(term: re.Match[str]) -> Callable[[str], bool]:
    if term["regex"] is not None:
        return regular_expression(term["regex"])
    if term["bare"] is not None and not _BARE.fullmatch(term["bare"]):
        raise _invalid_term(term["bare"])
    word = term["bare"] if term["bare"] is not None else re.sub(r"\\(.)", r"\1", term["quoted"])
    return lambda message: word in message


def _invalid_term(term: str) -> PatternError:
    return PatternError(f"Invalid filter pattern: Invalid character(s) in term '{term}'")

"""What all kinds of filter patterns share: the error, conditions on a text, and their combination."""

from __future__ import annotations

import functools
import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import regex

from local_aws.matching import Pattern as Wildcards
from local_aws.matching import tokens

_REGEX_CHARACTERS = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+.\s]+")
_REGEX_SECONDS = 1.0
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class PatternError(ValueError):
    """A text is no filter pattern; the message is what a caller reads."""


def invalid() -> PatternError:
    """The plain error, where AWS says no more."""
    return PatternError("Invalid filter pattern")


class Pattern(ABC):
    """A filter pattern."""

    @abstractmethod
    def matches(self, message: str) -> bool:
        """Whether a log event with this message is meant."""

    def extracted(self, message: str) -> dict[str, str]:
        """The values that the pattern names in a message that it means; of terms there are none."""
        return {}


@functools.lru_cache(maxsize=256)
def regular_expression(text: str) -> Callable[[str], bool]:
    """Whether a regular expression between `%` is found in a text. There are no groups in CloudWatch's.

    Raises:
        PatternError: it uses what CloudWatch doesn't support.
    """
    if not _REGEX_CHARACTERS.fullmatch(text):
        raise PatternError(f"Invalid filter pattern: Invalid character(s) in term '%{text}%'")
    try:
        compiled = regex.compile(text)
    except regex.error:
        raise invalid() from None

    def found(message: str) -> bool:
        try:
            return compiled.search(message, timeout=_REGEX_SECONDS, concurrent=True) is not None
        except TimeoutError:
            raise PatternError("The regular expression takes too long on this log group's events") from None

    return found


@dataclass(frozen=True)
class Condition:
    """A comparison with a value: `=`, `!=`, `<`, `<=`, `>` or `>=`.

    Attributes:
        number: the value as a number, where it is written as one.
        found: for `=` and `!=`, whether a text is as the value says.
    """

    comparison: str
    number: float | None
    found: Callable[[str], bool]

    def holds(self, value: object) -> bool:
        """Whether a value (a text, a number, a truth value) fulfils the condition."""
        if self.number is not None and not isinstance(value, bool):
            numeric = _number(value)
            if numeric is not None:
                return COMPARISONS[self.comparison](numeric, self.number)
        if self.comparison not in ("=", "!="):
            return False
        text = value if isinstance(value, str) else shown(value)
        return self.found(text) is (self.comparison == "=")


def condition(comparison: str, value: str) -> Condition:
    """A condition from its text: a number, a quoted or bare text with `*` in it, or an expression between `%`.

    Raises:
        PatternError: numbers only are larger or smaller than another; an expression can't be read.
    """
    if len(value) >= 2 and value.startswith("%") and value.endswith("%"):
        _require_equality(comparison)
        return Condition(comparison, None, regular_expression(value[1:-1]))
    quoted = len(value) >= 2 and value.startswith('"') and value.endswith('"')
    number = float(value) if not quoted and NUMBER.fullmatch(value) else None
    if number is None:
        _require_equality(comparison)
    text = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
    return Condition(comparison, number, Wildcards(tokens(text, one=False)).matches)


def _require_equality(comparison: str) -> None:
    if comparison not in ("=", "!="):
        raise invalid()


def _number(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None


def shown(value: object) -> str:
    """A value of JSON as a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)

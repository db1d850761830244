"""What a single value of an event is held against: one class a kind of condition.

A value is a text, a number, true, false or null. A number equals another whatever it is written like.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.event_pattern.tokens import PatternError
from local_aws.matching import Pattern, Token, Wild

Test = Callable[[Any], bool]

_LARGEST = 5_000_000_000


@dataclass(frozen=True)
class Condition:
    """A test of a value that is there; `of_absence` ones are met where there is none."""

    test: Test
    of_absence: bool = False


def absent() -> Condition:
    """`{"exists": false}`."""
    return Condition(lambda value: False, of_absence=True)


def present() -> Condition:
    """`{"exists": true}`."""
    return Condition(lambda value: True)


def equal_to(expected: Any) -> Condition:
    """A plain value in a pattern."""
    return Condition(lambda value: same(value, expected))


def same(value: Any, expected: Any) -> bool:
    """Whether two values are one: `1` and `1.0` are, `1` and `true`, and `1` and `"1"`, are not."""
    if is_number(value) and is_number(expected):
        return bool(value == expected)
    return type(value) is type(expected) and value == expected


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(test: Callable[[str], bool]) -> Condition:
    """A condition that only a text can meet."""
    return Condition(lambda value: isinstance(value, str) and test(value))


def prefix(start: str, ignore_case: bool) -> Condition:
    """`{"prefix": …}`."""
    start = start.lower() if ignore_case else start
    return text(lambda value: (value.lower() if ignore_case else value).startswith(start))


def suffix(end: str, ignore_case: bool) -> Condition:
    """`{"suffix": …}`."""
    end = end.lower() if ignore_case else end
    return text(lambda value: (value.lower() if ignore_case else value).endswith(end))


def equals_ignore_case(expected: str) -> Condition:
    """`{"equals-ignore-case": …}`."""
    return text(lambda value: value.lower() == expected.lower())


def wildcard(pattern: str) -> Condition:
    """`{"wildcard": …}`: `*` stands for any characters, `\\*` for itself.

    Raises:
        PatternError: two wildcards stand beside each other, or a backslash before what needs none.
    """
    parts: list[Token] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            if pattern[at + 1 : at + 2] not in ("*", "\\"):
                raise PatternError(f"Invalid escape character at pos {at + 1}")
            at += 1
            parts.append(pattern[at])
        elif character == "*":
            if parts and parts[-1] is Wild.ANY:
                raise PatternError(f"Consecutive wildcard characters at pos {at}")
            parts.append(Wild.ANY)
        else:
            parts.append(character)
        at += 1
    return text(Pattern(parts).matches)


def cidr(block: str) -> Condition:
    """`{"cidr": "10.0.0.0/24"}`.

    Raises:
        PatternError: it isn't one.
    """
    address, slash, bits = block.partition("/")
    if not slash or "/" in bits:
        raise PatternError("Malformed CIDR, one '/' required")
    if not bits.removeprefix("-").removeprefix("+").isdigit():
        raise PatternError("Malformed CIDR, mask bits must be an integer")
    if int(bits) < 0:
        raise PatternError("Malformed CIDR, mask bits must not be negative")
    try:
        whole = ipaddress.ip_address(address)
    except ValueError:
        raise PatternError(f"Nonstandard IP address: {address}") from None
    if int(bits) >= whole.max_prefixlen:
        raise PatternError(f"IPv{whole.version} mask bits must be < {whole.max_prefixlen}")
    network = ipaddress.ip_network((address, int(bits)), strict=False)

    def inside(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return text(inside)


def between(low: float | None, with_low: bool, high: float | None, with_high: bool) -> Condition:
    """A numeric range; None for an end that it hasn't.

    Raises:
        PatternError: an end is too large, or above the other.
    """
    for end in (low, high):
        if end is not None:
            require_comparable(end)
    if low is not None and high is not None and low >= high:
        raise PatternError("Bottom must be less than top")

    def inside(value: Any) -> bool:
        if not is_number(value) or abs(value) > _LARGEST:
            return False
        above = low is None or value > low or (with_low and value == low)
        return above and (high is None or value < high or (with_high and value == high))

    return Condition(inside)


def require_comparable(number: float) -> None:
    """Refuse a number that is too large to be compared.

    Raises:
        PatternError: it is.
    """
    if abs(number) > _LARGEST:
        raise PatternError("Value must be between -5.0E9 and 5.0E9, inclusive")


def none_of(conditions: list[Condition]) -> Condition:
    """`{"anything-but": …}`: a value that is there and meets none of these."""
    return Condition(lambda value: not any(each.test(value) for each in conditions))

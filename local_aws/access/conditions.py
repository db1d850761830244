"""The conditions of a policy's statement, held against the keys of a request.

Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context
keys". Never raises, whatever a policy holds: a value that can't be read as its operator needs it (a number, a date, an
address) equals nothing, and an operator that isn't one matches nothing. Dates are ISO 8601 or seconds since 1970, a
number of four digits is a year; without a time zone they are UTC.
"""

from __future__ import annotations

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local_aws.access.variables import Context, Filled, filled, matches
from local_aws.matching import Wild

_NUMBER = re.compile(r"[+-]?\d{1,999}(\.\d{1,999})?([eE][+-]?\d{1,4})?", re.ASCII)
_DATE = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII | re.IGNORECASE
)
_QUALIFIERS = ("", "ForAllValues", "ForAnyValue")

Test = Callable[[str, Filled], bool]


def met(conditions: Any, context: Context, variables: Context | None) -> bool:
    """Whether a request meets all of a statement's conditions.

    Args:
        conditions: the statement's `Condition`; None where it has none.
        context: the request's keys, in small letters.
        variables: what variables are filled from; None where the policy has none.
    """
    if conditions is None:
        return True
    if not isinstance(conditions, Mapping):
        return False
    return all(
        isinstance(tests, Mapping)
        and all(_holds(name, context.get(key.lower()), wanted, variables) for key, wanted in tests.items())
        for name, tests in conditions.items()
    )


def is_operator(name: str) -> bool:
    """Whether there is a condition operator of this name, with its set operator and `IfExists`."""
    qualifier, _, plain = name.rpartition(":")
    if plain == "Null":
        return qualifier in _QUALIFIERS
    plain = plain.removesuffix("IfExists")
    return qualifier in _QUALIFIERS and (plain in _TESTS or plain in _NEGATED)


def _holds(name: str, value: str | list[str] | None, wanted: Any, variables: Context | None) -> bool:
    """Whether one operator's test of one key holds; `value` is None where the request lacks the key."""
    qualifier, _, name = name.rpartition(":")
    name, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
    texts = [text for text in map(_text, wanted if isinstance(wanted, list) else [wanted]) if text is not None]
    values = [] if value is None else value if isinstance(value, list) else [value]
    if name == "Null":
        return ("false" if values else "true") in [text.lower() for text in texts]
    negated = name in _NEGATED
    test = _TESTS.get(_NEGATED.get(name, name))
    if test is None or qualifier not in _QUALIFIERS:
        return False
    if not values:
        return if_exists or qualifier == "ForAllValues" or (negated and qualifier != "ForAnyValue")
    fills = [filled(text, variables if name.startswith(_WITH_VARIABLES) else None) for text in texts]
    outcomes = [any(test(one, fill) for fill in fills) != negated for one in values]
    # Several values without a set operator: a negated one must hold for all of them, as its counterpart for one.
    return all(outcomes) if qualifier == "ForAllValues" or (negated and not qualifier) else any(outcomes)


def _text(value: Any) -> str | None:
    """A value of a policy as text; None for what a condition can't hold."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


# ---- strings and ARNs --------------------------------------------------------------------------------


def _plain(wanted: Filled) -> str | None:
    """Filled text whose `*` and `?` are characters."""
    if isinstance(wanted, list):
        return "".join(part.value if isinstance(part, Wild) else part for part in wanted)
    return wanted


def _equals(value: str, wanted: Filled) -> bool:
    return value == _plain(wanted)


def _equals_ignoring_case(value: str, wanted: Filled) -> bool:
    plain = _plain(wanted)
    return plain is not None and value.lower() == plain.lower()


def _like_arn(value: str, wanted: Filled) -> bool:
    """Wildcards that stay within one of an ARN's six parts."""
    if wanted is None:
        return False
    patterns: list[Any] = wanted.split(":", 5) if isinstance(wanted, str) else _arn_parts(wanted)
    if patterns in (["*"], [[Wild.ANY]]):
        return True
    parts = value.split(":", 5)
    return len(parts) == len(patterns) and all(map(matches, parts, patterns))


def _arn_parts(pattern: list[Any]) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in pattern:
        if token == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


# ---- numbers, dates, addresses, the rest -------------------------------------------------------------


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> Decimal | None:
    """A moment in seconds since 1970."""
    if not _DATE.fullmatch(text):
        return _number(text)
    date, _, time = text.upper().partition("T")
    try:
        # Nine digits of a second are allowed, six are kept.
        time = re.sub(r"(\.\d{6})\d+", r"\1", time)
        moment = datetime.fromisoformat(f"{date}{'-01' * (2 - date.count('-'))}T{time or '00:00'}")
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal(str((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()))


def _compared(read: Callable[[str], Decimal | None], compare: Callable[[Any, Any], bool]) -> Test:
    def test(value: str, wanted: Filled) -> bool:
        one, plain = read(value), _plain(wanted)
        other = None if plain is None else read(plain)
        return one is not None and other is not None and compare(one, other)

    return test


def _in_network(value: str, network: Filled) -> bool:
    plain = _plain(network)
    try:
        return plain is not None and ipaddress.ip_address(value) in ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return False


def _same_bytes(value: str, wanted: Filled) -> bool:
    plain = _plain(wanted)
    try:
        return plain is not None and base64.b64decode(value, validate=True) == base64.b64decode(plain, validate=True)
    except ValueError:
        return False


def _same_truth(value: str, wanted: Filled) -> bool:
    return value.lower() in ("true", "false") and _equals_ignoring_case(value, wanted)


_COMPARISONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_TESTS: dict[str, Test] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": matches,
    "ArnEquals": _like_arn,
    "ArnLike": _like_arn,
    "Bool": _same_truth,
    "IpAddress": _in_network,
    "BinaryEquals": _same_bytes,
    **{f"Numeric{name}": _compared(_number, compare) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": _compared(_date, compare) for name, compare in _COMPARISONS.items()},
}
_WITH_VARIABLES = ("String", "Arn")
"""Operators whose values may hold variables begin so."""
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}

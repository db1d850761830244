"""Choice rules: every operator, on values that match, that don't, and that are of another type."""

from __future__ import annotations

import pytest

from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.choice_rules import OPERATORS, rule
from tests.local_aws.states.languages.jsonpath_support import scope

EARLY, LATE = "2016-03-14T01:59:00Z", "2016-03-14T01:59:00.5Z"
LOW_HIGH = {"String": ("a", "b"), "Numeric": (1, 1.5), "Timestamp": (EARLY, LATE)}
HOLDS = {
    "Equals": (False, True, False),
    "LessThan": (True, False, False),
    "GreaterThan": (False, False, True),
    "LessThanEquals": (True, True, False),
    "GreaterThanEquals": (False, True, True),
}
"""Whether it holds of a low and a high value, of the same twice, of a high and a low value."""
ORDERED = [
    (kind + order, pair, holds)
    for kind, (low, high) in LOW_HIGH.items()
    for order, truths in HOLDS.items()
    for pair, holds in zip(((low, high), (low, low), (high, low)), truths, strict=True)
]


def holds(fields, data, **variables):
    found = scope(data, **variables)
    return rule(fields)(found, found.data)


def test_there_are_thirty_nine_operators():
    assert len(OPERATORS) == 39


@pytest.mark.parametrize(("name", "pair", "expected"), ORDERED)
def test_comparisons_with_a_value_and_with_a_path(name, pair, expected):
    value, other = pair
    data = {"value": value, "other": other}
    assert holds({"Variable": "$.value", name: other}, data) is expected
    assert holds({"Variable": "$.value", f"{name}Path": "$.other"}, data) is expected


@pytest.mark.parametrize("value", [None, True, 1, "x", [], {}])
def test_another_type_never_matches(value):
    """Nor does it for the path's own operator: only Not turns it round."""
    for name in OPERATORS:
        kind = next((kind for kind in ("String", "Numeric", "Boolean", "Timestamp") if name.startswith(kind)), None)
        fits = {"String": str, "Numeric": int, "Boolean": bool, "Timestamp": ()}.get(kind, object)
        if kind is None or (isinstance(value, fits) and not (kind == "Numeric" and value is True)):
            continue
        operand = (
            "$.other" if name.endswith("Path") else {"Numeric": 1, "Boolean": True, "Timestamp": EARLY}.get(kind, "x")
        )
        other = {"Numeric": 1, "Boolean": True, "Timestamp": EARLY}.get(kind, "x")
        fields = {"Variable": "$.value", name: operand}
        assert holds(fields, {"value": value, "other": other}) is False, name
        assert holds({"Not": fields}, {"value": value, "other": other}) is True, name


@pytest.mark.parametrize(
    ("name", "matching"),
    [("IsNull", None), ("IsBoolean", False), ("IsNumeric", 0), ("IsString", ""), ("IsTimestamp", EARLY)],
)
def test_tests_of_a_type(name, matching):
    for value in (None, False, 0, "", EARLY, [], {}):
        expected = value is matching or (name == "IsString" and value == EARLY)
        assert holds({"Variable": "$.v", name: True}, {"v": value}) is expected, value
        assert holds({"Variable": "$.v", name: False}, {"v": value}) is not expected, value


def test_is_present():
    assert holds({"Variable": "$.a.b", "IsPresent": True}, {"a": {"b": None}})
    assert holds({"Variable": "$.a.b", "IsPresent": False}, {"a": 1})
    assert holds({"Variable": "$.a[1]", "IsPresent": False}, {"a": [1]})
    assert holds({"Variable": "$gone", "IsPresent": False}, {})
    assert holds({"Variable": "$$.State.Name", "IsPresent": True}, {})


def test_booleans():
    assert holds({"Variable": "$.a", "BooleanEquals": True}, {"a": True})
    assert not holds({"Variable": "$.a", "BooleanEquals": True}, {"a": 1})
    assert holds({"Variable": "$.a", "BooleanEqualsPath": "$b"}, {"a": False}, b=False)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("log-*.txt", "log-.txt", True),
        ("*LogFile*", "zebra.LogFile.gz", True),
        ("foo*", "fo", False),
        ("foo\\*bar", "foo*bar", True),
        ("foo\\*bar", "foo-bar", False),
        ("foo\\\\*", "foo\\x", True),
        ("a?c", "abc", False),
        ("", "", True),
    ],
)
def test_patterns(pattern, text, expected):
    """StringMatches, in the developer guide: `*` is the one wildcard, and a backslash escapes."""
    assert holds({"Variable": "$.t", "StringMatches": pattern}, {"t": text}) is expected


def test_a_pattern_of_many_stars_is_quick():
    """Linear: a backtracking one would take longer than anybody waits."""
    assert not holds({"Variable": "$.t", "StringMatches": "a*" * 60 + "b"}, {"t": "a" * 20_000})


def test_strings_are_ordered_as_in_java():
    """By UTF-16: U+1F600 begins with a surrogate, which comes before U+FB01."""
    assert holds({"Variable": "$.t", "StringLessThan": "\ufb01"}, {"t": "\U0001f600"})


def test_moments_are_compared_not_texts():
    assert holds({"Variable": "$.t", "TimestampEquals": "2016-03-14T02:59:00+01:00"}, {"t": EARLY})


def test_and_or_not_go_as_far_as_they_must():
    missing = {"Variable": "$.gone", "StringEquals": "x"}
    there = {"Variable": "$.a", "NumericEquals": 1}
    assert holds({"Or": [there, missing]}, {"a": 1})
    assert not holds({"And": [{"Not": there}, missing]}, {"a": 1})
    assert holds({"And": [{"Variable": "$.a", "IsPresent": True}, {"Or": [{"Not": there}, there]}]}, {"a": 1})


@pytest.mark.parametrize(
    "fields", [{"Variable": "$.gone", "IsNull": True}, {"Variable": "$.a", "NumericEqualsPath": "$.gone"}]
)
def test_a_path_that_leads_nowhere(fields):
    """AWS's sentence, as many executions report it; the operators of a type are no exception (measured by others)."""
    with pytest.raises(FieldError) as raised:
        holds(fields, {"a": 1})
    sentence = "The choice state's condition path references an invalid value."
    assert raised.value.sentence == f"Invalid path '$.gone': {sentence}"

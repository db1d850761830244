"""Event patterns: what they match, and the words in which AWS refuses those that are none."""

from __future__ import annotations

import json

import pytest

from local_aws.event_pattern import EventPattern, PatternError


def matches(pattern: object, event: object) -> bool:
    return EventPattern(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ({"a": ["x", "y"]}, [{"a": "y"}, {"a": ["q", "x"]}, {"a": "x", "b": 1}], [{"a": "z"}, {}, {"a": {"b": "x"}}]),
        ({"a": [1]}, [{"a": 1}, {"a": 1.0}], [{"a": "1"}, {"a": True}, {"a": 2}]),
        ({"a": [True]}, [{"a": True}], [{"a": 1}, {"a": "true"}]),
        ({"a": [None]}, [{"a": None}, {"a": [None]}], [{}, {"a": ""}]),
        ({"a": {"b": ["x"]}}, [{"a": {"b": "x"}}, {"a": [{"b": "y"}, {"b": "x"}]}], [{"a": "x"}, {"b": "x"}]),
        ({"a": [{"exists": True}]}, [{"a": ""}, {"a": None}, {"a": [0]}], [{}, {"a": {"b": 1}}, {"a": []}]),
        ({"a": [{"exists": False}]}, [{}, {"a": {"b": 1}}], [{"a": None}, {"a": 0}]),
        ({"a": ["x", {"exists": False}]}, [{}, {"a": "x"}], [{"a": "y"}]),
        ({"a": [{"prefix": "ab"}]}, [{"a": "abc"}], [{"a": "cab"}, {"a": 1}, {}]),
        ({"a": [{"prefix": {"equals-ignore-case": "AB"}}]}, [{"a": "abc"}], [{"a": "cab"}]),
        ({"a": [{"suffix": ".png"}]}, [{"a": "x.png"}], [{"a": "x.PNG"}]),
        ({"a": [{"suffix": {"equals-ignore-case": ".png"}}]}, [{"a": "x.PNG"}], [{"a": "x.jpg"}]),
        ({"a": [{"equals-ignore-case": "Alice"}]}, [{"a": "ALICE"}], [{"a": "alice2"}]),
        ({"a": [{"wildcard": "d/*/x.*"}]}, [{"a": "d/e/x.y"}, {"a": "d//x."}], [{"a": "d/x.y"}]),
        ({"a": [{"wildcard": "2\\*3"}]}, [{"a": "2*3"}], [{"a": "2x3"}]),
        ({"a": [{"anything-but": "x"}]}, [{"a": "y"}, {"a": 1}, {"a": ["x", "y"]}], [{"a": "x"}, {}]),
        ({"a": [{"anything-but": ["x", "y"]}]}, [{"a": "z"}], [{"a": "y"}]),
        ({"a": [{"anything-but": [1, 2]}]}, [{"a": 3}, {"a": "1"}], [{"a": 2.0}]),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, [{"a": "yx"}], [{"a": "xy"}]),
        ({"a": [{"anything-but": {"suffix": ["x", "y"]}}]}, [{"a": "xz"}], [{"a": "zy"}]),
        ({"a": [{"anything-but": {"equals-ignore-case": ["X"]}}]}, [{"a": "y"}], [{"a": "x"}]),
        ({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]}, [{"a": "/bin/x"}], [{"a": "/lib/x"}]),
        ({"a": [{"numeric": ["=", 3.0]}]}, [{"a": 3}], [{"a": 3.1}, {"a": "3"}]),
        ({"a": [{"numeric": [">", 0, "<=", 5]}]}, [{"a": 5}, {"a": 0.1}], [{"a": 0}, {"a": 5.1}, {"a": True}]),
        ({"a": [{"numeric": ["<", 0]}]}, [{"a": -1}], [{"a": 0}]),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, [{"a": "10.0.0.255"}], [{"a": "10.0.1.0"}, {"a": "x"}, {"a": 1}]),
        ({"a": [{"cidr": "2001:db8::/32"}]}, [{"a": "2001:db8::1"}], [{"a": "2001:db9::1"}]),
        ({"a": ["x"], "$or": [{"b": [1]}, {"c": [2]}]}, [{"a": "x", "c": 2}], [{"a": "x"}, {"b": 1}]),
        ({"d": {"$or": [{"b": [1]}, {"c": [2], "e": [3]}]}}, [{"d": {"c": 2, "e": 3}}], [{"d": {"c": 2}}]),
    ],
)
def test_a_pattern_fits_what_it_says_and_nothing_else(pattern, fitting, others):
    assert [event for event in fitting if not matches(pattern, event)] == []
    assert [event for event in others if matches(pattern, event)] == []


def test_two_members_are_never_taken_from_two_elements_of_an_array():
    pattern = {"a": {"b": ["x"], "c": ["y"]}}
    assert not matches(pattern, {"a": [{"b": "x", "c": "1"}, {"b": "2", "c": "y"}]})
    assert matches(pattern, {"a": [{"b": "1", "c": "1"}, {"b": "x", "c": "y"}]})


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        (
            '{"source":["test.event-pattern"],"detail":{"lenderId":"LenderA"}}',
            '"lenderId" must be an object or an array',
            56,  # as AWS told it
        ),
        ("[]", "Filter is not an object", 2),
        ("{}", "Empty objects are not allowed", 3),
        ('{"a":[]}', "Empty arrays are not allowed", 8),
        ('{"a":[[1]]}', "Match value must be String, number, true, false, or null", 8),
        ('{"a":[{"foo":"x"}]}', "Unrecognized match type foo", 15),
        ('{"a":[{"prefix":1}]}', "prefix match pattern must be a string", 18),
        ('{"a":[{"suffix":{"wildcard":"x"}}]}', "Unsupported suffix pattern: wildcard", 30),
        ('{"a":[{"prefix":"x","suffix":"y"}]}', "Only one key allowed in match expression", 31),
        ('{"a":[{"exists":"x"}]}', "exists match pattern must be either true or false.", 18),
        ('{"a":[{"numeric":5}]}', "Value of numeric must be an array.", 19),
        ('{"a":[{"numeric":["~",5]}]}', "Unrecognized numeric range operator: ~", 24),
        ('{"a":[{"numeric":[">","5"]}]}', "Value of > must be numeric", 24),
        ('{"a":[{"numeric":[">",1,">",5]}]}', "Bad numeric range operator: >", 26),
        ('{"a":[{"numeric":["=",1,2]}]}', "Too many elements in numeric expression", 26),
        ('{"a":[{"anything-but":true}]}', "Value of anything-but must be an array or single string/number value.", 27),
        (
            '{"a":[{"anything-but":["x",1]}]}',
            "Inside anything but list, either all values are number or string, mixed type is not supported",
            30,
        ),
        ('{"a":[{"anything-but":{"foo":"x"}}]}', "Unsupported anything-but pattern: foo", 31),
        ('{"$or":[{"a":[1]}]}', "There must have at least 2 Objects in $or relationship.", 19),
        ('{"$or":{"a":[1]}}', "It must be an Array followed with $or.", 9),
        ("no", "Unrecognized token 'no': was expecting (JSON String, Number, Array, Object or token 'null', ", 3),
        ("{'a':[1]}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 3),
        ('{"a":[1]', "Unexpected end-of-input", 9),
    ],
)
def test_a_text_that_is_no_pattern_is_refused_in_the_words_of_aws(text, reason, column):
    with pytest.raises(PatternError) as refused:
        EventPattern(text)
    message, _, place = str(refused.value).partition("\n at [Source: (String)")
    assert message.startswith(reason)
    assert place == f'"{text}"; line: 1, column: {column}]'


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ({"cidr": "10.0.0.0"}, "Malformed CIDR, one '/' required"),
        ({"cidr": "10.0.0.0/x"}, "Malformed CIDR, mask bits must be an integer"),
        ({"cidr": "10.0.0.0/32"}, "IPv4 mask bits must be < 32"),
        ({"cidr": "10.0.0/8"}, "Nonstandard IP address: 10.0.0"),
        ({"wildcard": "a**b"}, "Consecutive wildcard characters at pos 2"),
        ({"wildcard": "a\\b"}, "Invalid escape character at pos 2"),
    ],
)
def test_what_event_ruler_refuses_without_a_place_has_none(expression, reason):
    with pytest.raises(PatternError) as refused:
        EventPattern(json.dumps({"a": [expression]}))
    assert str(refused.value) == reason


def test_a_number_too_large_to_compare_is_refused():
    with pytest.raises(PatternError, match=r"Value must be between -5.0E9 and 5.0E9, inclusive"):
        EventPattern('{"a":[{"numeric":[">",5000000001]}]}')


def test_a_hostile_wildcard_ends():
    pattern = EventPattern(json.dumps({"a": [{"wildcard": "*a" * 200 + "b"}]}))
    assert not pattern.matches({"a": "a" * 20_000})

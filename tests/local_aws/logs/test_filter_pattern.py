"""Filter patterns, with the examples of "Filter pattern syntax", Amazon CloudWatch Logs user guide, and mistakes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.logs.filter_pattern import PatternError, compile_pattern

BAD_REQUEST = "[ERROR 400] BAD REQUEST"
UNAUTHORIZED = "[ERROR 401] UNAUTHORIZED REQUEST"
MISSING = "[ERROR 419] MISSING ARGUMENTS"
INVALID = "[ERROR 420] INVALID ARGUMENTS"
EVENTS = [BAD_REQUEST, UNAUTHORIZED, MISSING, INVALID]
TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "count": 1.5e3,
    "code": "400",
    "a-b": {"c": 1},
}
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", EVENTS),
        ("ERROR", EVENTS),
        ("ERROR ARGUMENTS", [MISSING, INVALID]),
        ("?MISSING ?UNAUTHORIZED", [UNAUTHORIZED, MISSING]),
        ("ERROR -ARGUMENTS", [BAD_REQUEST, UNAUTHORIZED]),
        ("-ERROR", []),
        ('"INVALID ARGUMENTS"', [INVALID]),
        ('-"INVALID ARGUMENTS" ARGUMENTS', [MISSING]),
        ("?BAD ARGUMENTS", [MISSING, INVALID]),
        ("%AUTHORIZED%", [UNAUTHORIZED]),
        ("%4[12]9% -%INV.*%", [MISSING]),
        ("error", []),
    ],
)
def test_terms(pattern, found):
    assert [event for event in EVENTS if compile_pattern(pattern).matches(event)] == found


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{ $.eventType = UpdateTrail }",
        '{ $.eventType = "Update*" }',
        "{ $.sourceIPAddress != 123.123.* }",
        "{ $.sourceIPAddress = 111.111.* }",
        '{ $.arrayKey[0] = "value" }',
        '{ $.arrayKey[*] = "another value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].id >= 2 }",
        "{ $.SomeObject IS NULL }",
        "{ $.ThisFlag IS TRUE }",
        "{ $.SomeOther NOT EXISTS }",
        "{ $.SomeObject EXISTS }",
        "{ $.count = 1500 }",
        "{ $.count > 1.4e3 && $.count <= 1500 }",
        "{ $.code >= 400 }",
        "{ ($.code = 1 || $.code = 400) && $.ThisFlag IS TRUE }",
        "{ $.code = 1 && $.code = 2 || $.ThisFlag = true }",
        "{ $.eventType = %^Update[A-Z]% }",
        "{ $.a-b.c = 1 }",
        "{ $['a-b'].c = 1 }",
    ],
)
def test_json_that_is_meant(pattern):
    assert compile_pattern(pattern).matches(json.dumps(TRAIL))


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "updatetrail" }',
        '{ $.eventType != "UpdateTrail" }',
        '{ $.nothing != "UpdateTrail" }',
        "{ $.arrayKey[2] EXISTS }",
        "{ $.objectList[*].id > 2 }",
        "{ $.ThisFlag IS FALSE }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.eventType > 4 }",
        "{ $.objectList = 1 }",
        "{ $.code = 1 || $.code = 2 && $.ThisFlag = true }",
    ],
)
def test_json_that_is_not_meant(pattern):
    assert not compile_pattern(pattern).matches(json.dumps(TRAIL))


def test_what_is_no_json_is_never_meant():
    pattern = compile_pattern("{ $.a NOT EXISTS }")
    assert [pattern.matches(text) for text in ("plain", '{"a": ', "{}", "[" * 100_000)] == [False, False, True, False]


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code = 4*, size]", True),
        ("[ip, id, user, timestamp, request, status_code = 404, size > 1000]", True),
        ("[ip, id, user, timestamp, request = *html*, status_code = 4* && status_code != 403, size]", True),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", True),
        ("[..., size > 1000]", True),
        ("[ip, user, ..., status_code = 404 || status_code = 410, size]", True),
        ("[ip, id, user = frank]", False),
        ("[..., size > 2000]", False),
        ("[ip, id, user, timestamp, request, status_code = 4* && status_code != 404, size]", False),
        ("[a, b, c, d, e, f, g, h]", False),
    ],
)
def test_fields_between_blanks(pattern, meant):
    assert compile_pattern(pattern).matches(ACCESS) is meant


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{bad", "If a filter pattern starts with '{' it must end with '}'"),
        ("[bad", "If a filter pattern starts with '[' it must end with ']'"),
        ("ERROR:", "Invalid filter pattern: Invalid character(s) in term 'ERROR:'"),
        ('"open', "Invalid filter pattern: Invalid character(s) in term '\"open'"),
        ("%what!%", "Invalid filter pattern: Invalid character(s) in term '%what!%'"),
        ("%(a)%", "Invalid filter pattern: Invalid character(s) in term '%(a)%'"),
        ("{ bad }", "Invalid filter pattern"),
        ("{ $.a }", "Invalid filter pattern"),
        ("{ $.a = }", "Invalid filter pattern"),
        ("{ $.a = 1 && }", "Invalid filter pattern"),
        ("{ ($.a = 1 }", "Invalid filter pattern"),
        ('{ $.a > "x" }', "Invalid filter pattern"),
        ("{}", "Invalid filter pattern"),
        ("[a, , b]", "Invalid filter pattern"),
        ("[a, ..., ...]", "Invalid filter pattern"),
        ("[a =]", "Invalid filter pattern"),
        ("%[%", "Invalid filter pattern"),
    ],
)
def test_mistakes(pattern, message):
    with pytest.raises(PatternError) as refused:
        compile_pattern(pattern)
    assert str(refused.value) == message


@given(st.text(alphabet='{}[]$.=!<>&|()"%-?*, ab1\\', max_size=40), st.text(max_size=40))
def test_whatever_is_written_is_a_pattern_or_a_pattern_error(pattern, message):
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return
    assert compiled.matches(message) in (True, False)


def test_stars_do_not_go_back():
    pattern = compile_pattern('{ $.a = "' + "*a" * 30 + '*b" }')
    assert not pattern.matches(json.dumps({"a": "a" * 5000}))

"""Expressions by themselves, against what JSONata's reference implementation, 2.0.6, and AWS's additions give."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.states.languages import jsonata
from local_aws.states.languages.jsonata import UNDEFINED, JSONataError, UnsupportedResultError, engine, limits


def evaluate(source: str, **variables: Any) -> Any:
    bound = {name: jsonata.bindable(value) for name, value in variables.items()}
    return jsonata.compile_expression(source).evaluate(bound)


def failure(source: str, **variables: Any) -> str:
    with pytest.raises(JSONataError) as raised:
        evaluate(source, **variables)
    return str(raised.value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1/0", "Infinity"),
        ("-1/0", "-Infinity"),
        ("0/0", "NaN"),
        ("5 % 0", "NaN"),
        ("1e308 * 10", "Infinity"),
        ("-7 % 3", -1),
        ("7.5 % 2", 1.5),
        ("0.1 + 0.2", 0.30000000000000004),
        ("6 / 2", 3),
        ("$nothing + 1", UNDEFINED),
        ("[1..3] ~> $sum", 6),
        ("7 % 3", 1),
        ("7 % -3", 1),
        ("0 / 5", 0),
        ("9007199254740992 / 3", 3002399751580330.5),
        ("'job-' & 1764278400123456", "job-1764278400123460"),
    ],
)
def test_arithmetic_is_that_of_javascript(source, value):
    found = evaluate(source)
    assert found == value and type(found) is type(value)


def test_an_infinite_operand_is_out_of_range():
    assert failure("1/0 + 1").startswith("D1001: Number out of range")


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("-1.5e3", -1500), ("007", 7), ("0x1F", 31), ("0b11", 3), ("0o17", 15), ("1E2", 100)],
)
def test_texts_that_are_numbers(text, number):
    assert evaluate("$number($text)", text=text) == number


@pytest.mark.parametrize("text", ["", "abc", " 1", "1_000", "nan", "Infinity", "1e400", "\u0663", "+1", ".5", "1."])
def test_texts_that_are_none(text):
    assert failure("$number($text)", text=text).startswith("D3030: Unable to cast value to a number: ")


@pytest.mark.parametrize("items", [["b", 1], [None, 1], [[1], [2]], [{"a": 1}, {"a": 2}], [True, False]])
def test_sort_wants_numbers_or_texts(items):
    assert failure("$sort($items)", items=items).startswith("D3070: The single argument form of the sort function")


def test_sort():
    assert evaluate("$sort($items)", items=[2, 1.5, 1]) == [1, 1.5, 2]
    assert evaluate("$sort($items)", items=["b", "a"]) == ["a", "b"]
    assert evaluate("$sort($items, function($l, $r) { $l.n > $r.n })", items=[{"n": 2}, {"n": 1}])[0] == {"n": 1}


@pytest.mark.parametrize("source", ["$power(0, -1)", "$power(-8, 1/3)", "$power(10, 400)"])
def test_a_power_that_is_no_number(source):
    assert failure(source).startswith("D3061: The power function has resulted in a value")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$replace('ab', /(a)(b)/, '$2$1')", "ba"),
        ("$replace('ab', /(a)(b)/, '[$0] $$1 $3 $x $')", "[ab] $1  $x $"),
        ("$replace('ab', /(a)(b)/, '$12')", "a2"),
        ("$replace('aXbX', 'X', '$0$$')", "a$0$$b$0$$"),
        ("$replace('a.b.c', '.', '-', 1)", "a-b.c"),
        ("$replace('aaa', /a/, 'aa', 2)", "aaaaa"),
        ("$replace('aaa', /a/, 'b', 0)", "aaa"),
        ("$replace('john smith', /(\\w+) (\\w+)/, function($m) { $m.groups[1] & ', ' & $m.groups[0] })", "smith, john"),
        ("$replace('C:/x', /\\//, '\\\\d')", "C:\\dx"),
    ],
)
def test_replace(source, text):
    assert evaluate(source) == text


def test_a_replacement_that_is_no_text():
    assert failure("$replace('a', /a/, function($m) { 1 })").startswith("D3012: ")
    assert failure("$replace('a', '', 'b')") == "D3010: Second argument of replace function cannot be an empty string"


def test_split_leaves_groups_out():
    assert evaluate("$split('a1b22c', /(\\d)+/)") == ["a", "b", "c"]


@pytest.mark.parametrize("source", ["$match('b', /a*/)", "$replace('abc', /x*/, '-')", "$split('abc', /x*/)"])
def test_a_further_match_of_no_characters_is_an_error(source):
    assert failure(source) == "D1004: Regular expression matches zero length string"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("$contains('b', /a?/)", True),
        ("$contains('', /.*/)", True),
        ("$match('abc', /.*/).match", "abc"),
        ("$match('', /.*/)", {"match": "", "index": 0, "groups": []}),
        ("$replace('abc', /.*/, '-')", "-"),
    ],
)
def test_the_first_match_may_have_no_characters(source, value):
    assert evaluate(source) == value


@pytest.mark.parametrize("source", ["$match($text, /^(a|aa)+$/)", "$replace($text, /^(a|aa)+$/, 'x')"])
def test_a_regular_expression_ends_with_its_evaluation(monkeypatch, source):
    monkeypatch.setattr(limits, "MAX_SECONDS", 0.1)
    assert failure(source, text="a" * 45 + "!").startswith("Expression evaluation timeout")


@pytest.mark.parametrize("source", ["$fromMillis(1e20)", "$decodeUrl('%E0%A4%A')", "$formatNumber(1, '')"])
def test_what_the_reference_breaks_down_at_is_a_failure_of_the_expression(source):
    assert failure(source)


def test_escapes():
    assert evaluate(r'"\uD83D\uDE00"') == "\U0001f600"
    assert evaluate(r'$length("\uD83D\uDE00")') == 1
    assert evaluate(r'"\\uD83D\\uDE00"') == r"\uD83D\uDE00", "an escaped backslash, and then letters"
    with pytest.raises(JSONataError) as raised:
        jsonata.compile_expression(r'$contains("a1", "\d")')
    assert (raised.value.code, raised.value.message) == ("S0103", r'Unsupported escape sequence: \"d"')


@pytest.mark.parametrize("source", ["function($x) { $x }", "$sum", "/a/", "{'f': $sum}"])
def test_what_is_no_json(source):
    with pytest.raises(UnsupportedResultError):
        evaluate(source)


@pytest.mark.parametrize("name", ["JException", "Parser", "Tokenizer"])
def test_private_names_of_the_engine(name):
    """What `local_aws.states.languages.jsonata` relies on beyond the engine's interface: an upgrade may move it."""
    needed = {
        "JException": ("error_codes",),
        "Parser": ("Infix", "Symbol", "parse"),
        "Tokenizer": ("operators",),
    }[name]
    assert [member for member in needed if not hasattr(getattr(engine, name), member)] == []


def test_a_signature_is_kept_as_written():
    assert engine.Parser().parse("function($x)<n-:n>{$x}").signature.text == "<n-:n>"


def test_every_text_of_an_error_is_that_of_the_reference():
    texts = engine.ERROR_TEXTS
    assert texts["T0410"] == "Argument {{index}} of function {{token}} does not match function signature"
    assert texts["D3135"] == "No matching closing bracket ']' in date/time picture string"
    assert texts["T1010"].endswith("{{token}} does not return the correct object structure")
    assert not [text for text in texts.values() if "Object " in text]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_that_is_never_closed_is_an_error_however_long_the_text(quote):
    for text in ("data/ & $states.input.bucket " * 2_000, r"\a" * 2_000, "\\"):
        assert failure(quote + text).startswith(("S0101", "S0103"))

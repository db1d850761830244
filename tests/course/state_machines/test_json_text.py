"""JSON written by hand: what is accepted, and what a learner is told where it isn't."""

from __future__ import annotations

import json

import pytest

from course.state_machines.json_text import JsonTextError, parse


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"a": [1, -2.5e3, true, false, null, "x\\n\\u00e9"], "b": {"c": {}}}',
        '\n{\n  "a"  :\t1 ,\r\n "{% b %}": "{% $x & \'y\' %}"\n}\n',
        '"just a string"',
        "0",
    ],
)
def test_json_is_parsed_as_python_parses_it(text):
    assert parse(text).value == json.loads(text)


def test_every_value_has_its_place():
    document = parse('{\n  "inputs": [\n    {"name": "code"}\n  ]\n}')
    assert [(document.places[path].line, document.places[path].column) for path in ((), ("inputs",))] == [
        (1, 1),
        (2, 3),
    ]
    place = document.places["inputs", 0, "name"]
    assert (place.line, place.column, place.text) == (3, 6, '    {"name": "code"}')


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "remedy"),
    [
        ('{"a": 1\n "b": 2}', 1, 8, "a comma is missing after 1", "comma here"),
        ("[1 2]", 1, 3, "a comma is missing after 1", "next item"),
        ('{"a": 1,\n}', 1, 8, "a comma with nothing after it", "no comma after the last member"),
        ('{"a": [1, ]}', 1, 9, "a comma with nothing after it", "no comma after the last item"),
        ("{'a': 1}", 1, 2, "a single quote", 'double quotes: "'),
        ('{"a": “b”}', 1, 7, "the quote “", "straight"),
        ('{"a": True}', 1, 7, "True is not JSON", "Write true."),
        ('{"a": None}', 1, 7, "None is not JSON", "Write null."),
        ('{"a" 1}', 1, 6, 'a colon is missing after "a"', '"a": '),
        ("{a: 1}", 1, 2, "a where a name is expected", "double quotes"),
        ('{"a": b}', 1, 7, "b stands without quotes", "double quotes"),
        ('{"a": {% $x %}}', 1, 7, "an expression without quotes", "{% … %}"),
        ('{"a": $x}', 1, 7, "an expression without quotes", "{% … %}"),
        ('{"a": "{% "x" & $y %}"}', 1, 11, "a double quote ended the string", "single quotes"),
        ('{"a": "x\ny"}', 1, 7, "not closed", "\\n"),
        ('{"a": "\\d"}', 1, 8, "a character that JSON refuses", "backslash"),
        ('{\n "a": {"b": 1}', 1, 1, "'{' is never closed", "'}' is missing"),
        ('{\n "a": [1, 2}', 2, 12, "'}' where ']' is expected", "line 2, column 7"),
        ('{"a": 1}}', 1, 9, "a '}' too many", "Take it out"),
        ('{"a": 1} {"b": 2}', 1, 10, "here is more", "one pair of braces"),
        ('{"a": }', 1, 7, "a value is missing", "Write a string"),
        ('{"a": .5}', 1, 7, ".5 is not a number", "0.5"),
        ('{"a": 01}', 1, 7, "01 is not a number", "0.5"),
        ('{"a": 1, "a": 2}', 1, 10, '"a" is here twice', "one of the two"),
        ('{"a": 1 // one\n}', 1, 9, "a comment", "no comments"),
        ("  ", 1, 3, "there is nothing here", "{}"),
    ],
)
def test_a_mistake_is_shown_where_it_is_with_a_remedy(text, line, column, message, remedy):
    with pytest.raises(JsonTextError) as caught:
        parse(text)
    error = caught.value
    assert (error.place.line, error.place.column) == (line, column)
    assert message in error.message
    assert remedy in error.remedy
    pointed = str(error).splitlines()
    assert pointed[2].index("^") == 4 + column - 1
    assert pointed[1].startswith("    " + text.split("\n")[line - 1].rstrip())


def test_a_long_line_is_cut_around_the_mistake():
    with pytest.raises(JsonTextError) as caught:
        parse('{"a": "' + "x" * 300 + '", b}')
    _, line, caret, _ = str(caught.value).splitlines()
    assert len(line) <= 89
    assert line[caret.index("^")] == "b"


@pytest.mark.parametrize("end", range(1, 60))
def test_a_text_cut_anywhere_is_refused_in_words(end):
    whole = '{"a": [1, {"b": "x"}, true, -1.5], "c": {"d": null}, "e": "fg"}'
    with pytest.raises(JsonTextError):
        parse(whole[:end])

"""The intrinsic functions, by the examples of the developer guide and by what others measured on AWS."""

from __future__ import annotations

import uuid

import pytest

from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.errors import InvalidPathError
from local_aws.states.languages.jsonpath.expressions import expression
from local_aws.states.languages.jsonpath.intrinsics import INTRINSICS
from tests.local_aws.states.languages.jsonpath_support import value

OBJECT = {"a": 1, "b": 2}
GUIDE = [
    ("States.Array($.Id)", {"Id": 123456}, [123456]),
    ("States.ArrayPartition($.a, 4)", {"a": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, [[1, 2, 3, 4], [5, 6, 7, 8], [9]]),
    ("States.ArrayContains($.a, $.l)", {"a": [1, 2, 5], "l": 5}, True),
    ("States.ArrayContains($.a, true)", {"a": [1]}, False),
    ("States.ArrayRange(1, 9, 2)", {}, [1, 3, 5, 7, 9]),
    ("States.ArrayRange(3, 0, -1)", {}, [3, 2, 1, 0]),
    ("States.ArrayRange(5, 1, 1)", {}, []),
    ("States.ArrayGetItem($.a, $.i)", {"a": [1, 2, 3, 4, 5, 6, 7, 8, 9], "i": 5}, 6),
    ("States.ArrayLength($.a)", {"a": [1, 2]}, 2),
    ("States.ArrayUnique($.a)", {"a": [1, 2, 3, 3, 3, 3, 3, 3, 4]}, [1, 2, 3, 4]),
    ("States.ArrayUnique($.a)", {"a": [3, 1, 3, 2, 1]}, [3, 1, 2]),
    ("States.ArrayUnique($.a)", {"a": [1, True, 1.0, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}]}, [1, True, "1", OBJECT]),
    ("States.Base64Encode($.i)", {"i": "Data to encode"}, "RGF0YSB0byBlbmNvZGU="),
    ("States.Base64Decode($.b)", {"b": "RGVjb2RlZCBkYXRh"}, "Decoded data"),
    ("States.Hash($.D, $.A)", {"D": "input data", "A": "SHA-1"}, "aaff4a450a104cd177d28d18d74485e8cae074b7"),
    (
        "States.JsonMerge($.j, $.k, false)",
        {"j": {"a": {"x": 1}, "b": 2}, "k": {"a": {"y": 1}}},
        {"a": {"y": 1}, "b": 2},
    ),
    ("States.StringToJson($.e)", {"e": '{"foo": "bar"}'}, {"foo": "bar"}),
    ("States.JsonToString($.u)", {"u": {"foo": "bär", "n": [1.5, None]}}, '{"foo":"bär","n":[1.5,null]}'),
    (
        "States.JsonToString($.u)",
        {"u": [1e10, -12345678.5, 9999999.5, 1e-5, 0.001, 1e300, 0.0, 12345678, 'a "1e10']},
        '[1.0E10,-1.23456785E7,9999999.5,1.0E-5,0.001,1.0E300,0.0,12345678,"a \\"1e10"]',
    ),
    ("States.Format('{}', $.n)", {"n": 20000000.0}, "2.0E7"),
    ("States.MathAdd($.v, -1)", {"v": 111}, 110),
    ("States.StringSplit($.i, $.s)", {"i": "1,2,3,4,5", "s": ","}, ["1", "2", "3", "4", "5"]),
    ("States.StringSplit($.i, $.s)", {"i": "This.is+a,test=", "s": ".+,="}, ["This", "is", "a", "test"]),
    ("States.Format('Hello, my name is {}.', $.n)", {"n": "Arnav"}, "Hello, my name is Arnav."),
    ("States.Format($.t, $.n)", {"t": "Hi {}", "n": "Arnav"}, "Hi Arnav"),
]


@pytest.mark.parametrize(("text", "data", "found"), GUIDE)
def test_as_the_developer_guide_has_it(text, data, found):
    result = value(text, data)
    assert (result, type(result)) == (found, type(found))


MEASURED = [
    ("States.ArrayPartition($.a, 2.6)", [[1, 2], [3]]),
    ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
    ("States.ArrayRange(1.6, 1.4, 1)", [1]),
    ("States.ArrayGetItem($.a, 1.2)", 2),
    ("States.ArrayGetItem($.none, 999)", None),
    ("States.MathAdd(1.6, 2.7)", 5),
    ("States.MathAdd(0.1, 0.2)", 0),
    ("States.MathAdd(2.5, 0)", 3),
    ("States.MathAdd(-2.5, 0)", -2),
    ("States.MathAdd(-1.5, -1.51)", -3),
    ("States.MathAdd(-1.49, -1.5)", -2),
    ("States.StringToJson(null)", None),
    ("States.Format('{}', $.o)", "{a=1, b=[x, null], c={}}"),
    ("States.Format('{} {}', $.none, $.a)", "[] [1, 2, 3]"),
    ("States.MathAdd(2147483646, 1)", 2147483647),
    ("States.Base64Decode('!!!aGVsbG8=')", "hello"),
    ("States.Base64Decode(' YWJjZA== ')", "abcd"),
    ("States.Base64Decode('YWI')", "ab"),
    ("States.Base64Decode('')", ""),
    ("States.Hash(123, 'MD5')", "202cb962ac59075b964b07152d234b70"),
    ("States.Format('{}|{}|{}', null, false, 3.5)", "null|false|3.5"),
    ("States.Format('Name: \\'{}\\', \"\\{\\}\" \\\\', 'x')", "Name: 'x', \"{}\" \\"),
    ("States.StringSplit('a,,\n,b,', ',')", ["a", "\n", "b"]),
    ("States.Array()", []),
    ("States.ArrayLength($.a[?(@ > 1)])", 2),
    ("States.ArrayGetItem(States.StringSplit($$.Execution.Name, '-'), States.MathAdd(0, 1))", "1"),
]


@pytest.mark.parametrize(("text", "found"), MEASURED)
def test_as_it_was_measured_on_aws(text, found):
    """By the conformance cases and recordings of others (localstack, floci, and a suite held against AWS).

    Halves, null as JSON, and arrays and objects in a text are as moto's interpreter, held against AWS, has them.
    """
    assert value(text, {"a": [1, 2, 3], "none": [], "o": {"a": 1, "b": ["x", None], "c": {}}}) == found


INVALID = [
    "States.ArrayPartition($.a, 0)",
    "States.ArrayPartition($.a, 0.49)",
    "States.ArrayPartition($.a, '2')",
    "States.ArrayPartition('text', 2)",
    "States.ArrayContains(1, 1)",
    "States.ArrayRange(1, 10, 0)",
    "States.ArrayRange(1, 1001, 1)",
    "States.ArrayRange(1, 'b', 1)",
    "States.ArrayRange(0, 1e300, 1)",
    "States.ArrayGetItem($.a, 3)",
    "States.ArrayGetItem($.a, -1)",
    "States.ArrayGetItem($.a)",
    "States.ArrayUnique($.a, 1)",
    "States.Base64Encode(1)",
    "States.Base64Encode($.long)",
    "States.Base64Decode($.long)",
    "States.Hash($.long, 'MD5')",
    "States.Hash('x', 'sha-256')",
    "States.JsonMerge($, $, true)",
    "States.JsonMerge($, 1, false)",
    "States.StringToJson('{')",
    "States.StringToJson('NaN')",
    "States.StringToJson('1e999')",
    "States.StringToJson(1)",
    "States.MathRandom(1, 1)",
    "States.MathRandom(10, 5)",
    "States.MathAdd(2147483647, 1)",
    "States.MathAdd(3000000000, 1)",
    "States.MathAdd(true, 1)",
    "States.MathAdd('1', 1)",
    "States.StringSplit(1, ',')",
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    "States.Format('{', 1)",
    "States.UUID(1)",
]


@pytest.mark.parametrize("text", INVALID)
def test_arguments_that_a_function_cannot_take(text):
    """AWS reports `States.Runtime` with this sentence, where the documentation has States.IntrinsicFailure."""
    with pytest.raises(FieldError) as raised:
        value(text, {"a": [1, 2, 3], "long": "x" * 10_001})
    name = text.partition("(")[0]
    assert raised.value.sentence == f"The function '{text}' had the following error: Invalid arguments in {name}"
    assert (raised.value.error, raised.value.documented_as) == ("States.Runtime", "States.IntrinsicFailure")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("States.Format('{}', $.nope)", "$.nope"),
        ("States.Format('{}',$.nope)", "$.nope"),
        ("States.Format('{}', States.Format('{}', $.nope))", "$.nope"),
        ("States.Format('{}', $.items[5])", "$.items[5]"),
        ("States.Format('{}', $$.Nope.Deep)", "$.Nope.Deep"),
        ("States.Array($nope)", "$nope"),
    ],
)
def test_an_argument_that_is_not_there(text, named):
    """The sentences were captured on AWS by others (github floci-io/floci issue 2870)."""
    with pytest.raises(FieldError) as raised:
        value(text, {"items": [1, 2]})
    assert raised.value.sentence == (
        f"The function '{text}' had the following error: The JsonPath argument for the field '{named}' "
        "could not be found in the input '{\"items\":[1,2]}'"
    )


def test_numbers_by_chance():
    assert {value("States.MathRandom(1, 4)") for _ in range(200)} == {1, 2, 3}
    assert value("States.MathRandom(0, 999, 3)") == value("States.MathRandom(0, 999, 3)")
    # java.util.Random(42).nextInt(10) is 0, and nextInt(16) is 11.
    assert (value("States.MathRandom(0, 10, 42)"), value("States.MathRandom(0, 16, 42)")) == (0, 11)
    assert uuid.UUID(value("States.UUID()")).version == 4


def test_there_are_eighteen():
    assert len(INTRINSICS) == 18


def nested(depth: int) -> str:
    return "States.Array(" * depth + "1" + ")" * depth


def test_functions_nest_ten_deep():
    assert value(nested(10)) == [[[[[[[[[[1]]]]]]]]]]
    with pytest.raises(InvalidPathError):
        expression(nested(11))


LONG_NUMBER = f"States.Array({'1' * 401})"
NO_CALLS = """
States.Foo($.a) | States.Array | States.Array( | States.Array(1 | States.Array(1,) | States.Array(,1) | States.Array(a)
| States.Array('a) | States.Array($)x | States.Array("a") | foo | States.Format('He said \\"{}\\"', 1)
| States.Base64Decode('YWJj\\nZA==') | States.Array(1e999)
"""


@pytest.mark.parametrize("text", [*(text.strip() for text in NO_CALLS.split("|")), "", "States.Array(1) ", LONG_NUMBER])
def test_a_text_that_is_no_call(text):
    """A backslash before anything but a quote, a brace or itself was refused on AWS (recorded in 2025)."""
    with pytest.raises(InvalidPathError):
        expression(text)

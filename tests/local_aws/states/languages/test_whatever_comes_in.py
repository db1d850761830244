"""Whatever text and data come in: a path, a call, a template or a rule answers in AWS's way or is refused, and breaks
down in no case."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.states.definition import check
from local_aws.states.document import Document
from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.choice_rules import COMBINATIONS, OPERATORS, rule
from local_aws.states.languages.jsonpath.errors import InvalidPathError, NotFoundError, PathError
from local_aws.states.languages.jsonpath.expressions import expression
from local_aws.states.languages.jsonpath.intrinsics import INTRINSICS
from local_aws.states.languages.jsonpath.paths import path
from local_aws.states.languages.jsonpath.reference_paths import placed, reference_path
from local_aws.states.languages.jsonpath.templates import PayloadTemplate
from tests.local_aws.states.languages.jsonpath_support import scope

NAMES = st.sampled_from(["a", "b", "c-d", "e f", "é", "", "length", "x.$"])
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
PIECES_OF_PATHS = """
    .a .b .c-d ..a ..* [*] .* [0] [-1] [1:] [::-1] [0,1] ['a'] ['a','b'] ["a"] [?(@.a)] [?(@.a>1)] [?(@.a=='x'&&!(@.b))]
    [?(@=~/x.*/i)] [?(@.a==$.b)] .length() .sum() .first() .keys() .concat('x') .append(1) .index(0) [ ] ( ) ' ?
"""
PIECES = st.sampled_from(PIECES_OF_PATHS.split())
PATHS = st.lists(PIECES, max_size=5).map(lambda pieces: "$" + "".join(pieces))
ARGUMENTS = st.one_of(
    PATHS, SCALARS.map(json.dumps), st.text("ab'{}\\ ,", max_size=6).map("'{}'".format), st.just("$$.Execution.Input")
)
CALLS = st.recursive(
    ARGUMENTS,
    lambda inner: st.builds(
        lambda name, arguments: f"{name}({', '.join(arguments)})",
        st.sampled_from(sorted(INTRINSICS)),
        st.lists(inner, max_size=4),
    ),
    max_leaves=6,
)


@given(st.one_of(PATHS, st.text(max_size=20).map("${}".format)), DATA)
@settings(max_examples=120, deadline=None)
def test_paths(text, data):
    before = json.dumps(data)
    try:
        found = path(text)
        value = found.find(data)
    except (InvalidPathError, NotFoundError, PathError):
        return
    finally:
        assert json.dumps(data) == before
    if not found.is_definite:
        assert isinstance(value, list)
    json.dumps(value, allow_nan=False)


@given(PATHS, DATA, DATA)
@settings(max_examples=80, deadline=None)
def test_what_is_put_in_is_found_there(text, data, value):
    try:
        steps = reference_path(text).steps
        made = placed(data, steps, value)
    except (InvalidPathError, NotFoundError):
        return
    assert path(text).find(made) == value


@given(st.one_of(CALLS, st.text(max_size=30).map("States.{}".format)), DATA)
@settings(max_examples=120, deadline=None)
def test_calls(text, data):
    try:
        expression(text)
    except InvalidPathError:
        return
    found = scope(data)
    try:
        document = PayloadTemplate({"v.$": text}).filled(found, found.data)
    except FieldError as error:
        assert_aws_words(error)
    else:
        assert isinstance(Document.parse(document.text).value["v"], object)


def operands(name: str) -> st.SearchStrategy[Any]:
    if OPERATORS[name] == "Path":
        return st.sampled_from(["$", "$.a", "$$.State.Name", "$v", "$.b[0]"])
    moment = st.just("2016-03-14T01:59:00Z")
    return {"String": st.text(max_size=5), "Numeric": st.integers(), "Boolean": st.booleans(), "Timestamp": moment}[
        OPERATORS[name]
    ]


@st.composite
def comparisons(draw) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(OPERATORS)))
    return {
        "Variable": draw(st.sampled_from(["$", "$.a", "$.b.a", "$.a[0]", "$$.State", "$v"])),
        name: draw(operands(name)),
    }


RULES = st.recursive(
    comparisons(),
    lambda inner: st.builds(
        lambda name, rules: {name: rules[0] if name == "Not" else rules},
        st.sampled_from(COMBINATIONS),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@given(RULES, DATA)
@settings(max_examples=120, deadline=None)
def test_rules(fields, data):
    state = {"Type": "Choice", "Choices": [{**fields, "Next": "B"}]}
    assert check({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}}) == []
    found = scope(data)
    try:
        assert isinstance(rule(fields)(found, found.data), bool)
    except FieldError as error:
        assert_aws_words(error)


FIELDS = st.sampled_from(
    ["InputPath", "Parameters", "ResultPath", "OutputPath", "Assign", "Choices", "ItemsPath", "SecondsPath"]
)


@given(
    st.sampled_from(["Pass", "Choice", "Wait", "Map", "Task", "Fail"]),
    st.dictionaries(FIELDS, DATA | CALLS, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_definitions(kind, fields):
    findings = check({"StartAt": "A", "States": {"A": {"Type": kind, **fields}}})
    assert all(isinstance(finding.message, str) for finding in findings)


def assert_aws_words(error: FieldError) -> None:
    known = ("The function '", "The JSONPath '", "Invalid path '", "Unable to apply Path transformation")
    assert error.sentence.startswith(known), error.sentence

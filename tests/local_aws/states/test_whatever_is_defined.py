"""Whatever machine somebody brings: it is refused in AWS's words, or it runs to an end that AWS has a name for."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import local_aws.states.languages.jsonata  # noqa: F401 - it raises the limit of recursion, which Hypothesis looks at
from tests.local_aws.states.states_support import ENDED, Workflows

PYTHONS_WORDS = re.compile(
    r"Traceback|NoneType|object has no attribute|not subscriptable|not iterable|<class|\bdict\b|unhashable"
    r"|unexpected keyword|positional argument|(Attribute|Key|Type|Value|Index|Recursion|Unicode\w+)Error"
)
NAMES = st.sampled_from(["a", "b", "c-d", "é", "x y"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
WORDS = """
    $states.input $states.input.a $states.input[0] $states.context.Execution.Input $x $states.result 1 0 -1 'a' "b"
    true null [] {} [1..3] . + - * / % & = != < in and or ( ) [ ] { } , ? : := ~> $sum( $string( $keys( $map(
    function($v){$v} $error( $number( $toMillis( $fromMillis( $lookup( $parse( $uuid() $partition( $range( $split(
"""
JSONATA = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=7).map(
    lambda found: "{% " + " ".join(found) + " %}"
)
PATHS = st.sampled_from(
    ["$", "$.a", "$.b[0]", "$..a", "$.a[*]", "$$.Execution.Name", "$x", "$.a[?(@.b>1)]", "$[", "$.é"]
)
CALLS = st.sampled_from(
    [
        "States.Format('{}', $.a)",
        "States.Array()",
        "States.MathAdd($.a, 1)",
        "States.StringToJson($.a)",
        "States.Nope($)",
    ]
)
VALUES = {"JSONata": JSONATA | DATA, "JSONPath": PATHS | CALLS | DATA}


@st.composite
def states_of(draw: st.DrawFn, language: str, depth: int = 1) -> dict[str, Any]:
    """A workflow of up to three states in a row, whose fields hold values of the kind that they may hold."""
    names = ["One", "Two", "Three"][: draw(st.integers(1, 3))]
    states = {name: draw(state(language, depth)) for name in names}
    for name, after in zip(names, [*names[1:], None], strict=True):
        kind = states[name]["Type"]
        if kind == "Choice":
            states[name]["Choices"][0]["Next"] = after or "Last"
            states[name]["Default"] = after or "Last"
        elif kind not in ("Succeed", "Fail"):
            states[name] |= {"Next": after} if after else {"End": True}
    if any(one.get("Default") == "Last" for one in states.values()):
        states["Last"] = {"Type": "Succeed"}
    return {"StartAt": "One", "States": states}


@st.composite
def state(draw: st.DrawFn, language: str, depth: int) -> dict[str, Any]:
    """A state without its transition."""
    value, jsonata = VALUES[language], language == "JSONata"
    kinds = ["Pass", "Pass", "Choice", "Wait", "Succeed", "Fail", *(["Parallel", "Map"] if depth else [])]
    fields: dict[str, Any] = {"Type": draw(st.sampled_from(kinds))}
    if fields["Type"] == "Pass":
        fields |= draw(optional(pass_fields(value, jsonata)))
    elif fields["Type"] == "Choice":
        rule = {"Condition": draw(JSONATA)} if jsonata else {"Variable": draw(PATHS), "NumericEquals": draw(SCALARS)}
        fields["Choices"] = [rule]
    elif fields["Type"] == "Wait":
        fields["Seconds" if jsonata else "SecondsPath"] = draw(JSONATA if jsonata else PATHS)
    elif fields["Type"] == "Fail":
        fields |= draw(optional({"Error": JSONATA if jsonata else st.text(max_size=5), "Cause": st.text(max_size=5)}))
    elif fields["Type"] == "Parallel":
        fields["Branches"] = [draw(states_of(language, depth - 1)) for _ in range(draw(st.integers(1, 2)))]
    elif fields["Type"] == "Map":
        fields["ItemProcessor"] = draw(states_of(language, depth - 1))
        fields |= draw(optional({"Items": JSONATA} if jsonata else {"ItemsPath": PATHS, "ItemSelector": DATA}))
    return fields


def pass_fields(value: st.SearchStrategy[Any], jsonata: bool) -> dict[str, st.SearchStrategy[Any]]:
    if jsonata:
        return {"Output": value, "Assign": st.dictionaries(st.just("x"), value, max_size=1) | JSONATA}
    filled = st.dictionaries(st.sampled_from(["a", "a.$", "b.$"]), value, max_size=2)
    return {"InputPath": PATHS, "Parameters": filled, "ResultPath": PATHS, "OutputPath": PATHS, "Result": DATA}


def optional(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


MACHINES = st.sampled_from(["JSONata", "JSONPath"]).flatmap(
    lambda language: states_of(language).map(lambda found: {"QueryLanguage": language} | found)
)


@pytest.mark.slow
@given(MACHINES, DATA)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_it_is_refused_or_runs_to_an_end(workflows: Workflows, definition: dict[str, Any], document: Any) -> None:
    try:
        machine = workflows.create(definition, type="EXPRESS")
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "InvalidDefinition", refused
        assert not PYTHONS_WORDS.search(str(refused)), refused
        return
    try:
        answer = workflows.client.start_sync_execution(stateMachineArn=machine, input=json.dumps(document))
    finally:
        workflows.client.delete_state_machine(stateMachineArn=machine)
    assert answer["status"] in ENDED
    if answer["status"] == "SUCCEEDED":
        json.loads(answer["output"], parse_constant=pytest.fail)
    else:
        assert answer.get("error") != "States.Runtime" or answer["cause"], answer
        assert not PYTHONS_WORDS.search(answer.get("error", "") + answer.get("cause", "")), answer


def mutations(text: str) -> Iterator[st.SearchStrategy[str]]:
    """A definition's text as typing errors leave it."""
    places = st.integers(0, len(text) - 1)
    typed = st.sampled_from(
        ["", ",", '"', "{", "}", "[", "]", ":", "null", "1e999", "NaN", "\\", "\u2028", "\x00", "//"]
    )
    yield st.builds(lambda place, put: text[:place] + put + text[place + 1 :], places, typed)
    yield st.builds(lambda place, put: text[:place] + put + text[place:], places, typed)
    yield places.map(lambda place: text[: place + 1])


SOUND = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1, "x", None], "End": True}}}, indent=1)


@pytest.mark.slow
@given(st.one_of(*mutations(SOUND)) | st.text(min_size=1, max_size=10) | DATA.map(json.dumps))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_typing_error_is_found_in_words(workflows: Workflows, text: str) -> None:
    """The same text is judged alike by ValidateStateMachineDefinition and by CreateStateMachine."""
    client, name = workflows.client, f"typed-{secrets.token_hex(4)}"
    verdict = client.validate_state_machine_definition(definition=text)
    assert not PYTHONS_WORDS.search(json.dumps(verdict["diagnostics"])), verdict["diagnostics"]
    try:
        machine = client.create_state_machine(name=name, definition=text, roleArn=workflows.role)["stateMachineArn"]
    except ClientError as refused:
        assert (verdict["result"], refused.response["Error"]["Code"]) == ("FAIL", "InvalidDefinition")
        assert not PYTHONS_WORDS.search(str(refused)), refused
    else:
        assert verdict["result"] == "OK"
        client.delete_state_machine(stateMachineArn=machine)

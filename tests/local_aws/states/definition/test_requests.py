"""Definitions as the API takes them: texts, answers, what cannot run here, single states, variables."""

from __future__ import annotations

import json

import pytest

from local_aws.call import ApiError
from local_aws.states import definition
from tests.local_aws.states.definition.definition_support import answers, findings, machine, state, task

# ---- texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("not a definition", "Unrecognized token 'not': was expecting (JSON String, ", 1, 4),
        ('{\n  "A": tru\n}', "Unrecognized token 'tru': was expecting (JSON String, ", 2, 11),
        ("{'A': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 1, 3),
        ('{"A": 1,\n}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 2, 2),
        (
            '{"A" 1}',
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            1,
            7,
        ),
        (
            '{"A": 1 "B": 2}',
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
            1,
            10,
        ),
        ('{"A": [1 2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 1, 11),
        ('{"A": [1,]}', "Unexpected character (']' (code 93)): expected a valid value", 1, 11),
        ('{"A": {', "Unexpected end-of-input: expected close marker for Object", 1, 8),
        ('{"A": "x', "Unexpected end-of-input: was expecting closing quote for a string value", 1, 9),
        ('{"A": NaN}', "Non-standard token 'NaN'", 1, 10),
        ('{"NaN": -Infinity}', "Non-standard token '-Infinity'", 1, 18),
        ('{"NaN": [NaN]}', "Non-standard token 'NaN'", 1, 13),
        ('{"A": {"B": 1, "C": [{"B": 2}], "B" : 3}}', "Duplicate field 'B'", 1, 36),
    ],
)
def test_broken_json_in_jacksons_words(text, message, line, column):
    with pytest.raises(ApiError) as raised:
        definition.parse(text)
    assert raised.value.code == "InvalidDefinition"
    place = f'[Source: (String)"{text}"; line: {line}, column: {column}]'
    said = str(raised.value)
    assert said.startswith(f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {message}")
    assert f"\n at {place}" in said


def test_several_findings_in_one_error():
    text = json.dumps(machine(first={"Type": "Pass", "Next": "third"}, second=state()))
    with pytest.raises(ApiError) as raised:
        definition.require_valid(text, answers)
    assert (raised.value.code, raised.value.status) == ("InvalidDefinition", 400)
    assert str(raised.value) == (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: third at "
        '/States/first/Next, MISSING_TRANSITION_TARGET: State "second" is not reachable. at /States/second\''
    )


def test_a_valid_text_gives_the_definition():
    value = machine(A=state(Output={"a": "é"}))
    assert definition.require_valid(json.dumps(value), answers) == value


def test_answers_of_validate_state_machine_definition():
    assert definition.validate(json.dumps(machine(A=state())), answers) == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }
    loop = machine(A={"Type": "Pass", "Next": "A"}, B=task("dynamodb:query"))
    del loop["States"]["B"]["End"]
    answer = definition.validate(json.dumps(loop), answers, "STANDARD", "ERROR", 1)
    assert (answer["result"], len(answer["diagnostics"]), answer["truncated"]) == ("FAIL", 1, True)
    answer = definition.validate(json.dumps(loop), answers, "STANDARD", "ERROR", 0)
    assert answer["diagnostics"][-1] == {
        "severity": "ERROR",
        "code": "MISSING_END_STATE",
        "message": "Workflow has no terminal state",
    }
    broken = definition.validate("not a definition", answers)["diagnostics"]
    place = '[Source: (String)"not a definition"; line: 1, column: 4]'
    assert [(found["code"], found["location"]) for found in broken] == [("INVALID_JSON_DESCRIPTION", place)]
    assert broken[0]["message"].endswith(f"\n at {place}")


# ---- what can't run here -----------------------------------------------------------------------------


def test_states_without_fields_of_a_language_run_under_both():
    plain = task()
    del plain["Arguments"]
    plain["Resource"] = "arn:aws:lambda:us-east-1:123456789012:function:f"
    handlers = {"Retry": [{"ErrorEquals": ["X"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}]}
    value = machine(
        language=None,
        W={"Type": "Wait", "Seconds": 1, "Next": "P"},
        P={"Type": "Pass", "Next": "T"},
        T={**plain, **handlers},
        F={"Type": "Fail", "Error": "E", "Cause": "c"},
    )
    assert definition.require_valid(json.dumps(value), answers) == value


@pytest.mark.parametrize(
    "name", ["ecs:runTask.sync", "aws-sdk:rekognition:listCollections", "aws-sdk:lambda:invokeAsync", "http:invoke"]
)
def test_what_only_aws_has_is_refused_by_name(name):
    arguments = "{% $states.input %}"
    value = machine(A={"Type": "Task", "Resource": f"arn:aws:states:::{name}", "Arguments": arguments, "End": True})
    assert findings(value) == []
    said = definition.validate(json.dumps(value), answers, severity="WARNING")
    assert (said["result"], [name in found["message"] for found in said["diagnostics"]]) == ("OK", [True])
    with pytest.raises(ApiError, match="The state 'A'") as raised:
        definition.require_valid(json.dumps(value), answers)
    assert raised.value.code == "NotImplemented"


# ---- single states, variables ------------------------------------------------------------------------


def test_a_single_state():
    assert definition.check_state(state(QueryLanguage="JSONata", Output="{% 1 %}")) == []
    assert definition.check_state(task(QueryLanguage="JSONata", Next="Elsewhere", End=False)) == []
    found = definition.check_state(state(QueryLanguage="JSONata", Output="{% a %}", Extra=1))
    assert [(finding.message, finding.location) for finding in found] == [
        ("Reference to 'a' at the top level is not supported.", "/Output"),
        ("Field 'Extra' is not supported", "/"),
    ]
    found = definition.check_state(state(InputPath="a"))
    assert [finding.location for finding in found] == ["/InputPath"]


def test_variable_references():
    branch = {"StartAt": "B", "States": {"B": state(Output="{% $outer & $map($items, function($i) { $i }) %}")}}
    value = machine(
        A=state(Assign={"x": 1, "y": "{% $states.input.y %}"}, Next="P"),
        P={"Type": "Parallel", "Branches": [branch], "Output": "{% $z + $x + ($t := 1; $t) %}", "End": True},
    )
    assert definition.variable_references(value) == {"P": ["x", "z"], "B": ["items", "outer"]}


def test_variable_references_of_a_state_in_jsonpath():
    """By what each state's paths, templates, functions and rules name; a literal that looks like a path names none."""
    rules = [
        {
            "And": [{"Variable": "$c", "StringEqualsPath": "$d.x"}, {"Not": {"Variable": "$.e", "IsNull": True}}],
            "Next": "P",
        }
    ]
    value = machine(
        language=None,
        A=state(Parameters={"a.$": "States.Format('{}', $b)", "l": ["$no", {"n.$": "$a[0]"}]}, Next="C", End=False),
        C={"Type": "Choice", "Choices": rules, "Default": "P"},
        P=state(OutputPath="$f.g", Result={"h.$": "$h"}, Assign={"i.$": "$j"}),
    )
    assert definition.variable_references(value) == {"A": ["a", "b"], "C": ["c", "d"], "P": ["f", "j"]}

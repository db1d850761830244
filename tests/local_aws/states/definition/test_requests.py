"""Definitions as the API takes them: texts, answers, what cannot run here, single states, variables."""

from __future__ import annotations

import json

import pytest

from local_aws.call import ApiError
from local_aws.states import definition
from tests.local_aws.states.definition.definition_support import findings, machine, state, task

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
        definition.require_valid(text, "STANDARD")
    assert (raised.value.code, raised.value.status) == ("InvalidDefinition", 400)
    assert str(raised.value) == (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: third at "
        '/States/first/Next, MISSING_TRANSITION_TARGET: State "second" is not reachable. at /States/second\''
    )


def test_a_valid_text_gives_the_definition():
    value = machine(A=state(Output={"a": "é"}))
    assert definition.require_valid(json.dumps(value), "STANDARD") == value


def test_answers_of_validate_state_machine_definition():
    assert definition.validate(json.dumps(machine(A=state()))) == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }
    loop = machine(A={"Type": "Pass", "Next": "A"}, B=task("dynamodb:query"))
    del loop["States"]["B"]["End"]
    answer = definition.validate(json.dumps(loop), "STANDARD", "ERROR", 1)
    assert (answer["result"], len(answer["diagnostics"]), answer["truncated"]) == ("FAIL", 1, True)
    answer = definition.validate(json.dumps(loop), "STANDARD", "ERROR", 0)
    assert answer["diagnostics"][-1] == {
        "severity": "ERROR",
        "code": "MISSING_END_STATE",
        "message": "Workflow has no terminal state",
    }
    broken = definition.validate("not a definition")["diagnostics"]
    place = '[Source: (String)"not a definition"; line: 1, column: 4]'
    assert [(found["code"], found["location"]) for found in broken] == [("INVALID_JSON_DESCRIPTION", place)]
    assert broken[0]["message"].endswith(f"\n at {place}")


# ---- what can't run here -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Parameters": {"a.$": "$.b"}}, "Parameters"),
        ({"ResultPath": None}, "ResultPath"),
        ({"Result": 1}, "Result"),
        ({"Assign": {"a.$": "$.b"}}, "Assign"),
    ],
)
def test_jsonpath_is_refused_by_name(fields, named):
    text = json.dumps(machine(language=None, A=state(**fields)))
    with pytest.raises(ApiError) as raised:
        definition.require_valid(text, "STANDARD")
    assert (raised.value.code, raised.value.status) == ("NotImplemented", 501)
    assert f"The state 'A' uses the JSONPath field '{named}'" in str(raised.value)
    assert definition.validate(text)["result"] == "OK"
    assert definition.validate(text, "STANDARD", "WARNING")["diagnostics"][0]["code"] == "NOT_IMPLEMENTED_LOCALLY"


def test_a_jsonpath_choice_is_refused_wherever_it_is():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "C"}], "Default": "C"}
    branch = {"StartAt": "B", "States": {"B": choice, "C": state()}}
    value = machine(language=None, A={"Type": "Parallel", "Branches": [branch], "End": True})
    with pytest.raises(ApiError, match=r"The state 'B' uses the JSONPath field 'Choices\[0\]/Variable'"):
        definition.require_valid(json.dumps(value), "STANDARD")


def test_states_without_fields_of_a_language_run_under_both():
    plain = task()
    del plain["Arguments"]
    handlers = {"Retry": [{"ErrorEquals": ["X"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}]}
    value = machine(
        language=None,
        W={"Type": "Wait", "Seconds": 1, "Next": "P"},
        P={"Type": "Pass", "Next": "T"},
        T={**plain, **handlers},
        F={"Type": "Fail", "Error": "E", "Cause": "c"},
    )
    assert definition.require_valid(json.dumps(value), "STANDARD") == value


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (machine(A=task(Credentials={"RoleArn": "arn:aws:iam::123456789012:role/other"})), "sets Credentials"),
        (
            machine(
                A={
                    "Type": "Map",
                    "ItemProcessor": {
                        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                        "StartAt": "B",
                        "States": {"B": state()},
                    },
                    "ItemReader": {
                        "Resource": "arn:aws:states:::s3:getObject",
                        "Arguments": {"Bucket": "b", "Key": "k"},
                        "ReaderConfig": {"InputType": "PARQUET"},
                    },
                    "End": True,
                }
            ),
            "reads Parquet",
        ),
    ],
)
def test_what_the_engine_does_not_do_is_refused_by_name(value, named):
    assert findings(value) == []
    with pytest.raises(ApiError, match=f"The state 'A' {named}") as raised:
        definition.require_valid(json.dumps(value), "STANDARD")
    assert raised.value.code == "NotImplemented"


def test_what_only_aws_has_is_refused_by_name():
    value = machine(A={"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True})
    assert findings(value) == []
    with pytest.raises(ApiError, match="The state 'A'") as raised:
        definition.require_valid(json.dumps(value), "STANDARD")
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
    with pytest.raises(ApiError, match="The state of the definition uses the JSONPath field 'InputPath'"):
        definition.require_valid_state(json.dumps(state(InputPath="$.a")))


def test_variable_references():
    branch = {"StartAt": "B", "States": {"B": state(Output="{% $outer & $map($items, function($i) { $i }) %}")}}
    value = machine(
        A=state(Assign={"x": 1, "y": "{% $states.input.y %}"}, Next="P"),
        P={"Type": "Parallel", "Branches": [branch], "Output": "{% $z + $x + ($t := 1; $t) %}", "End": True},
    )
    assert definition.variable_references(value) == {"P": ["x", "z"], "B": ["items", "outer"]}

"""Expressions that fail, in AWS's words; and data that would break out of an expression if it ever got into one."""

from __future__ import annotations

import uuid

import pytest

from tests.local_aws.states.states_support import NO_INPUT, details, one, passing, workflow

HOSTILE = {
    "quotes": "'\"`",
    "backslashes": "\\ \\\\ \\n \\u0041",
    "lines": "a\nb\r\nc\u2028d",
    "emoji": "\U0001f3b8 caf\u00e9",
    "delimiters": "%} {% $states.input %}",
    "code": "' & $states.context.Execution.RoleArn & '",
    "comment": "/* */ // #",
    "nul": "\u0000",
    "half a surrogate pair": "\ud83c" * 17_000,
    "reference": "$states.input.secret",
}


def failure(workflows, machine, document=NO_INPUT):
    """The failed execution's error and its EvaluationFailed event."""
    description = workflows.run(machine, document)
    assert description["status"] == "FAILED"
    events = workflows.history(description["executionArn"])
    failed = next(details(event) for event in events if event["type"] == "EvaluationFailed")
    assert failed["cause"] == description["cause"]
    assert failed["error"] == description["error"] == "States.QueryEvaluationError"
    return failed


PREFIX = "An error occurred while executing the state 'State' (entered at the event id #2). "


@pytest.mark.parametrize(
    ("fields", "location", "sentence"),
    [
        (
            {"Output": "{% $nothing %}"},
            "Output",
            "The JSONata expression '$nothing' specified for the field 'Output' returned nothing (undefined).",
        ),
        (
            {"Output": {"a": [1, {"b": "{% $states.input.no.such.path %}"}]}},
            "Output/a[1]/b",
            "The JSONata expression '$states.input.no.such.path' specified for the field 'Output/a[1]/b' "
            "returned nothing (undefined).",
        ),
        (
            {"Assign": {"x": "{% $states.input.text + 1 %}"}},
            "Assign/x",
            "The JSONata expression '$states.input.text + 1' specified for the field 'Assign/x' threw an error during "
            'evaluation. T2001: The left side of the "+" operator must evaluate to a number',
        ),
        (
            {"Output": "{% $nosuch() %}"},
            "Output",
            "The JSONata expression '$nosuch()' specified for the field 'Output' threw an error during evaluation. "
            "T1006: Attempted to invoke a non-function",
        ),
        (
            {"Output": "{% $formatNumber(1, 'x') %}"},
            "Output",
            "The JSONata expression '$formatNumber(1, 'x')' specified for the field 'Output' threw an error during "
            "evaluation. D3086: The sub-picture must not contain a passive character that is preceded by an active "
            "character and that is followed by another active character",
        ),
        (
            {"Output": "{% $sum([1..900000]) %}"},
            "Output",
            "The JSONata expression '$sum([1..900000])' specified for the field 'Output' threw an error during "
            "evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
        (
            {"Output": "{% $eval('1') %}"},
            "Output",
            "The JSONata expression '$eval('1')' specified for the field 'Output' threw an error during evaluation. "
            "T1006: Attempted to invoke a non-function",
        ),
        (
            {"Output": "{% function($x) { $x } %}"},
            "Output",
            "The JSONata expression 'function($x) { $x }' specified for the field 'Output' returned an unsupported "
            "result type.",
        ),
    ],
)
def test_a_failed_evaluation_names_field_and_expression(workflows, fields, location, sentence):
    failed = failure(workflows, workflows.create(one(Type="Pass", **fields)), {"text": "a"})
    assert failed == {
        "error": "States.QueryEvaluationError",
        "cause": PREFIX + sentence,
        "location": location,
        "state": "State",
    }


def test_what_has_no_words_of_its_own_has_an_id(workflows):
    """As AWS says of a text that is no Base64 (measured by others)."""
    failed = failure(workflows, workflows.create(one(Type="Pass", Output="{% $base64decode('!!!') %}")), {})
    said, _, name = failed["cause"].removeprefix(PREFIX).rpartition(" ")
    field = "The JSONata expression '$base64decode('!!!')' specified for the field 'Output'"
    assert (said, uuid.UUID(name).version) == (f"{field} threw an internal error during evaluation.", 4)


@pytest.mark.parametrize(
    ("items", "type_name", "text"),
    [
        (1, "number", "1"),
        (None, "null", "null"),
        ({"foo": "bar"}, "object", '{"foo":"bar"}'),
        (True, "boolean", "true"),
    ],
)
def test_items_must_be_an_array(workflows, items, type_name, text):
    state = one(Type="Map", Items="{% $states.input.items %}", ItemProcessor=workflow(P=passing()))
    description = workflows.run(workflows.create(state), {"items": items})
    assert description["cause"] == (
        f"{PREFIX}The JSONata expression '$states.input.items' specified for the field 'Items' returned an unexpected "
        f"result type. Expected 'array', but was '{type_name}' for value: {text}"
    )
    assert workflows.types(description["executionArn"])[2:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]


def test_the_input_of_a_map_must_be_an_array(workflows):
    description = workflows.run(workflows.create(one(Type="Map", ItemProcessor=workflow(P=passing()))), {"a": 1})
    assert description["cause"] == PREFIX + 'Map state input must be an array but was: {"a":1}'


def test_the_catch_of_a_task_takes_a_failed_evaluation(workflows):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "{% $states.input.name %}"},
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "End"}],
        "End": True,
    }
    caught = workflows.output(workflows.states(State=state, End=passing()))
    assert caught["Error"] == "States.QueryEvaluationError"
    assert caught["Cause"].startswith(PREFIX)
    assert "'Arguments/FunctionName'" in caught["Cause"]


def test_an_evaluation_has_a_second(workflows):
    endless = "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}"
    failed = failure(workflows, workflows.create(one(Type="Pass", Output=endless)))
    assert "Expression evaluation timeout" in failed["cause"] or "Stack overflow" in failed["cause"]


@pytest.mark.parametrize("name", HOSTILE)
def test_data_stays_data(workflows, name):
    value = HOSTILE[name]
    machine = workflows.states(
        Keep={"Type": "Pass", "Assign": {"kept": "{% $states.input.value %}"}, "Next": "Use"},
        Use=passing(
            Output={
                "value": "{% $kept %}",
                "joined": "{% $kept & '!' %}",
                "key": "{% {$kept: 1} %}",
                "found": "{% $contains($kept, $states.input.value) %}",
            }
        ),
    )
    assert workflows.output(machine, {"value": value, "secret": "seen"}) == {
        "value": value,
        "joined": value + "!",
        "key": {value: 1},
        "found": True,
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_keys_and_items_stay_data(workflows, name):
    value = HOSTILE[name]
    inner = workflow(
        Look=passing(Output={"item": "{% $states.input %}", "index": "{% $states.context.Map.Item.Index %}"})
    )
    machine = workflows.create(one(Type="Map", Items="{% $keys($states.input) %}", ItemProcessor=inner))
    assert workflows.output(machine, {value: 1, "other": 2}) == [
        {"item": value, "index": 0},
        {"item": "other", "index": 1},
    ]

"""Definitions: JSONata expressions, and the arguments of Task states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws.states.definition.definition_support import SCHEMA, findings, machine, state, task

# ---- expressions -------------------------------------------------------------------------------------


INVALID, UNSUPPORTED = "INVALID_JSONATA_EXPRESSION", "UNSUPPORTED_JSONATA_EXPRESSION"


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        ("a[1,2)", f'{INVALID}: Expected "]", got ","'),
        ("1 +", f"{INVALID}: Unexpected end of expression"),
        ('"open', f"{INVALID}: String literal must be terminated by a matching quote"),
        ("phone", f"{UNSUPPORTED}: Reference to 'phone' at the top level is not supported."),
        ("$map([1], function($x) { b })", f"{UNSUPPORTED}: Reference to 'b' at the top level is not supported."),
        ("$$", f"{UNSUPPORTED}: Reference to '$$' is not supported."),
        ("$states.result", f"{UNSUPPORTED}: Field '$states.result' does not exist."),
        ("$states.errorOutput.Cause", f"{UNSUPPORTED}: Field '$states.errorOutput' does not exist."),
        ("$states.nothing", f"{UNSUPPORTED}: Field '$states.nothing' does not exist."),
    ],
)
def test_expressions_that_are_refused(expression, finding):
    assert findings(machine(A=state(Output={"v": [f"{{% {expression} %}}"]}))) == [
        f"{finding} at /States/A/Output/v[0]"
    ]


@pytest.mark.parametrize(
    "text",
    ["plain", "100%", "{ % x % }", "{% $states.input.items[price > 3].name %}", "{% $eval('1') %}", "{% $unknown %}"],
)
def test_texts_that_are_accepted(text):
    assert findings(machine(A=state(Output=text))) == []


@pytest.mark.parametrize("text", ["{% $x", "$x %}", " {% $x %}", "{% $x %} ", "a {% $x %}"])
def test_one_delimiter_without_the_other_is_a_mistake(text):
    """AWS's words, as the rules of the public linter cdk-preflight quote them."""
    sentence = "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %}"
    assert findings(machine(A=state(Output=text))) == [f"{sentence} at /States/A/Output"]


def test_the_result_exists_in_output_and_assign_alone():
    expression = "{% $states.result %}"
    assert findings(machine(A=task(Output=expression, Assign={"x": expression}))) == []
    found = findings(machine(A=task(arguments={"FunctionName": expression})))
    assert found == [f"{UNSUPPORTED}: Field '$states.result' does not exist. at /States/A/Arguments/FunctionName"]


def test_the_error_exists_in_a_catcher_alone():
    def catch(expression: str) -> list[str]:
        catcher = {"ErrorEquals": ["States.ALL"], "Next": "B", "Output": expression, "Assign": {"x": expression}}
        return findings(machine(A={**task(), "Catch": [catcher]}, B=state()))

    assert catch("{% $states.errorOutput.Cause %}") == []
    assert catch("{% $states.result %}") == [
        f"{UNSUPPORTED}: Field '$states.result' does not exist. at /States/A/Catch[0]/{field}"
        for field in ("Output", "Assign/x")
    ]


def test_only_the_fields_that_take_expressions_are_read():
    value = machine(A=task(Comment="{% phone %}", Retry=[{"ErrorEquals": ["{% phone %}"]}]))
    assert findings(value) == []
    payload = task(arguments={"FunctionName": "f", "Payload": {"Comment": "{% phone %}", "Next": "{% 1 + %}"}})
    assert [finding.rpartition(" at ")[2] for finding in findings(machine(A=payload))] == [
        "/States/A/Arguments/Payload/Comment",
        "/States/A/Arguments/Payload/Next",
    ]


def test_conditions():
    def choice(condition: Any) -> list[str]:
        rules = [{"Condition": condition, "Next": "B"}]
        return findings(machine(A={"Type": "Choice", "Choices": rules, "Default": "B"}, B=state()))

    assert choice(True) == choice("{% $states.input.ready %}") == []
    assert choice("yes")[0].endswith("at /States/A/Choices[0]/Condition")
    assert choice("{% ready %}") == [
        f"{UNSUPPORTED}: Reference to 'ready' at the top level is not supported. at /States/A/Choices[0]/Condition"
    ]


# ---- tasks -------------------------------------------------------------------------------------------


def test_resources_that_are_not_recognised():
    assert findings(machine(A=task("dynamodb:query"))) == [
        f"{SCHEMA}: The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid "
        "resource ARN, or the resource is not available in this region. at /States/A/Resource"
    ]


def test_arguments_of_integrations():
    arguments = {"FunctionName": "f", "key": 1}
    assert findings(machine(A=task(arguments=arguments))) == [
        f'{SCHEMA}: The field "key" is not supported by Step Functions at /States/A/Arguments'
    ]
    assert findings(machine(A=task(arguments={"Payload": 1}))) == [
        f"{SCHEMA}: The field 'FunctionName' is required but was missing at /States/A/Arguments"
    ]
    assert findings(machine(A=task(arguments="{% $states.input %}"))) == []


def test_what_express_machines_can_not_do():
    waiting = task("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q", "MessageBody": "m"})
    assert findings(machine(A=waiting), "STANDARD") == []
    assert findings(machine(A=waiting), "EXPRESS") == [
        f"{SCHEMA}: Express state machine does not support '.waitForTaskToken' service integration  "
        "at /States/A/Resource"
    ]
    nested = task("states:startExecution.sync:2", {"StateMachineArn": "m"})
    assert "'.sync' service integration" in findings(machine(A=nested), "EXPRESS")[0]


def test_parameters_that_jsonpath_fills_in_have_the_name_without_the_mark():
    message = {"QueueUrl.$": "$.queue", "MessageBody": "m", "MessageAttributes": {"a": {"StringValue.$": "$.a"}}}
    found = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": message, "End": True}
    assert findings(machine(language=None, A=found)) == []
    message["Colour.$"] = "$.colour"
    assert findings(machine(language=None, A=found)) == [
        f'{SCHEMA}: The field "Colour" is not supported by Step Functions at /States/A/Parameters'
    ]

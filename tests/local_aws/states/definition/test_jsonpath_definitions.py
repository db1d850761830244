"""Definitions in JSONPath: what is refused, where, and in which words; a test says which of them are AWS's."""

from __future__ import annotations

import json

import pytest

from local_aws.states.definition.requests import validate
from tests.local_aws.states.definition.definition_support import (
    SCHEMA,
    answers,
    distributed_map,
    findings,
    machine,
    state,
    task,
)

ELSE = {"Type": "Succeed"}
SELECTORS = "[And, Or, Not, Variable, Condition]"


def found(**states):
    return findings(machine(language=None, **states))


def rules(*choices, **fields):
    return found(A={"Type": "Choice", "Choices": list(choices), "Default": "B", **fields}, B=ELSE)


@pytest.mark.parametrize("field", ["Parameters", "Assign"])
def test_a_template_holds_paths_and_calls(field):
    """Recorded on AWS, with the place of the object that holds the field."""
    valid = {
        "a.$": "$.x[*]",
        "b.$": "$$.State.Name",
        "c.$": "$v",
        "d.$": "States.UUID()",
        "e": ["not.a.path", {"f.$": "$"}],
    }
    assert found(A=state(**{field: valid})) == []
    message = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call"
    wrong = {"a.$": "x", "l": [{"b.$": 1}], "c": {"d.$": "States.Nothing()"}}
    assert found(A=state(**{field: wrong})) == [
        f"{SCHEMA}: {message.format('a.$')} at /States/A/{field}",
        f"{SCHEMA}: {message.format('b.$')} at /States/A/{field}/l[0]",
        f"{SCHEMA}: {message.format('d.$')} at /States/A/{field}/c",
    ]


def test_the_result_of_a_pass_is_no_template():
    assert found(A=state(Result={"a.$": "x"})) == []


@pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
def test_filters(field):
    for valid in ("$", "$.a[?(@.b > 1)]", "$$.Execution.Input", "$v.a", None):
        assert found(A=state(**{field: valid})) == []
    # AWS's sentence (github aws-cloudformation/cfn-lint issue 4078).
    for wrong in ("a", "$.a[", "$.", ""):
        refused = found(A=state(**{field: wrong}))
        assert refused == [f"{SCHEMA}: Value must be a valid JSONPath. at /States/A/{field}"]
    assert found(A=state(**{field: 1})) == [f"{SCHEMA}: Expected value of type String at /States/A/{field}"]


def test_a_result_path_leads_into_the_data():
    for valid in ("$", "$.a['b'][0]", None):
        assert found(A=state(ResultPath=valid)) == []
    assert found(A=state(ResultPath="a")) == [f"{SCHEMA}: Value must be a valid JSONPath. at /States/A/ResultPath"]
    for wrong in ("$.a[*]", "$..a", "$$.State", "$v", "$.a.length()"):
        refused = found(A=state(ResultPath=wrong))
        assert [message.partition(": ")[2].partition(":")[0] for message in refused] == [
            "Value is not a Reference Path"
        ]


@pytest.mark.parametrize("path", ["$.a[$$.Execution.Id]S", "$.a[*]", "$.a[?(@.b)]", "$[a]"])
def test_what_follows_a_bracket_of_a_reference_path(path):
    """AWS's sentence (github Stedi-Public-Archive/ts2asl issue 912)."""
    refused = f"{SCHEMA}: Value is not a Reference Path: '[' must be followed by ' or '[' at /States/A/ResultPath"
    assert found(A=state(ResultPath=path)) == [refused]


@pytest.mark.parametrize(
    "field",
    ["ItemsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"],
)
def test_fields_of_a_map_that_hold_a_reference_path(field):
    """Only items may come from the context object (github floci-io/floci issue 3733)."""
    context = found(A=distributed_map(**{field: "$$.Execution.Input.a"}))
    if field == "ItemsPath":
        assert context == []
    else:
        assert [finding.startswith(f"{SCHEMA}: Value is not a Reference Path") for finding in context] == [True]
    assert found(A=distributed_map(**{field: "$v.a"})) == []
    sentence = "Value must be a valid JSONPath."
    assert found(A=distributed_map(**{field: "a"})) == [f"{SCHEMA}: {sentence} at /States/A/{field}"]


@pytest.mark.parametrize(
    ("fields", "refused", "place"),
    [
        ({"MaxConcurrency": -1}, "Minimum value is 0", "/MaxConcurrency"),
        ({"ToleratedFailureCount": -1}, "Minimum value is 0", "/ToleratedFailureCount"),
        ({"ToleratedFailurePercentage": -1}, "Minimum value is 0.0", "/ToleratedFailurePercentage"),
        ({"ToleratedFailurePercentage": 101}, "Maximum value is 100.0", "/ToleratedFailurePercentage"),
        ({"ItemBatcher": {"MaxItemsPerBatch": -1}}, "Minimum value is 0", "/ItemBatcher/MaxItemsPerBatch"),
        (
            {"ItemBatcher": {"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"}},
            "There should only be one of the following fields: [MaxItemsPerBatch, MaxItemsPerBatchPath]",
            "/ItemBatcher",
        ),
        (
            {"MaxConcurrency": 1, "MaxConcurrencyPath": "$.n"},
            "There should only be one of the following fields: [MaxConcurrency, MaxConcurrencyPath]",
            "",
        ),
    ],
)
def test_numbers_of_a_map(fields, refused, place):
    """Measured on AWS by others (github floci-io/floci issue 3733)."""
    assert found(A=distributed_map(**fields)) == [f"{SCHEMA}: {refused} at /States/A{place}"]


def test_a_value_and_a_path_to_it():
    assert found(A=task(Parameters={"FunctionName": "f"}, TimeoutSeconds=1, TimeoutSecondsPath="$.t"))[-1] == (
        f"{SCHEMA}: There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at /States/A"
    )
    fail = {"Type": "Fail", "Error": "E", "CausePath": "States.Format('{}', $.c)"}
    assert found(A=fail) == []
    both = found(A={**fail, "Cause": "c"})
    assert both == [f"{SCHEMA}: There should only be one of the following fields: [Cause, CausePath] at /States/A"]


def test_rules():
    """All that a rule can be made of."""
    compared = {"Variable": "$.a", "NumericLessThanEqualsPath": "$$.Execution.Input.n"}
    present = {"Variable": "$v", "IsPresent": True, "Comment": "said"}
    whole = {"And": [compared, {"Or": [present]}, {"Not": compared}], "Next": "B", "Assign": {"x.$": "$.a"}}
    assert rules(whole, {**present, "Next": "B"}) == []


@pytest.mark.parametrize(
    ("fields", "message", "place"),
    [
        ({"Variable": "$.a", "StringEquals": 1}, "Expected value of type String", "/StringEquals"),
        ({"Variable": "$.a", "NumericEquals": True}, "Expected value of type Number", "/NumericEquals"),
        ({"Variable": "$.a", "IsNull": "true"}, "Expected value of type Boolean", "/IsNull"),
        (
            {"Variable": "$.a", "TimestampEquals": "today"},
            "String does not match RFC3339 timestamp",
            "/TimestampEquals",
        ),
        ({"StringEquals": "x"}, f"The object must have only one of the following fields, {SELECTORS}", ""),
        ({"And": []}, "Value cannot be empty", "/And"),
        ({"Not": [1]}, "Expected value of type Object", "/Not"),
        ({"Or": [{"Variable": "$.a", "IsNull": True, "Next": "B"}]}, "Field 'Next' is not supported", "/Or[0]"),
        ({"Variable": "$.a", "StringLike": "x"}, "Field 'StringLike' is not supported", ""),
        (
            {"Variable": "States.ArrayLength($.a)", "NumericEquals": 0},
            "Value is not a Reference Path: Reference path didn't start with '$'",
            "/Variable",
        ),
    ],
)
def test_what_a_rule_cannot_be(fields, message, place):
    """The last, and the one on timestamps, are AWS's words."""
    assert f"{SCHEMA}: {message} at /States/A/Choices[0]{place}" in rules({**fields, "Next": "B"})


def test_a_rule_has_one_comparison():
    """Which fields AWS lists, and in which order, is not known."""
    for fields, message in (
        ({"IsNull": True, "IsString": True}, "There should only be one of the following fields: ["),
        ({}, "This object should have only one of the following fields: ["),
    ):
        (refused,) = rules({"Variable": "$.a", **fields, "Next": "B"})
        assert refused.startswith(f"{SCHEMA}: {message}")
        assert refused.endswith("] at /States/A/Choices[0]")


def test_a_rule_looks_at_one_thing():
    said = f"{SCHEMA}: The object must have only one of the following fields, {SELECTORS} at /States/A/Choices[0]"
    assert rules({"Next": "B"}) == [said]
    one = {"Variable": "$.a", "IsNull": True}
    assert rules({**one, "Not": one, "Next": "B"}) == [said]
    assert rules({"Next": "B"}, QueryLanguage="JSONata") == [said]


def test_rules_of_the_other_language_are_named():
    """In the sentence that AWS has for every field of the other language."""
    sentence = "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage"
    assert rules({"Condition": True, "Next": "B"})[0] == (
        f"{SCHEMA}: {sentence.format('JSONPath', 'Condition', 'JSONata')} at /States/A/Choices[0]"
    )
    refused = rules({"Variable": "$.a", "IsNull": True, "Next": "B"}, QueryLanguage="JSONata")
    assert refused[:2] == [
        f"{SCHEMA}: {sentence.format('JSONata', field, 'JSONPath')} at /States/A/Choices[0]"
        for field in ("Variable", "IsNull")
    ]


def test_a_branch_may_use_the_name_that_the_catcher_of_its_parallel_gives():
    """As a recorded machine does; a name that the Parallel itself assigns is taken."""
    branch = {"StartAt": "B", "States": {"B": state(Assign={"x": 1})}}
    catcher = {"ErrorEquals": ["E"], "Assign": {"x": 2}, "Next": "C"}
    parallel = {"Type": "Parallel", "Branches": [branch], "Catch": [catcher], "End": True}
    assert found(A=parallel, C=ELSE) == []
    assert len(found(A={**parallel, "Assign": {"x": 3}}, C=ELSE)) == 1
    assert len(found(A=parallel, C=state(Assign={"x": 3}))) == 1


def test_a_distributed_map_by_its_older_name():
    older = distributed_map(ItemReader={"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$.b"}})
    older["Iterator"] = older.pop("ItemProcessor")
    assert found(A=older) == []


class TestHints:
    """What each code is for is said in the API reference (`ValidateStateMachineDefinitionDiagnostic`)."""

    def hints(self, definition, severity="WARNING"):
        answer = validate(json.dumps(definition), answers, severity=severity)
        assert answer["result"] == "OK"
        return [(found["severity"], found["code"], found["location"]) for found in answer["diagnostics"]]

    def test_a_path_or_a_call_without_a_dollar(self):
        given = {"a": "$.x", "b": ["$$.State.Name", {"c": "States.UUID()"}], "d.$": "$.x", "e": "$5", "f": "States."}
        definition = machine(language=None, A=state(Parameters=given))
        at = "/States/A/Parameters"
        # A text in a list belongs to no field of its own.
        assert self.hints(definition) == [
            ("WARNING", "NO_DOLLAR", f"{at}/a"),
            ("WARNING", "NO_DOLLAR", f"{at}/b[1]/c"),
        ]
        assert self.hints(definition, "ERROR") == []

    def test_a_path_where_a_text_is_compared(self):
        rule = {"And": [{"Variable": "$.x", "StringEquals": "$.y"}], "Next": "B"}
        definition = machine(language=None, A={"Type": "Choice", "Choices": [rule], "Default": "B"}, B=ELSE)
        assert self.hints(definition) == [("WARNING", "NO_PATH", "/States/A/Choices[0]/And[0]/StringEquals")]

    def test_a_path_in_the_texts_of_a_fail(self):
        definition = machine(language=None, A={"Type": "Fail", "Error": "$.e", "Cause": "It cost $5"})
        assert self.hints(definition) == [("WARNING", "NO_PATH", "/States/A/Error")]

    def test_a_path_in_the_result_of_a_pass(self):
        definition = machine(language=None, A=state(Result={"a": ["$.x"]}))
        assert self.hints(definition) == [("WARNING", "PASS_RESULT_IS_STATIC", "/States/A/Result")]

    def test_only_states_in_jsonpath(self):
        inner = machine(language=None, B=state(Result="$.x"))
        outer = {"Type": "Parallel", "Branches": [inner], "End": True, "QueryLanguage": "JSONata", "Output": "$.x"}
        definition = machine(language=None, A=outer)
        assert self.hints(definition) == [("WARNING", "PASS_RESULT_IS_STATIC", "/States/A/Branches[0]/States/B/Result")]

"""The JSONata playground, driven by its widgets' Python side, on the real engine of the embedded AWS."""

from __future__ import annotations

import json

import boto3
import pytest

import course
from course.panels.jsonata import EXAMPLES


@pytest.fixture
def panel():
    return course.jsonata_panel()


def evaluate(panel):
    panel.evaluate.click()
    panel.wait()
    return panel.evaluation


@pytest.mark.parametrize(
    ("example", "value"),
    [
        ("Join two texts", "s3://your-bucket/data/train/"),
        (
            "The file that preprocessing writes",
            "s3://your-bucket/data/train/reviews_Musical_Instruments_5_train.txt",
        ),
        ("A result, where there is one", 21600),
        ("A variable", "s3://your-bucket/models/"),
        ("Several fields at once", {"key": "data/", "zipped": True}),
    ],
)
def test_the_examples_of_the_lesson(panel, example, value):
    panel.example.value = example
    assert evaluate(panel).output == value
    assert panel.status.words == "Evaluated."


def test_every_example_that_says_wrong_is_and_no_other(panel):
    for name in EXAMPLES:
        panel.example.value = name
        evaluation = evaluate(panel)
        failed = panel.error is not None or not evaluation.succeeded
        assert failed == name.startswith("Wrong"), name


def test_an_evaluation_error_has_awss_name_and_cause(panel):
    panel.example.value = "Wrong: a field that is not there"
    evaluation = evaluate(panel)
    assert evaluation.error == "States.QueryEvaluationError"
    assert "undefined" in evaluation.cause
    assert "Error: States.QueryEvaluationError" in repr(panel)


def test_a_badly_opened_expression_is_refused_before_anything_is_evaluated(panel):
    panel.example.value = "Wrong: a blank in the opening"
    assert evaluate(panel) is None
    assert panel.error.response["Error"]["Code"] in {"ValidationException", "InvalidDefinition"}
    assert "Error: " in repr(panel)


def test_a_real_input_of_the_learners_own():
    panel = course.jsonata_panel(input={"n": 20}, variables={"m": 22})
    panel.expression.value = "{% $states.input.n + $m %}"
    assert evaluate(panel).output == 42


@pytest.mark.parametrize("area", ["input", "result", "variables"])
def test_a_fault_in_the_json_is_named_by_line_and_nothing_is_evaluated(panel, area):
    getattr(panel, area).value = '{\n  "a": 1,\n}'
    assert evaluate(panel) is None
    assert f"{area.capitalize()} is not valid JSON. Line" in repr(panel)


def test_what_is_copied_is_accepted_as_it_stands_in_a_state_machine(panel):
    panel.example.value = "The file that preprocessing writes"
    state = {"Type": "Pass", "Output": panel.copy_expression.text, "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}
    answer = boto3.client("stepfunctions").validate_state_machine_definition(definition=json.dumps(definition))
    assert answer["result"] == "OK"


def test_the_text_says_what_was_asked_and_what_came_of_it(panel):
    evaluate(panel)
    text = repr(panel)
    assert text.index("{% $states.input.prefix & 'train/' %}") < text.index('"s3://your-bucket/data/train/"')

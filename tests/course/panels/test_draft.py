"""The State draft panel, driven by its widgets' Python side; what is copied is tried on the embedded AWS."""

from __future__ import annotations

import json

import boto3
import pytest

import course
from course.console import your_values
from course.console.your_values import YourValues
from course.errors import CourseError

ROLE = "arn:aws:iam::123456789012:role/job"
MODEL = {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://b/m"}}


@pytest.fixture
def panel():
    return course.draft_panel("createModel")


def add(panel, piece):
    panel.piece.value = piece if isinstance(piece, str) else json.dumps(piece)
    panel.add.click()


def test_begins_with_what_is_missing(panel):
    assert panel.status.words == "3 fields still missing."
    text = repr(panel)
    for name in ("ModelName", "PrimaryContainer", "ExecutionRoleArn"):
        assert f"{name} | ✕" in text


def test_grows_field_by_field_until_nothing_is_missing(panel):
    for name, value in MODEL.items():
        add(panel, {name: value})
        assert f"{name} | ✓ there" in repr(panel)
    assert (panel.status.words, panel.status.tone) == ("Complete: nothing is missing.", "good")
    assert panel.draft.arguments == MODEL
    assert panel.piece.value == "{}"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('{\n  "ModelName": "m"\n  "Tags": []\n}', "line 2, column 19: a comma is missing"),
        ('{\n  "ModelName": 17\n}', 'line 2, column 3: ModelName\n      "ModelName": 17\n      ^\na string is needed'),
        ('{"Modelname": "m"}', "did you mean ModelName?"),
        ('{"ModelName": "{ % $x %}"}', "line 1, column 2"),
        ("[]", "an object is needed here"),
    ],
)
def test_a_mistake_is_named_by_line_and_column_as_it_is_typed(panel, typed, found):
    panel.piece.value = typed
    assert found in repr(panel)
    assert "Not right yet" in panel._faults.value
    panel.add.click()
    assert panel.draft.arguments == {}
    assert panel.status.words.startswith("Nothing was added: 1 to correct, the first in line ")
    panel.piece.value = "{}"
    assert "Not right yet" not in repr(panel)


def test_nothing_typed_is_no_mistake_yet(panel):
    panel.piece.value = "  "
    assert "Not right yet" not in repr(panel)
    panel.add.click()
    assert "Write the fields as a JSON object" in repr(panel)


def test_a_field_can_be_taken_out_again(panel):
    panel.remove.click()
    assert "There is no field to remove yet" in repr(panel)
    add(panel, {"ModelName": "m"})
    assert panel.removable.options == ("ModelName",)
    panel.remove.click()
    assert panel.draft.arguments == {}
    assert panel.error is None


def test_a_fields_meaning_and_limits_come_from_awss_model(panel):
    panel.field.value = "ModelName"
    text = repr(panel)
    # SageMaker API reference, CreateModel: length and pattern of ModelName.
    assert "Need: required" in text
    assert "Limits: up to 63 characters" in text
    assert "Pattern: [a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?" in text
    panel.field.value = "Containers[].Mode"
    assert "One of: SingleModel, MultiModel" in repr(panel)
    panel.field.value = "Tags"
    assert "Value: a list; each item is an object" in repr(panel)
    assert "Limits: up to 50 items" in repr(panel)


def test_a_structure_that_holds_itself_is_followed_once():
    panel = course.draft_panel("aws-sdk:dynamodb:putItem")
    assert "Item" in panel.field.options
    assert len(panel.field.options) < 100


def test_works_on_a_draft_of_the_lesson():
    draft = course.Draft("createModel")
    panel = course.draft_panel(draft)
    add(panel, {"ModelName": "shared"})
    assert draft.arguments == {"ModelName": "shared"}


def test_an_action_that_aws_does_not_have_is_refused():
    with pytest.raises(CourseError, match="did you mean CreateModel"):
        course.draft_panel("createModell")


def test_what_is_copied_is_accepted_by_the_api_as_it_stands(panel):
    your_values.give(YourValues(account="123456789012"))
    add(panel, MODEL)
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": json.loads(panel.copy_state.text)}}
    checked = boto3.client("stepfunctions").validate_state_machine_definition(definition=json.dumps(definition))
    assert checked["result"] == "OK"
    assert json.loads(panel.copy_arguments.text) == MODEL


def test_a_note_says_what_fails_later(panel):
    panel = course.draft_panel("createProcessingJob")
    add(panel, {"ProcessingJobName": "always-the-same"})
    assert "the second run of this state would fail" in repr(panel)
    assert "**Note:**" in panel._repr_markdown_()

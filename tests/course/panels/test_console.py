"""The *For the console* and *Your values* panels, driven by their widgets' Python side."""

from __future__ import annotations

import json

import ipywidgets as widgets
import pytest

import course
from course.console import your_values
from course.console.your_values import YourValues

POLICY = {"Resource": "arn:aws:s3:::workflow-course-123456789012-us-east-1/data/*"}
MINE = YourValues("111122223333", "eu-central-1", "my-bucket")


@pytest.fixture
def panel():
    return course.console_panel("Policy", POLICY)


def press_copy(copy):
    """What the browser tells after it has put the text on the clipboard."""
    copy._handle_custom_msg("copied", [])


def shown(widget) -> str:
    """All texts of a widget and of what is in it."""
    own = [getattr(widget, "value", ""), getattr(widget, "description", "")]
    return " ".join([*map(str, own), *(shown(child) for child in getattr(widget, "children", ()))])


def test_the_text_is_shown_whole_and_copied_as_it_is_shown(panel):
    assert json.loads(panel.copy.text) == {"Resource": "arn:aws:s3:::BUCKET/data/*"}
    your_values.give(MINE)
    assert json.loads(panel.copy.text) == {"Resource": "arn:aws:s3:::my-bucket/data/*"}
    assert "my-bucket" in shown(panel.view)


def test_what_is_stored_in_a_lesson_is_the_same_on_every_computer(panel):
    before = repr(panel), panel._repr_markdown_(), repr(course.values_panel())
    your_values.give(MINE)
    assert (repr(panel), panel._repr_markdown_(), repr(course.values_panel())) == before
    assert '```json\n{\n  "Resource": "arn:aws:s3:::BUCKET/data/*"\n}\n```' in before[1]


@pytest.mark.parametrize(
    ("text", "language", "copied"),
    [
        ('\n{"a": "ä"}\n', "json", '{\n  "a": "ä"\n}'),
        (["b"], "json", '[\n  "b"\n]'),
        ("arn:aws:states:us-east-1:123456789012:x", "text", "arn:aws:states:REGION:ACCOUNT:x"),
        ('{"a":', "text", '{"a":'),
        ("17", "text", "17"),
    ],
)
def test_json_is_indented_and_any_other_text_stays_as_it_is(text, language, copied):
    panel = course.console_panel("It", text)
    assert panel.copy.text == copied
    assert f"```{language}\n{copied}\n```" in panel._repr_markdown_()


def test_a_long_text_is_folded_up_where_it_is_read_as_markdown():
    long = course.console_panel("The whole", {f"state {number}": number for number in range(40)})
    assert "<details><summary>To paste, 42 lines</summary>\n\nTo paste:\n\n```json\n{" in long._repr_markdown_()
    assert repr(long).splitlines()[:3] == ["For the console The whole", "To paste:", "{"]


def test_the_form_comes_with_the_first_copy_that_lacks_a_value_and_once(panel):
    aside = panel.view.children[2].children[1]
    assert "Bucket" not in shown(aside)
    press_copy(panel.copy)
    assert "Copied, with BUCKET in place" in shown(aside)
    assert shown(aside).count("Keep") == 1
    press_copy(panel.copy)
    assert shown(aside).count("Keep") == 1


def test_nobody_is_asked_for_what_the_text_does_not_need():
    panel = course.console_panel("Input", {"reviewText": "Great value."})
    press_copy(panel.copy)
    assert "Keep" not in shown(panel.view)


def test_what_is_written_in_the_form_goes_into_every_button():
    panel, form = course.console_panel("Policy", POLICY), course.values_panel().form
    form.fields["bucket"].value = " my-bucket "
    form.names["review-workflow"].value = "my-flow"
    form.keep.click()
    assert "✓ Kept" in shown(form.view)
    assert "ACCOUNT and REGION" in shown(form.view)
    assert your_values.given() == YourValues(bucket="my-bucket", names={"review-workflow": "my-flow"})
    assert "my-bucket" in panel.copy.text


def test_a_wrong_value_is_said_and_nothing_is_kept():
    form = course.values_panel().form
    form.fields["account"].value = "12"
    form.keep.click()
    assert "twelve digits" in shown(form.view)
    assert your_values.given() == YourValues()
    assert form.fields["account"].value == "12"


def test_the_names_are_there_when_they_are_wanted():
    form = course.values_panel().form
    assert "start-workflow" not in shown(form.view)
    form.more.click()
    assert "start-workflow" in shown(form.view)
    form.more.click()
    assert "start-workflow" not in shown(form.view)


def test_on_a_real_account_nothing_is_asked():
    your_values.know(MINE)
    try:
        panel = course.values_panel()
        assert panel.form.fields["account"].value == "111122223333"
        assert all(control.disabled for control in panel.form.fields.values())
        assert "nothing to do" in panel.status.words
        assert isinstance(panel.view, widgets.VBox)
    finally:
        your_values.know(None)

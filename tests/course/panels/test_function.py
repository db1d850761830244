"""The Function panel, driven by its widgets' Python side, on a real embedded AWS."""

from __future__ import annotations

import json

import boto3
import pytest

import course
from course.functions.test_events import test_event
from tests.course.panels.resources import make_function

ECHO = """
    def lambda_handler(event, context):
        print("keys:", sorted(event))
        return {"statusCode": 200, "body": event["key1"]}
"""


@pytest.fixture
def panel():
    names = [function["FunctionName"] for function in boto3.client("lambda").list_functions()["Functions"]]
    if "echo" not in names:
        make_function(ECHO, "echo")
    made = course.function_panel("echo")
    made.wait()
    return made


def test_shows_configuration_and_code_at_a_glance(panel):
    facts = dict(panel.glance.facts())
    assert facts == {
        "Runtime": "python3.13",
        "Handler": "lambda_function.lambda_handler",
        "Timeout": "3 s",
        "Memory": "128 MB",
        "Role": "echo-role",
        "State": "Active",
    }
    assert 'return {"statusCode": 200, "body": event["key1"]}' in panel.copy_code.text
    assert "&quot;body&quot;: event" in panel._at_a_glance.value


def test_runs_a_template_and_shows_what_the_console_shows(panel):
    panel.test.click()
    panel.wait()
    assert panel.invocation.payload == {"statusCode": 200, "body": "value1"}
    assert (panel.status.words, panel.status.tone) == ("Test succeeded.", "good")
    text = repr(panel)
    for expected in ("Executing function: succeeded", "request id: ", "billed duration: ", "memory: ", "keys: ["):
        assert expected in text


def test_an_error_of_the_handler_is_a_failed_test_and_not_a_fault_of_the_panel(panel):
    panel.event.value = "{}"
    panel.test.click()
    panel.wait()
    assert panel.status.words == "Test failed."
    assert panel.error is None
    assert "KeyError" in panel._result.value
    assert "Executing function: failed" in repr(panel)


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ('{\n  "key1": "a",\n  "key2" 1\n}', "Line 3, column 10: Expecting ':' delimiter."),
        ("", "Line 1, column 1: Expecting value."),
        ('{"key1": NaN}', "NaN is not JSON"),
    ],
)
def test_a_fault_in_the_json_is_named_by_line_and_nothing_is_run(panel, event, fault):
    panel.event.value = event
    assert fault in repr(panel)
    panel.test.click()
    panel.wait()
    assert panel.invocation is None
    assert panel.status.words == "Not done: see below."


def test_the_s3_put_template_and_saving_an_event_under_a_name(panel, bucket):
    panel.choice.value = "s3-put"
    event = json.loads(panel.event.value)
    assert event["Records"][0]["eventName"] == "ObjectCreated:Put"
    event["Records"][0]["s3"]["bucket"]["name"] = bucket
    panel.event.value, panel.event_name.value = json.dumps(event), "my-upload"
    panel.save.click()
    assert test_event("my-upload") == event
    assert panel.choice.value == "my-upload"
    assert ("Saved: my-upload", "my-upload") in panel.choice.options


def test_a_template_is_not_overwritten(panel):
    panel.event_name.value = "hello-world"
    panel.save.click()
    assert "no template's name" in str(panel.error)


def test_what_is_copied_is_the_event_as_it_stands(panel):
    panel.event.value = '{"key1":  "ä"}'
    assert panel.copy_event.text == '{"key1":  "ä"}'
    answer = boto3.client("lambda").invoke(FunctionName="echo", Payload=panel.copy_event.text)
    assert json.load(answer["Payload"])["body"] == "ä"


def test_a_function_that_is_not_there_is_an_error_in_awss_words_with_a_remedy():
    panel = course.function_panel("nowhere")
    panel.wait()
    text = repr(panel)
    assert "ResourceNotFoundException: Function not found" in text
    assert "check the name" in text


def test_a_press_while_it_works_does_not_run_twice():
    slow = course.function_panel(
        make_function("import time\ndef lambda_handler(event, context):\n    time.sleep(0.5)\n    return 1\n")
    )
    slow.wait()
    slow.test.click()
    assert slow.status.tone == "busy"
    assert not slow.work("Testing", lambda: None, lambda _: None)
    slow.wait()
    assert slow.invocation.payload == 1


def test_the_same_state_reads_the_same_and_carries_widget_markdown_and_text(panel):
    bundle = panel._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/markdown"}
    again = course.function_panel("echo")
    assert again._repr_mimebundle_()["text/plain"] == bundle["text/plain"]
    assert again._repr_mimebundle_()["text/markdown"] == bundle["text/markdown"]


def test_text_from_a_function_is_never_markup():
    name = make_function('def lambda_handler(event, context):\n    return "<img src=x onerror=alert(1)>"\n')
    panel = course.function_panel(name)
    panel.wait()
    panel.test.click()
    panel.wait()
    assert "<img" not in panel._result.value
    assert "&lt;img" in panel._result.value


def test_code_that_was_deployed_meanwhile_is_shown_after_the_next_test():
    name = make_function("def lambda_handler(event, context):\n    return 1\n")
    panel = course.function_panel(name)
    panel.wait()
    course.deploy(name, course.package("def lambda_handler(event, context):\n    return 2\n"))
    panel.test.click()
    panel.wait()
    assert panel.invocation.payload == 2
    assert "return 2" in panel.copy_code.text

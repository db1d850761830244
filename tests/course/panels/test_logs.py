"""The Logs panel, driven by its widgets' Python side, on a real embedded AWS."""

from __future__ import annotations

import contextlib
import secrets
import time

import boto3
import pytest

import course
from tests.course.panels.resources import make_function

TALKS = 'def lambda_handler(event, context):\n    print(event["word"])\n    return event["word"] + "!"\n'


@pytest.fixture(scope="module")
def shared() -> dict[str, str]:
    return {}


@pytest.fixture
def name(shared) -> str:
    if "name" not in shared:
        shared["name"] = make_function(TALKS)
        shared["first"] = course.test_function(shared["name"], {"word": "first"}).request_id
        shared["second"] = course.test_function(shared["name"], {"word": "second"}).request_id
        course.invocations(shared["name"], at_least=2)
    return shared["name"]


@pytest.fixture
def panel(name):
    made = course.logs_panel(name)
    made.wait()
    yield made
    made.close()


def messages(panel) -> list[str]:
    return [event.message for event in panel.events]


def test_the_events_of_a_function_in_order_and_its_streams(panel, name):
    assert panel.group.value == f"/aws/lambda/{name}"
    assert messages(panel).index("first") < messages(panel).index("second")
    assert len(panel.stream.options) >= 2
    panel.stream.value = panel.stream.options[1][1]
    panel.show.click()
    panel.wait()
    assert {event.stream for event in panel.events} == {panel.stream.value}


def test_a_filter_pattern(panel):
    panel.pattern.value = '"second"'
    panel.show.click()
    panel.wait()
    assert messages(panel) == ["second"]
    assert panel.copy_pattern.text == '"second"'


def test_from_an_invocation_to_its_lines_and_no_others(panel, shared):
    panel.run.value = shared["second"]
    panel.jump.click()
    panel.wait()
    lines = messages(panel)
    assert lines[0].startswith(f"START RequestId: {shared['second']}")
    assert lines[-1].startswith(f"REPORT RequestId: {shared['second']}")
    assert "second" in lines and "first" not in lines
    assert f"Lines of request {shared['second']}" in repr(panel)


def test_it_can_begin_at_an_invocation(name, shared):
    panel = course.logs_panel(name, run=shared["first"])
    panel.wait()
    assert "first" in messages(panel) and "second" not in messages(panel)


def test_from_a_job_to_its_lines(panel):
    logs, job = boto3.client("logs"), f"job-{secrets.token_hex(3)}"
    group = "/aws/sagemaker/TrainingJobs"
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):  # a training job of another test
        logs.create_log_group(logGroupName=group)
    for stream in (f"{job}/algo-1-1", f"{job}-other/algo-1-1"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": f"said in {stream}"}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    panel.run.value = job
    panel.jump.click()
    panel.wait()
    assert messages(panel) == [f"said in {job}/algo-1-1"]
    assert panel.copy_group.text == group


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("", "Give the request id"),
        ("no-such-job", "No log of a job 'no-such-job'"),
        ("00000000-0000-4000-8000-000000000000", "has no lines of request"),
    ],
)
def test_a_run_that_is_not_there_is_said_in_words(panel, run, words):
    panel.run.value = run
    panel.jump.click()
    panel.wait()
    assert words in repr(panel)


def test_live_tail_shows_what_is_new_and_stops(panel, name):
    panel.tail.click()
    assert panel.tail.description == "Stop live tail"
    course.wait_until(lambda: panel.status.words.startswith("Live: waiting"))
    course.test_function(name, {"word": "third"})
    course.wait_until(lambda: "third" in messages(panel))
    assert "first" not in messages(panel)
    panel.tail.click()
    course.wait_until(lambda: panel.status.words.startswith("Live tail stopped"))
    assert panel.tail.description == "Start live tail"


def test_a_function_that_has_not_run_has_no_log_yet():
    panel = course.logs_panel("never-run")
    panel.wait()
    assert "is not there yet" in panel.status.words
    assert panel.error is None


def test_times_are_shown_and_left_out_of_the_text_that_is_compared(panel):
    assert all(event.time in panel._lines.value for event in panel.events)
    assert not any(event.time in repr(panel) for event in panel.events)

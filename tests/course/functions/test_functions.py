"""Functions deployed, tried and read back, as lessons 01 to 03 do it, on the embedded AWS."""

from __future__ import annotations

import io
import json

import boto3
import pytest

import course
from course.errors import CourseError

HANDLER = """
def lambda_handler(event, context):
    print("greeting", event["name"])
    return {"greeting": "hello " + event["name"]}
"""
REPORT = (
    "START RequestId: 1-2 Version: $LATEST\nEND RequestId: 1-2\n"
    "REPORT RequestId: 1-2\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n"
)


@pytest.fixture(scope="module")
def function(settings: course.Settings) -> str:
    client, name = boto3.client("lambda"), "course-test-greet"
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=course.logging_role("course-test-greet-role"),
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": course.package(HANDLER)},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
    return name


@pytest.mark.slow
def test_a_test_event_shows_what_the_console_shows(function):
    found = course.test_function(function, {"name": "Ada"})
    assert found.succeeded
    assert found.payload == {"greeting": "hello Ada"}
    assert found.memory_mb == 128
    assert 0 < found.used_mb <= 128
    assert found.billed_ms >= found.duration_ms
    for shown in (repr(found), found._repr_markdown_()):
        assert "Executing function: succeeded" in shown
        assert found.request_id in shown
        assert "greeting Ada" in shown


def test_a_failure_is_an_error_in_a_line(function):
    found = course.test_function(function, {})
    assert not found.succeeded
    assert found.error == "KeyError: 'name'"
    assert "Executing function: failed" in repr(found)


def test_new_code_is_in_use_when_deploy_returns(function):
    course.deploy(function, course.package("def lambda_handler(event, context):\n    return 'new'\n"))
    assert course.test_function(function, {}).payload == "new"
    course.deploy(function, course.package(HANDLER))


def test_the_log_is_read_by_invocation(function):
    found = [course.test_function(function, {"name": name}) for name in ("Grace", "Edsger")]
    for one, name in zip(found, ("Grace", "Edsger"), strict=True):
        [run] = course.invocations(function, request_id=one.request_id)
        assert run.lines[0].startswith("START")
        assert f"greeting {name}" in run.lines
        assert run.lines[-1].startswith("REPORT")
        assert repr(run) in run._repr_markdown_()
    runs = [run.request_id for run in course.invocations(function, at_least=2)]
    assert runs.index(found[0].request_id) < runs.index(found[1].request_id)


def test_an_invocation_that_never_comes_is_waited_for_no_longer(settings):
    with pytest.raises(CourseError, match=r"1 invocation\(s\) of course-test-nobody"):
        course.invocations("course-test-nobody", seconds=0)


def test_waiting_gives_what_the_condition_gives():
    answers = iter([None, 0, "there"])
    assert course.wait_until(lambda: next(answers)) == "there"
    with pytest.raises(CourseError, match="Waited 0 seconds for the end"):
        course.wait_until(lambda: False, "the end", seconds=0)


def response(payload: object, log: str = "", **more: object) -> dict:
    import base64

    content = io.BytesIO(b"" if payload is None else json.dumps(payload).encode())
    return {"Payload": content, "LogResult": base64.b64encode(log.encode()).decode()} | more


def test_a_response_with_its_log():
    found = course.result(response({"statusCode": 200}, REPORT))
    assert (found.request_id, found.duration_ms, found.billed_ms, found.memory_mb, found.used_mb, found.init_ms) == (
        "1-2",
        3.01,
        114,
        128,
        36,
        110.1,
    )
    assert "init duration: 110.10 ms" in repr(found)


def test_a_response_of_a_warm_environment_has_no_init_duration():
    found = course.result(response(None, REPORT.replace("\tInit Duration: 110.10 ms", "")))
    assert (found.init_ms, found.payload) == (None, None)
    assert "init" not in repr(found)


@pytest.mark.slow
def test_a_response_without_a_log_has_no_figures():
    found = course.result(response({"errorType": "E", "errorMessage": "m"}, FunctionError="Unhandled"))
    assert (found.request_id, found.error) == (None, "E: m")
    assert "duration" not in repr(found)

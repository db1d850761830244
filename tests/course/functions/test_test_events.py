"""Test events: the console's templates, and events saved under a name."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from course.errors import CourseError
from course.functions import test_events as events


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(events, "_SAVED", tmp_path / "saved")
    return tmp_path / "saved"


def test_the_templates_are_the_consoles():
    assert events.test_event("hello-world") == {"key1": "value1", "key2": "value2", "key3": "value3"}
    [record] = events.test_event("s3-put")["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["key"] == "test%2Fkey"


def test_each_template_is_what_its_service_sends():
    kind = {
        "s3-delete": lambda event: event["Records"][0]["eventName"] == "ObjectRemoved:Delete",
        "sqs": lambda event: event["Records"][0]["eventSource"] == "aws:sqs" and event["Records"][0]["body"],
        "sns": lambda event: event["Records"][0]["Sns"]["Type"] == "Notification",
        "eventbridge": lambda event: event["detail-type"] == "Scheduled Event" and event["source"] == "aws.events",
        "api-gateway": lambda event: event["httpMethod"] == "POST" and base64.b64decode(event["body"]),
        "cloudwatch-logs": lambda event: (
            log_events(event) == ["[ERROR] First test message", "[ERROR] Second test message"]
        ),
    }
    assert set(kind) == set(events.test_event_names()) - {"hello-world", "s3-put"}
    for name, is_right in kind.items():
        assert is_right(events.test_event(name)), name
    # An object that is gone has neither size nor eTag.
    assert set(events.test_event("s3-delete")["Records"][0]["s3"]["object"]) == {"key", "sequencer"}


def log_events(event):
    """What a function does with an event of CloudWatch Logs: base64, gzip, JSON."""
    text = gzip.decompress(base64.b64decode(event["awslogs"]["data"]))
    return [one["message"] for one in json.loads(text)["logEvents"]]


def test_an_event_is_the_callers_own():
    events.test_event("s3-put")["Records"].clear()
    assert events.test_event("s3-put")["Records"]


def test_an_event_is_kept_under_its_name():
    events.save_test_event("mine", {"a": [1, None, "é"]})
    assert events.test_event("mine") == {"a": [1, None, "é"]}
    events.save_test_event("mine", 2)
    assert events.test_event("mine") == 2


def test_an_unknown_event_is_named_with_those_that_are_there():
    events.save_test_event("mine", 1)
    with pytest.raises(CourseError, match=r"No test event 'yours': there are .*hello-world, mine, s3-delete, s3-put"):
        events.test_event("yours")


@pytest.mark.parametrize("name", ["", "../escape", "a b", "s3-put", "x" * 101])
def test_a_name_that_names_no_event_is_refused(name, folder):
    with pytest.raises(CourseError, match="can't name a test event"):
        events.save_test_event(name, {})
    assert not folder.exists()

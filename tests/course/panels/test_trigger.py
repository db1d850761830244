"""The Trigger panel, driven by its widgets' Python side, on a real embedded AWS."""

from __future__ import annotations

import boto3
import pytest

import course
from course.panels.bucket_triggers import ALL, Filter, outputs_of
from tests.course.panels.resources import make_bucket, make_function

KEEPS_NOTE = 'def lambda_handler(event, context):\n    print("saw", event["Records"][0]["s3"]["object"]["key"])\n'


@pytest.fixture
def name() -> str:
    return make_function(KEEPS_NOTE)


@pytest.fixture
def panel(name, bucket):
    made = course.trigger_panel(name, bucket)
    made.wait()
    return made


def add(panel, *, acknowledged: bool = True) -> None:
    panel.acknowledge.value = acknowledged
    panel.add.click()
    panel.wait()


def notification(bucket: str) -> list[dict]:
    answer = boto3.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    return answer.get("LambdaFunctionConfigurations", [])


def test_what_is_added_fires_and_what_does_not_pass_the_filter_is_held_back(panel, name, bucket):
    add(panel)
    assert panel.status.words.startswith("Added")
    assert f"{name} | All object create events | data/ | .json.zip" in repr(panel)
    for key in ("data/notes.txt", "other/reviews.json.zip", "data/reviews.json.zip"):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    [run] = course.invocations(name)
    assert "saw data/reviews.json.zip" in run.lines


def test_nothing_is_added_until_the_recursion_is_acknowledged(panel, bucket):
    add(panel, acknowledged=False)
    assert "tick its box" in repr(panel)
    assert notification(bucket) == []


def test_a_second_trigger_leaves_the_first_alone_and_each_is_deleted_by_itself(panel, name, bucket):
    add(panel)
    panel.prefix.value = "more/"
    add(panel)
    assert len(notification(bucket)) == 2
    panel.trigger.value = next(one.id for one in panel.found if one.filter.prefix == "data/")
    panel.delete.click()
    panel.delete.click()
    panel.wait()
    assert [one.filter.prefix for one in panel.found] == ["more/"]
    assert boto3.client("lambda").get_policy(FunctionName=name)
    panel.delete.click()
    panel.delete.click()
    panel.wait()
    assert notification(bucket) == []
    client = boto3.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName=name)


def test_an_overlap_is_an_error_in_s3s_words(panel, bucket):
    add(panel)
    add(panel)
    assert "InvalidArgument: " in repr(panel)
    assert "overlap" in repr(panel)
    assert len(notification(bucket)) == 1


def test_another_bucket_can_be_chosen(panel):
    other = make_bucket()
    panel = course.trigger_panel(panel.subject)
    panel.wait()
    panel.add.click()
    assert "Choose the bucket" in repr(panel)
    panel.bucket.value = other
    panel.wait()
    add(panel)
    assert len(notification(other)) == 1


PUT_ONLY = Filter(("s3:ObjectCreated:Put",), "data/", ".json.zip")
WHOLE = "s3:ObjectCreated:CompleteMultipartUpload"


@pytest.mark.parametrize(
    ("key", "event", "why"),
    [
        ("data/a.json.zip", "s3:ObjectCreated:Put", []),
        ("data/2026/a.json.zip", "s3:ObjectCreated:Put", []),
        ("data/a.JSON.zip", "s3:ObjectCreated:Put", ["the key does not end with .json.zip (case counts)"]),
        ("old/data/a.json.zip", "s3:ObjectCreated:Put", ["the key does not begin with data/"]),
        ("data/a.json.zip", WHOLE, ["Multipart upload completed is not among the event types"]),
    ],
)
def test_why_a_key_does_not_fire(key, event, why):
    assert PUT_ONLY.obstacles(key, event) == why


def test_all_object_create_events_includes_every_way():
    assert Filter((ALL,)).obstacles("a", WHOLE) == []


def test_the_functions_own_outputs_are_tried_too(panel):
    assert outputs_of("data/reviews.json.zip", panel.outputs.value) == [
        "data/train/reviews_train.txt",
        "data/test/reviews_test.txt",
    ]
    assert "Fires: data/reviews.json.zip calls the function." in repr(panel)
    assert "A loop" not in repr(panel)
    panel.suffix.value = ""
    assert "data/train/reviews_train.txt | FIRES AGAIN" in repr(panel)
    assert "A loop" in repr(panel)
    panel.key.value = "elsewhere/reviews.json.zip"
    assert "Does not fire: the key does not begin with data/." in repr(panel)


def test_prefix_and_suffix_are_copied_as_they_stand(panel):
    panel.prefix.value, panel.suffix.value = "in/", ".zip"
    assert (panel.copy_prefix.text, panel.copy_suffix.text) == ("in/", ".zip")

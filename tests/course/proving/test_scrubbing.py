"""What doesn't come into a recording: account, names, keys, and what others have."""

from __future__ import annotations

import pytest

from course.proving.scrubbing import Scrubber, names_of, without_others

ACCOUNT = "111122223333"
WHO = names_of(
    ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin-Smith/jo.smith@example.org", "AROAEXAMPLE123:jo.smith"
)


@pytest.mark.parametrize(
    "value, expected",
    [
        (f"arn:aws:iam::{ACCOUNT}:role/course", "arn:aws:iam::123456789012:role/course"),
        (f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q", "https://sqs.eu-west-1.amazonaws.com/123456789012/q"),
        (f"workflow-course-{ACCOUNT}-eu-west-1", "workflow-course-123456789012-eu-west-1"),
        (f"1{ACCOUNT}", f"1{ACCOUNT}"),
        ("User: jo.smith@example.org may not", "User: learner may not"),
        ("by Admin-Smith", "by learner"),
        ("write to ada@example.com", "write to learner@example.com"),
        ("key AKIAIOSFODNN7EXAMPLE", "key AKIASCRUBBED"),
        ("?X-Amz-Signature=abc&X-Amz-Expires=1", "?X-Amz-Signature=SCRUBBED&X-Amz-Expires=1"),
        ({"SecretAccessKey": "s", "n": 1}, {"SecretAccessKey": "SCRUBBED", "n": 1}),
        ({"Owner": {"ID": "ab" * 32, "DisplayName": "jo"}}, {"Owner": {"ID": "learner", "DisplayName": "learner"}}),
        ([{"a": [f"x/{ACCOUNT}"]}], [{"a": ["x/123456789012"]}]),
    ],
)
def test_names_and_keys_go_at_any_depth(value, expected):
    assert Scrubber(WHO).scrubbed(value) == expected


def test_nothing_is_scrubbed_twice_or_by_an_empty_name():
    once = Scrubber(WHO).scrubbed({"text": f"{ACCOUNT} jo.smith"})
    assert Scrubber(WHO).scrubbed(once) == once
    assert "" not in names_of(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_a_list_of_the_account_tells_of_the_course_alone():
    call = {"operation": "ListBuckets", "params": {}, "answer": {"Buckets": [{"Name": "mine"}, {"Name": "course-1"}]}}
    kept = without_others(call, ["course-1"])
    assert (kept["answer"], kept["others"]) == ({"Buckets": [{"Name": "course-1"}]}, 1)
    ours = call | {"params": {"Prefix": "course-1/"}}
    assert without_others(ours, ["course-1"]) == ours
    refused = {"operation": "ListBuckets", "params": {}, "error": {"code": "AccessDenied", "message": ""}}
    assert without_others(refused, ["course-1"]) == refused

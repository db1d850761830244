"""What doesn't come into a recording: account, names, keys, and what others have."""

from __future__ import annotations

import pytest

from course.account.ledger import Resource
from course.proving.scrubbing import Scrubber, made_in, names_in, names_of, without_others

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
    others = ["meta-course-1", "course-10", "Metacourse-1"]
    listed = call | {"answer": {"Names": ["arn:aws:sagemaker:r:1:endpoint/COURSE-1", *others]}}
    assert without_others(listed, ["Course-1", ""])["answer"]["Names"] == ["arn:aws:sagemaker:r:1:endpoint/COURSE-1"]
    assert without_others(listed, [])["answer"]["Names"] == []
    ours = call | {"params": {"Prefix": "course-1/"}}
    assert without_others(ours, ["course-1"]) == ours
    refused = {"operation": "ListBuckets", "params": {}, "error": {"code": "AccessDenied", "message": ""}}
    assert without_others(refused, ["course-1"]) == refused


def test_what_the_course_made_is_known_by_its_calls_as_by_its_ledger():
    calls = [
        {"service": "sqs", "operation": "CreateQueue", "params": {"QueueName": "q"}, "answer": {"QueueUrl": "u"}},
        {"service": "s3", "operation": "PutObject", "params": {"Bucket": "b", "Key": "data/x"}, "answer": {}},
        {"service": "sqs", "operation": "CreateQueue", "params": {"QueueName": "refused"}, "error": {}},
        {"service": "sqs", "operation": "ListQueues", "params": {}, "answer": {}},
    ]
    made = made_in(calls)
    assert made == [Resource("SQS queue", "q"), Resource("S3 folder", "b/data/")]
    assert names_in([*made, Resource("SNS topic", "arn:aws:sns:r:1:t")]) == ["q", "b", "arn:aws:sns:r:1:t", "t"]

"""The ledger: what was made and is not gone, whoever wrote it down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest

import course
from course.account.ledger import Ledger, Resource, ScheduledEnd

QUEUE, ROLE = Resource("SQS queue", "q", "01"), Resource("IAM role", "r", "02")


@pytest.fixture
def written(tmp_path) -> Ledger:
    return Ledger(tmp_path / "not there yet" / "ledger.jsonl")


def test_what_is_written_down_is_read_in_order(written):
    assert written.resources() == []
    for resource in (QUEUE, ROLE, QUEUE):
        written.record(resource)
    assert written.resources() == [QUEUE, ROLE]
    assert written.resources("02") == [ROLE]


def test_what_is_gone_is_struck_out_and_may_come_again(written):
    written.record(QUEUE)
    written.record(ROLE)
    written.strike(QUEUE)
    written.strike(Resource("S3 bucket", "never made"))
    assert written.resources() == [ROLE]
    written.record(QUEUE)
    assert written.resources() == [ROLE, QUEUE]


def test_when_an_endpoint_is_to_end_is_written_down(written):
    asked = datetime(2026, 11, 29, 10, tzinfo=UTC)
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "Input": '{"EndpointName": "e"}'}
    request = {"ScheduleExpression": "at(2026-11-29T12:30:00)", "Target": target}
    end = ScheduledEnd.of(request, asked)
    assert (end.endpoint, end.at - asked) == ("e", timedelta(hours=2.5))
    written.schedule(end)
    assert written.ends() == [end] and written.resources() == []
    berlin = ScheduledEnd.of(request | {"ScheduleExpressionTimezone": "Europe/Berlin"}, asked)
    assert end.at - berlin.at == timedelta(hours=1)
    for other in ({"ScheduleExpression": "rate(1 hour)"}, {"Target": target | {"Arn": "arn:aws:sqs:::q"}}):
        assert ScheduledEnd.of(request | other, asked) is None


def test_a_line_that_was_cut_off_spoils_no_other(written):
    """By a full disk, or a computer that was switched off; what it said is found by its tags."""
    written.record(QUEUE)
    whole = written.path.read_bytes()
    for length in range(1, len(whole) - 1):
        written.path.write_bytes(whole + whole[:length])
        written.record(ROLE)
        assert written.resources() == [QUEUE, ROLE]
        written.strike(ROLE)
        assert written.resources() == [QUEUE]


def test_it_is_the_same_for_whoever_opens_the_file(written):
    written.record(QUEUE)
    assert Ledger(written.path).resources() == [QUEUE]
    written.forget()
    written.forget()
    assert Ledger(written.path).resources() == []


def test_many_write_at_once_and_no_line_is_lost(written):
    def write(number: int) -> None:
        for index in range(50):
            Ledger(written.path).record(Resource("S3 object", f"{number}/{index}"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(written.resources()) == 400


@pytest.fixture
def recorded(settings, ledger) -> Callable[[], set[tuple[str, str]]]:
    """What the ledger of the lesson has gained, as kinds and names."""
    before = set(ledger.resources())
    return lambda: {(one.kind, one.name) for one in ledger.resources() if one not in before}


def test_what_a_lesson_makes_is_written_down(settings, recorded):
    s3, bucket = boto3.client("s3"), settings.bucket
    boto3.client("sqs").create_queue(QueueName="course-ledger-queue")
    topic = boto3.client("sns").create_topic(Name="course-ledger-topic")["TopicArn"]
    s3.put_object(Bucket=bucket, Key="course-ledger/data/a.txt", Body=b"a")
    s3.put_object(Bucket=bucket, Key="course-ledger.txt", Body=b"a")
    course.logging_role("course-ledger-role")
    assert recorded() == {
        ("SQS queue", "course-ledger-queue"),
        ("SNS topic", topic),
        ("S3 folder", f"{bucket}/course-ledger/data/"),
        ("S3 object", f"{bucket}/course-ledger.txt"),
        ("IAM role", "course-ledger-role"),
    }


def test_what_failed_or_only_looked_is_not(settings, recorded):
    sqs = boto3.client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="course-ledger-missing")
    with pytest.raises(boto3.client("iam").exceptions.EntityAlreadyExistsException):
        course.logging_role("workflow-course-sagemaker")
    assert recorded() == set()


@pytest.mark.slow
def test_an_object_in_the_learners_own_bucket_is_never_touched(settings, recorded):
    somebody = boto3.session.Session().client("s3")
    somebody.create_bucket(Bucket="course-ledger-own")
    boto3.client("s3").put_object(Bucket="course-ledger-own", Key="mine/a.txt", Body=b"mine")
    assert recorded() == set()
    assert course.clean_up("98").done
    assert somebody.get_object(Bucket="course-ledger-own", Key="mine/a.txt")["Body"].read() == b"mine"

"""What the whole account shares is told of where nothing else is left, and how much of it is the course's."""

from __future__ import annotations

import boto3
from botocore.exceptions import ClientError

from course.account.ledger import Resource
from course.account.leftovers import Leftover, Leftovers
from course.account.shared import shared

GROUP = "/aws/sagemaker/TrainingJobs"


def test_log_streams_of_the_course_are_counted_in_groups_that_others_use_too(endpoint_url, settings):
    """Another session makes them, as SageMaker does: the ledger doesn't hear of it. No other test is in that region."""
    client = boto3.session.Session(region_name="eu-north-1").client
    logs = client("logs")
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("BlazingText-1/algo-1", "somebody-elses/algo-1"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    [said] = shared(client)
    assert said.endswith("with 1 log stream of the course's in them")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="BlazingText-1/algo-1")
    assert [one.endswith("with no log streams of the course's in them") for one in shared(client)] == [True]
    logs.delete_log_group(logGroupName=GROUP)
    assert shared(client) == ()


def test_rules_that_aws_manages_are_told_of(settings):
    events = boto3.client("events")
    name = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
    events.put_rule(Name=name, EventPattern='{"source": ["aws.sagemaker"]}')
    try:
        assert any("rules of EventBridge that AWS manages" in said for said in shared(boto3.client))
    finally:
        events.delete_rule(Name=name)


def test_what_may_not_be_looked_at_is_said():
    def client(service):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, "ListRules")

    assert all("may not be looked at" in said for said in shared(client))


def test_nothing_is_left_tells_of_it_and_what_is_left_comes_alone():
    ours = Leftover(Resource("SQS queue", "queue"), "", 0.0)
    empty, some = Leftovers((), ("rules",)), Leftovers((ours,), ("rules",))
    for text in (repr(empty), empty._repr_markdown_()):
        assert "Nothing is left." in text and "The whole account shares" in text
    assert "shares" not in repr(some) + some._repr_markdown_()

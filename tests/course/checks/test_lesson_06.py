"""The checks of lesson 06, by TestState of the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

from typing import Any

import pytest

import course
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("aws_compared")


@pytest.fixture(scope="module")
def names(settings: course.Settings) -> dict[str, Any]:
    return {"settings": settings}


def before_catch(names: dict[str, Any]) -> dict[str, Any]:
    """The workflow of the lesson, before it gets Retry and Catch."""
    definition = course.workflow(names["settings"])
    for state in definition["States"].values():
        state.pop("Retry", None), state.pop("Catch", None)
    return {"definition": definition}


def test_untouched_and_solved(names: dict[str, Any]) -> None:
    for name in ("06.channels", "06.model_place", "06.loop"):
        check_untouched_and_solved(name)
    check_untouched_and_solved("06.catch", lambda: before_catch(names))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("channels", '"ChannelName": "validation"', '"ChannelName": "test"', "'validation'"),
        ("channels", "$states.input.test", "$states.input.train", "the data set of the lesson"),
        ("channels", "{% $states.input.train %}", "s3://a/data/train/reviews_train.txt", "another data set"),
        ("channels", "$states.input.train", "$states.input.training", "returned nothing"),
        ("channels", '"S3DataSource"', '"S3Source"', "there is no 'S3DataSource' in DataSource"),
        ("model_place", "$bucket", "$states.input.bucket", "a bucket"),
        ("model_place", "{% 's3://' & $bucket & '/models/' %}", "s3://a-bucket/models/", "another bucket"),
        ("model_place", "'s3://' & ", "", "s3://a-bucket/models/"),
        ("model_place", "'s3://' & ", "", "begins with s3://"),
        ("model_place", "/models/", "/artifacts/", "The bucket is right"),
        ("loop", "status = 'InService'", "status = 'Creating'", "an endpoint that is Creating"),
        ("loop", "$states.result.EndpointStatus", "$states.result.Status", "returned nothing"),
        ("loop", '"Default": "Not deployed"', '"Default": "Wait"', "an endpoint that is Failed"),
        ("loop", '"name": "{% $states.input.name %}",', "", "the endpoint's name"),
        ("loop", "status = 'Creating'", "status != 'InService'", "an endpoint that is Failed"),
        ("loop", '"Next": "Describe endpoint"', '"Next": "Ready?"', "on to 'Ready?'"),
        ("loop", '"Next": "Describe endpoint"', '"End": True', "the end of the execution"),
        ("loop", "$states.result.EndpointStatus", "'InService'", "not the one that describeEndpoint has answered"),
        ("loop", "= 'InService'", "== 'InService'", "= is written once"),
        ("loop", "$states.input.status = 'InService'", "$status = 'InService'", "There is no variable $status"),
        ("loop", '"name": "{% $states.input.name %}",', '"name": "an-endpoint",', "the endpoint's name"),
        ("channels", "$states.input.test", "$states.input.validation", "There are train, test"),
        ("model_place", "$bucket", "$buckt", "did you mean $bucket?"),
        ("model_place", "$bucket", "bucket", "begin with $"),
    ],
)
def test_a_part_with_a_mistake(names: dict[str, Any], name: str, old: str, new: str, said: str) -> None:
    result = judge(f"06.{name}", changed(f"06.{name}", (old, new)))
    check_wrong(result, said)
    assert "at the event id" not in repr(result), "Step Functions' own bookkeeping"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SageMaker.ResourceLimitExceededException", "ResourceLimitExceededException", "tried again"),
        ('["SageMaker.ResourceLimitExceededException"]', '["States.Timeout"]', "a limit that is reached"),
        ('["SageMaker.AmazonSageMakerException"]', '["ThrottlingException"]', "too many requests"),
        ('["SageMaker.AmazonSageMakerException"]', '["States.Timeout"]', "SageMaker.AmazonSageMakerException"),
        ('["SageMaker.AmazonSageMakerException"]', '["States.ALL"]', "a job that failed"),
        ('5,\n        "BackoffRate": 2,\n        "MaxAttempts": 3', '5, "MaxAttempts": 99', "a refusal for good"),
        ('["States.TaskFailed"]', '["States.Timeout"]', "a refusal for good"),
        ("$states.errorOutput.Cause", "$states.errorOutput.Error", "'why': 'SageMaker.AmazonSageMakerException'"),
        ('"job": name', '"job": "Preprocess"', "'job': 'Preprocess'"),
        ('"Next": "Report"', '"Next": "Train"', "on to 'Train'"),
        ('["SageMaker.AmazonSageMakerException"]', '["?"]', "1 place with a ?"),
        ("$states.errorOutput.Cause", "$states.errorOutput.cause", "with a capital each"),
        ("{% $states.errorOutput.Cause %}", "$states.errorOutput.Cause", "was taken as a text"),
        ("$states.errorOutput.Cause", "$parse($states.errorOutput.Cause).FailureReason", "Not every cause is JSON"),
    ],
)
def test_retry_and_catch_with_a_mistake(names: dict[str, Any], old: str, new: str, said: str) -> None:
    check_wrong(judge("06.catch", changed("06.catch", (old, new)), **before_catch(names)), said)

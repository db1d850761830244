"""The check that holds every answer of Lambda, Step Functions and SageMaker against botocore's required members."""

from __future__ import annotations

import botocore.session
import pytest

from tests.local_aws.required_members import missing

_SESSION = botocore.session.get_session()
SUMMARY = {"TrainingJobName": "x", "TrainingJobArn": "a", "CreationTime": "t"}


@pytest.mark.parametrize(
    ("service", "operation", "answer", "absent"),
    [
        ("sagemaker", "ListTrainingJobs", {"TrainingJobSummaries": [SUMMARY]}, {"TrainingJobStatus"}),
        ("sagemaker", "ListTrainingJobs", {}, {"TrainingJobSummaries"}),
        ("sagemaker", "ListTrainingJobs", {"TrainingJobSummaries": []}, set()),
        ("stepfunctions", "ListExecutions", {"executions": []}, set()),
        ("stepfunctions", "StartExecution", {"executionArn": "a"}, {"startDate"}),
    ],
)
def test_what_is_required_and_not_there_is_named(service, operation, answer, absent):
    shape = _SESSION.get_service_model(service).operation_model(operation).output_shape
    assert {path.rpartition(".")[2] for path in missing(answer, shape, operation)} == absent

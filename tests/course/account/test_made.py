"""What an execution made, read from its events."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from course.account.made import made_by_events


def task(first: int, resource: str, parameters: dict, *after: str, kind: str = "sagemaker") -> list[dict]:
    """A task's events: it is scheduled, and what follows."""
    when = datetime(2026, 11, 29, tzinfo=UTC)
    details = {"resource": resource, "resourceType": kind, "parameters": json.dumps(parameters)}
    events = [
        {"id": first + number, "previousEventId": first + number - 1, "type": name, "timestamp": when}
        for number, name in enumerate(("TaskScheduled", *after))
    ]
    events[0]["taskScheduledEventDetails"] = details
    return events


def training(name: str) -> dict:
    """A request for a training job, as far as it says what is made."""
    return {"TrainingJobName": name, "OutputDataConfig": {"S3OutputPath": "s3://b/models"}}


JOB = training("t")
WITHOUT_DATA = {"resource": "createTrainingJob.sync", "resourceType": "sagemaker"}
MADE = [("training job", "t"), ("S3 folder", "b/models/")]


@pytest.mark.parametrize(
    ("events", "made"),
    [
        (
            task(1, "createTrainingJob.sync", JOB, "TaskStarted", "TaskSubmitted", "TaskSucceeded"),
            MADE,
        ),
        (task(1, "createTrainingJob.sync", JOB, "TaskStarted", "TaskSubmitted", "TaskFailed"), MADE),
        (task(1, "createTrainingJob.sync", JOB, "TaskStarted", "TaskSubmitted"), MADE),
        (task(1, "createTrainingJob.sync", JOB, "TaskStarted", "TaskFailed"), []),
        (task(1, "createTrainingJob.sync", JOB, "TaskStarted"), []),
        (
            task(1, "createModel", {"ModelName": "m"}, "TaskStarted", "TaskSucceeded", kind="aws-sdk:sagemaker"),
            [("SageMaker model", "m")],
        ),
        (task(1, "createModel", {"ModelName": "m"}, "TaskStarted", "TaskSucceeded", kind="aws-sdk:other"), []),
        (task(1, "describeEndpoint", {"EndpointName": "e"}, "TaskStarted", "TaskSucceeded"), []),
        (
            task(1, "createEndpoint", {"EndpointName": "e"}, "TaskStarted", "TaskSucceeded"),
            [("endpoint", "e"), ("log group", "/aws/sagemaker/Endpoints/e")],
        ),
    ],
)
def test_only_what_was_said_yes_to_counts(events, made):
    assert made_by_events([{**one, "taskScheduledEventDetails": WITHOUT_DATA} for one in events]) == []
    assert made_by_events(events) == made
    assert made_by_events(events[::-1]) == made, "the newest first, as reverseOrder gives them"


def test_branches_side_by_side_do_not_mix():
    refused = task(1, "createTrainingJob.sync", training("theirs"), "TaskStarted", "TaskFailed")
    made = task(10, "createTrainingJob.sync", training("ours"), "TaskStarted", "TaskSubmitted")
    assert made_by_events([*refused[:2], *made[:2], refused[2], made[2]]) == [
        ("training job", "ours"),
        ("S3 folder", "b/models/"),
    ]

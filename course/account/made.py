"""What calls of AWS make, as kinds and names of the ledger: by a lesson's own calls, or by a state machine's.

A call that reads the history of an execution makes nothing by itself, but tells what the execution made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Made = list[tuple[str, str]]
Reader = Callable[[dict[str, Any], dict[str, Any]], Made]
"""What tells of a call's parameters and its answer what it made."""


def _named(kind: str, member: str) -> Reader:
    return lambda params, parsed: [(kind, params[member])]


def _answered(kind: str, member: str) -> Reader:
    return lambda params, parsed: [(kind, parsed[member])]


def _function(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
    # Lambda makes the log group by itself, at the first invocation.
    name = parsed["FunctionName"]
    return [("Lambda function", name), ("log group", f"/aws/lambda/{name}")]


def _trigger(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
    # An empty configuration is how triggers are removed.
    configured = any(params["NotificationConfiguration"].values())
    return [("S3 trigger", params["Bucket"])] if configured else []


def _endpoint(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
    # SageMaker makes the log group by itself, when the endpoint's container first writes.
    name = params["EndpointName"]
    return [("endpoint", name), ("log group", f"/aws/sagemaker/Endpoints/{name}")]


def _folder(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
    # What functions and jobs write comes back to nobody's ledger; it stands below the folder of their input.
    bucket, folder = params["Bucket"], params["Key"].rpartition("/")[0]
    return [("S3 folder", f"{bucket}/{folder}/") if folder else ("S3 object", f"{bucket}/{params['Key']}")]


def _job_with_output(kind: str, member: str, config: str, path: str) -> Reader:
    """A job, and the folder under which it leaves its result."""

    def made(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
        bucket, _, folder = params[config][path].removeprefix("s3://").rstrip("/").partition("/")
        return [(kind, params[member]), *([("S3 folder", f"{bucket}/{folder}/")] if folder else [])]

    return made


def _schedule(params: dict[str, Any], parsed: dict[str, Any]) -> Made:
    return [("schedule", f"{params.get('GroupName', 'default')}/{params['Name']}")]


SAGEMAKER: dict[str, Reader] = {
    "CreateProcessingJob": _named("processing job", "ProcessingJobName"),
    "CreateTrainingJob": _job_with_output("training job", "TrainingJobName", "OutputDataConfig", "S3OutputPath"),
    "CreateTransformJob": _job_with_output("transform job", "TransformJobName", "TransformOutput", "S3OutputPath"),
    "CreateModel": _named("SageMaker model", "ModelName"),
    "CreateEndpointConfig": _named("endpoint configuration", "EndpointConfigName"),
    "CreateEndpoint": _endpoint,
}
"""What an action of SageMaker makes, from its request: a lesson's call and a state machine's are the same."""


_BY_STATES = {("sagemaker", action): made for action, made in SAGEMAKER.items()} | {
    ("scheduler", "CreateSchedule"): _schedule
}


@dataclass(frozen=True)
class Call:
    """A call of AWS that a state made: of which service (`sagemaker`), which action (`CreateEndpoint`), with what, and
    when AWS said yes."""

    service: str
    action: str
    parameters: Mapping[str, Any]
    when: datetime


def calls_of(events: Iterable[Mapping[str, Any]]) -> Iterator[Call]:
    """What a state machine called, from the events of an execution (of GetExecutionHistory).

    Only what AWS said yes to counts: a name that was refused as taken may be somebody else's. And only what the
    events have the data of.
    """
    asked: dict[int, Mapping[str, Any]] = {}
    told: set[int] = set()
    for event in sorted(events, key=lambda event: event["id"]):
        if event["type"] == "TaskScheduled" and "parameters" in event["taskScheduledEventDetails"]:
            asked[event["id"]] = event
        elif event["type"].startswith("Task") and event.get("previousEventId") in asked:
            asked[event["id"]] = asked[event["previousEventId"]]
        scheduled = asked.get(event["id"])
        if event["type"] in ("TaskSubmitted", "TaskSucceeded") and scheduled and scheduled["id"] not in told:
            told.add(scheduled["id"])
            details = scheduled["taskScheduledEventDetails"]
            service, action = details["resourceType"].rpartition(":")[2], details["resource"].partition(".")[0]
            parameters = json.loads(details["parameters"])
            yield Call(service, action[:1].upper() + action[1:], parameters, event["timestamp"])


def made_by_events(events: Iterable[Mapping[str, Any]]) -> Made:
    """What a state machine made, from the events of an execution."""
    made: Made = []
    for call in calls_of(events):
        makes = _BY_STATES.get((call.service, call.action))
        made += makes(dict(call.parameters), {}) if makes else []
    return list(dict.fromkeys(made))


IN_A_BUCKET = {"S3 folder", "S3 object", "S3 trigger"}
"""Kinds whose names begin with a bucket's."""

MADE_BY: dict[tuple[str, str], Reader] = {
    ("lambda", "CreateFunction"): _function,
    ("iam", "CreateRole"): _named("IAM role", "RoleName"),
    ("iam", "CreatePolicy"): lambda params, parsed: [("IAM policy", parsed["Policy"]["Arn"])],
    ("s3", "CreateBucket"): _named("S3 bucket", "Bucket"),
    ("s3", "PutObject"): _folder,
    ("s3", "CopyObject"): _folder,
    ("s3", "CreateMultipartUpload"): _folder,
    ("s3", "PutBucketNotificationConfiguration"): _trigger,
    ("logs", "CreateLogGroup"): _named("log group", "logGroupName"),
    ("scheduler", "CreateSchedule"): _schedule,
    ("scheduler", "CreateScheduleGroup"): _named("schedule group", "Name"),
    ("sqs", "CreateQueue"): _named("SQS queue", "QueueName"),
    ("sns", "CreateTopic"): _answered("SNS topic", "TopicArn"),
    ("stepfunctions", "CreateStateMachine"): _answered("state machine", "stateMachineArn"),
    ("stepfunctions", "GetExecutionHistory"): lambda params, parsed: made_by_events(parsed["events"]),
    **{("sagemaker", action): made for action, made in SAGEMAKER.items()},
}

CHANGED_BY: dict[tuple[str, str], Reader] = {
    ("iam", "UpdateAssumeRolePolicy"): _named("IAM role", "RoleName"),
    ("iam", "PutRolePolicy"): _named("IAM role", "RoleName"),
    ("iam", "AttachRolePolicy"): _named("IAM role", "RoleName"),
    ("stepfunctions", "UpdateStateMachine"): _named("state machine", "stateMachineArn"),
    # The name that was asked with.
    ("lambda", "UpdateFunctionCode"): lambda params, parsed: _function(params, params),
}
"""What a call gives a new form to, where it is there already: a lesson that makes it again has made it, too."""

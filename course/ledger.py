"""The ledger: every resource that a lesson makes, written down as it is made.

A recorder listens to the boto3 session of the lesson: a call that creates something and succeeds is a line in
the ledger, without a word in the lesson. Clean-up reads the ledger and strikes out what it has removed. The
file only ever grows by whole lines, so several kernels can write it at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3


@dataclass(frozen=True)
class Resource:
    """Something that a lesson made: its kind (`Lambda function`), its name, and the lesson."""

    kind: str
    name: str
    lesson: str = ""


class Ledger:
    """The ledger of one AWS: one account and region, or one run of the embedded AWS."""

    def __init__(self, path: Path):
        self.path = path

    def record(self, resource: Resource) -> None:
        """Write down a resource; again is no harm."""
        self._append({"made": asdict(resource)})

    def strike(self, resource: Resource) -> None:
        """Write down that a resource is gone."""
        self._append({"gone": asdict(resource)})

    def resources(self, lesson: str | None = None) -> list[Resource]:
        """What is left, in the order in which it was made; of one lesson or of all."""
        left: dict[Resource, None] = {}
        for line in self._lines():
            if "made" in line:
                left[Resource(**line["made"])] = None
            else:
                left.pop(Resource(**line["gone"]), None)
        return [resource for resource in left if lesson in (None, resource.lesson)]

    def forget(self) -> None:
        """Begin anew, as on an AWS on which nothing has been made."""
        self.path.unlink(missing_ok=True)

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    def _append(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: lines of two kernels never mix.
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, (json.dumps(line) + "\n").encode())
        finally:
            os.close(file)


def record_calls(session: boto3.session.Session, ledger: Ledger, lesson: str, bucket: str) -> None:
    """Write down what the clients of a session make from now on.

    Args:
        session: its clients made before this call are not listened to.
        lesson: under which lesson it is written down.
        bucket: the course's bucket, in which a lesson's objects are written down by folder. Objects in any
            other bucket are the learner's own and never touched.
    """

    def remember_params(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["course_params"] = params

    def record(model: Any, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        made = _MADE_BY.get((model.service_model.service_name, model.name))
        if made and http_response.status_code < 300:
            for kind, name in made(context.get("course_params", {}), parsed):
                if kind not in _IN_A_BUCKET or name.split("/")[0] == bucket:
                    ledger.record(Resource(kind, name, lesson))

    session.events.register("provide-client-params", remember_params)
    session.events.register("after-call", record)


Made = list[tuple[str, str]]


def _named(kind: str, member: str) -> Callable[[dict, dict], Made]:
    return lambda params, parsed: [(kind, params[member])]


def _answered(kind: str, member: str) -> Callable[[dict, dict], Made]:
    return lambda params, parsed: [(kind, parsed[member])]


def _function(params: dict, parsed: dict) -> Made:
    # Lambda makes the log group by itself, at the first invocation.
    name = parsed["FunctionName"]
    return [("Lambda function", name), ("log group", f"/aws/lambda/{name}")]


def _trigger(params: dict, parsed: dict) -> Made:
    # An empty configuration is how triggers are removed.
    configured = any(params["NotificationConfiguration"].values())
    return [("S3 trigger", params["Bucket"])] if configured else []


def _endpoint(params: dict, parsed: dict) -> Made:
    # SageMaker makes the log group by itself, when the endpoint's container first writes.
    name = params["EndpointName"]
    return [("endpoint", name), ("log group", f"/aws/sagemaker/Endpoints/{name}")]


def _folder(params: dict, parsed: dict) -> Made:
    # What functions and jobs write comes back to nobody's ledger; it stands below the folder of their input.
    bucket, folder = params["Bucket"], params["Key"].rpartition("/")[0]
    return [("S3 folder", f"{bucket}/{folder}/") if folder else ("S3 object", f"{bucket}/{params['Key']}")]


SAGEMAKER: dict[str, Callable[[dict, dict], Made]] = {
    "CreateProcessingJob": _named("processing job", "ProcessingJobName"),
    "CreateTrainingJob": _named("training job", "TrainingJobName"),
    "CreateTransformJob": _named("transform job", "TransformJobName"),
    "CreateModel": _named("SageMaker model", "ModelName"),
    "CreateEndpointConfig": _named("endpoint configuration", "EndpointConfigName"),
    "CreateEndpoint": _endpoint,
}
"""What an action of SageMaker makes, from its request: a lesson's call and a state machine's are the same."""

_IN_A_BUCKET = {"S3 folder", "S3 object", "S3 trigger"}
_MADE_BY: dict[tuple[str, str], Callable[[dict, dict], Made]] = {
    ("lambda", "CreateFunction"): _function,
    ("iam", "CreateRole"): _named("IAM role", "RoleName"),
    ("iam", "CreatePolicy"): lambda params, parsed: [("IAM policy", parsed["Policy"]["Arn"])],
    ("s3", "CreateBucket"): _named("S3 bucket", "Bucket"),
    ("s3", "PutObject"): _folder,
    ("s3", "CopyObject"): _folder,
    ("s3", "CreateMultipartUpload"): _folder,
    ("s3", "PutBucketNotificationConfiguration"): _trigger,
    ("logs", "CreateLogGroup"): _named("log group", "logGroupName"),
    ("sqs", "CreateQueue"): _named("SQS queue", "QueueName"),
    ("sns", "CreateTopic"): _answered("SNS topic", "TopicArn"),
    ("stepfunctions", "CreateStateMachine"): _answered("state machine", "stateMachineArn"),
    **{("sagemaker", action): made for action, made in SAGEMAKER.items()},
}

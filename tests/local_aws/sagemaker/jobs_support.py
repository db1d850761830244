"""What the tests of SageMaker's jobs share: a bucket, a role, a client, and jobs made, awaited and read."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

from tests.local_aws.conftest import wait_until

SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
BLAZINGTEXT = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
LIMIT = 120.0
"""Seconds within which a job must have ended, on however busy a machine."""
ENDED = {"Completed", "Failed", "Stopped"}
ALLOWED = {"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}


@contextlib.contextmanager
def without_scratch_folder(aws: Any) -> Iterator[None]:
    """While it lasts, SageMaker can make no folder: a cleaner of temporary files took away the one for them."""
    folder = aws.server.host.directory / "sagemaker"
    aside = folder.rename(folder.with_name("aside"))
    try:
        yield
    finally:
        aside.rename(folder)


class Bench:
    """One bucket and one role of a running embedded AWS, and the two kinds of jobs."""

    def __init__(self, aws: Any):
        self.aws = aws
        self.client, self.s3, self.logs = aws.client("sagemaker"), aws.client("s3"), aws.client("logs")
        self.bucket = aws.bucket()
        self.role = aws.role("sagemaker.amazonaws.com", ALLOWED)

    # ---- S3 ------------------------------------------------------------------------------------------

    def uri(self, key: str = "") -> str:
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str, body: str | bytes = "x") -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return self.uri(key)

    def get(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [each["Key"] for each in found]

    # ---- processing jobs -----------------------------------------------------------------------------

    def processing(self, script: str = "", inputs: Any = (), outputs: Any = (), count: int = 1, **more: Any) -> dict:
        """A request that runs a script."""
        name = f"job-{secrets.token_hex(4)}"
        code = source("code", self.put(f"code/{name}/script.py", script), "/opt/ml/processing/input/code")
        cluster = {"InstanceCount": count, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        request = {
            "ProcessingJobName": name,
            "RoleArn": self.role,
            "AppSpecification": {
                "ImageUri": SCIKIT_LEARN,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
            },
            "ProcessingResources": {"ClusterConfig": cluster},
            "ProcessingInputs": [code, *inputs],
        }
        if outputs:
            request["ProcessingOutputConfig"] = {"Outputs": list(outputs)}
        return request | more

    def process(self, *args: Any, **more: Any) -> dict:
        """Run a script to its end; gives the description."""
        request = self.processing(*args, **more)
        self.client.create_processing_job(**request)
        return self.processed(request["ProcessingJobName"])

    def processed(self, name: str) -> dict:
        """The description of a processing job that has ended."""
        return wait_until(lambda: _ended(self.client.describe_processing_job(ProcessingJobName=name)), LIMIT)

    # ---- training jobs -------------------------------------------------------------------------------

    def training(self, train: str, validation: str | None = None, **hyperparameters: str) -> dict:
        """A request that trains on this text."""
        name = f"job-{secrets.token_hex(4)}"
        channels = {"train": train} | ({"validation": validation} if validation else {})
        return {
            "TrainingJobName": name,
            "RoleArn": self.role,
            "AlgorithmSpecification": {"TrainingImage": BLAZINGTEXT, "TrainingInputMode": "File"},
            "HyperParameters": {"mode": "supervised"} | hyperparameters,
            "InputDataConfig": [
                channel(kind, self.put(f"data/{name}/{kind}/{kind}.txt", text)) for kind, text in channels.items()
            ],
            "OutputDataConfig": {"S3OutputPath": self.uri("models/")},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }

    def train(self, *args: Any, **more: Any) -> dict:
        """Train to the end; gives the description."""
        return self.trained(self.start_training(self.training(*args, **more)))

    def start_training(self, request: dict) -> str:
        self.client.create_training_job(**request)
        return request["TrainingJobName"]

    def trained(self, name: str) -> dict:
        """The description of a training job that has ended."""
        return wait_until(lambda: _ended(self.client.describe_training_job(TrainingJobName=name)), LIMIT)

    # ---- logs ----------------------------------------------------------------------------------------

    def log(self, kind: str, name: str, host: str = "algo-1") -> list[str]:
        """The lines of an instance's log stream, none before it is there; `kind` is "ProcessingJobs", say."""
        group, prefix = f"/aws/sagemaker/{kind}", f"{name}/{host}-"
        if not self.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        streams = self.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)["logStreams"]
        assert len(streams) <= 1
        return [
            event["message"]
            for stream in streams
            for event in self.logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]


def source(name: str, uri: str, path: str, **more: str) -> dict:
    """A processing input."""
    return {"InputName": name, "S3Input": {"S3Uri": uri, "S3DataType": "S3Prefix", "LocalPath": path} | more}


def target(name: str, uri: str, path: str, mode: str = "EndOfJob") -> dict:
    """A processing output."""
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


def channel(name: str, uri: str, **more: str) -> dict:
    """A channel of a training job."""
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri} | more}}


def _ended(description: dict) -> dict | None:
    status = description.get("ProcessingJobStatus") or description["TrainingJobStatus"]
    return description if status in ENDED else None

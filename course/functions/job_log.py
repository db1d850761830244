"""What a SageMaker job wrote to CloudWatch Logs."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from course.functions.logs import wait_until

GROUPS = {
    "processing": "/aws/sagemaker/ProcessingJobs",
    "training": "/aws/sagemaker/TrainingJobs",
    "transform": "/aws/sagemaker/TransformJobs",
}
"""The log group of each kind of job; a job's streams begin with its name (SageMaker developer guide, Logging)."""


@dataclass(frozen=True, repr=False)
class JobLog:
    """The lines of a job, of all its streams one after the other."""

    group: str
    streams: tuple[str, ...]
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_markdown_(self) -> str:
        return f"`{self.group}`\n\n```text\n" + "\n".join(self.lines) + "\n```"


def job_log(kind: str, job: str, seconds: float = 120) -> JobLog:
    """The log of a job.

    Args:
        kind: `processing`, `training` or `transform`.
        job: its name.
        seconds: CloudWatch Logs lags a little: wait no longer for the first line.

    Raises:
        CourseError: it has written nothing within that time.
    """
    group = GROUPS[kind]
    streams = wait_until(lambda: streams_of(kind, job), f"the log of {job} in {group}", seconds)
    lines = [line for stream in streams for line in _lines(group, stream)]
    return JobLog(group, tuple(streams), tuple(lines))


def streams_of(kind: str, job: str) -> list[str]:
    """The names of a job's log streams, none where it has written nothing."""
    pages = boto3.client("logs").get_paginator("describe_log_streams")
    try:
        found = pages.paginate(logGroupName=GROUPS[kind], logStreamNamePrefix=f"{job}/")
        return [stream["logStreamName"] for page in found for stream in page["logStreams"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise


def _lines(group: str, stream: str) -> list[str]:
    logs = boto3.client("logs")
    token: dict[str, str] = {}
    lines: list[str] = []
    while True:
        page = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        lines += [event["message"].rstrip("\n") for event in page["events"]]
        # The last page gives back the token it was asked with.
        if page["nextForwardToken"] == token.get("nextToken"):
            return lines
        token = {"nextToken": page["nextForwardToken"]}

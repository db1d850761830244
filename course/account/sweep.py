"""Finds what the course has made by its tags: without a ledger, from any computer.

By the Resource Groups Tagging API, and roles by their own tags, because that API leaves them out. What was deleted a
while ago may still be told of there: to remove it again is no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from course.account import tags
from course.account.ledger import Resource

Client = Callable[[str], Any]

_OF_SAGEMAKER = {
    "endpoint": "endpoint",
    "endpoint-config": "endpoint configuration",
    "model": "SageMaker model",
    "processing-job": "processing job",
    "training-job": "training job",
    "transform-job": "transform job",
}
_DENIED = {"AccessDenied", "AccessDeniedException"}


@dataclass(frozen=True)
class Sweep:
    """What was found, and in words what could not be looked for or is of a kind that the course can't remove."""

    resources: tuple[Resource, ...]
    faults: tuple[str, ...] = ()


def sweep(owner: str, lesson: str | None = None, client: Client = boto3.client) -> Sweep:
    """Look for what an owner's lessons have made. Nothing is raised: what can't be looked for is a fault.

    Args:
        lesson: of one lesson; of all without it.
        client: makes a client of a service.
    """
    resources: list[Resource] = []
    faults: list[str] = []
    for what, look in (("by their tags", _by_arn), ("among the roles", _roles)):
        try:
            for found in look(owner, lesson, client):
                if isinstance(found, Resource):
                    resources.append(found)
                else:
                    faults.append(f"{found} is tagged as the course's, and the course doesn't know how to remove it.")
        except (ClientError, BotoCoreError) as error:
            faults.append(f"Resources could not be looked for {what}: {error}")
    return Sweep(tuple(dict.fromkeys(resources)), tuple(faults))


def _by_arn(owner: str, lesson: str | None, client: Client) -> Iterator[Resource | str]:
    wanted = {"course": tags.COURSE, "owner": owner} | ({} if lesson is None else {"lesson": lesson})
    filters = [{"Key": key, "Values": [value]} for key, value in wanted.items()]
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters)
    for page in pages:
        for one in page["ResourceTagMappingList"]:
            arn, of = one["ResourceARN"], {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            made = _named(arn)
            if not made:
                yield arn
            for kind, name in made:
                # The record of a transform job stays for good, with its tags: only one that runs is left.
                if kind != "transform job" or _runs(name, client):
                    yield Resource(kind, name, of["lesson"])


def _named(arn: str) -> list[tuple[str, str]]:
    """The kinds and names of the ledger that an ARN stands for; none for a kind that the course can't remove."""
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service in ("sqs", "s3"):
        return [({"sqs": "SQS queue", "s3": "S3 bucket"}[service], rest)]
    if service == "sns":
        return [("SNS topic", arn)]
    if service == "states" and rest.startswith("stateMachine:"):
        return [("state machine", arn)]
    kind, _, name = rest.replace(":", "/", 1).partition("/")
    if service == "lambda" and kind == "function":
        return [("Lambda function", name), ("log group", f"/aws/lambda/{name}")]
    if service == "logs" and kind == "log-group":
        return [("log group", name)]
    if service == "scheduler" and kind == "schedule-group":
        return [("schedule group", name)]
    if service == "sagemaker" and kind in _OF_SAGEMAKER:
        log = [("log group", f"/aws/sagemaker/Endpoints/{name}")] if kind == "endpoint" else []
        return [(_OF_SAGEMAKER[kind], name), *log]
    return []


def _runs(transform_job: str, client: Client) -> bool:
    try:
        described = client("sagemaker").describe_transform_job(TransformJobName=transform_job)
    except ClientError:
        return False  # gone, or not to be seen, and so not to be stopped
    return described["TransformJobStatus"] in ("InProgress", "Stopping")


def _roles(owner: str, lesson: str | None, client: Client) -> Iterator[Resource | str]:
    iam = client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["Path"].startswith("/aws-service-role/"):
                continue
            has = _tags_of(iam, role["RoleName"])
            if has.get("course") == tags.COURSE and has.get("owner") == owner and lesson in (None, has["lesson"]):
                yield Resource("IAM role", role["RoleName"], has["lesson"])


def _tags_of(iam: Any, role: str) -> dict[str, str]:
    try:
        return {tag["Key"]: tag["Value"] for tag in iam.list_role_tags(RoleName=role)["Tags"]}
    except ClientError as error:
        # Whose tags a learner may not see isn't the course's; and a role may have gone meanwhile.
        if error.response["Error"]["Code"] in (*_DENIED, "NoSuchEntity"):
            return {}
        raise

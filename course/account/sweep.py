"""Finds what the course has made by its tags: without a ledger, from any computer.

By the Resource Groups Tagging API, and roles by their own tags, because that API leaves them out. What was deleted a
while ago may still be told of there: to remove it again is no harm.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from course.account import tags
from course.account.ledger import Resource
from course.errors import CourseError

Client = Callable[[str], Any]

_OF_SAGEMAKER = {
    "endpoint": ("endpoint", "Endpoint", "Endpoints"),
    "endpoint-config": ("endpoint configuration", "EndpointConfig", "EndpointConfigs"),
    "model": ("SageMaker model", "Model", "Models"),
    "processing-job": ("processing job", "ProcessingJob", "ProcessingJobSummaries"),
    "training-job": ("training job", "TrainingJob", "TrainingJobSummaries"),
    "transform-job": ("transform job", "TransformJob", "TransformJobSummaries"),
}
"""By the kind in an ARN: the kind of the ledger, SageMaker's own word, and the member in which its List has them."""
_FAILURES = (ClientError, BotoCoreError, CourseError)
"""Whatever goes wrong with a call, a code of an MFA device that nobody can type included."""
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
    found: list[Resource | str] = []
    for what, look in (("by their tags", _by_arn), ("among the roles", _roles)):
        try:
            # What was found until something goes wrong counts.
            for one in look(owner, lesson, client):
                found.append(one)
        except _FAILURES as error:
            found.append(f"Resources could not be looked for {what}: {error}")
    resources = (one for one in found if isinstance(one, Resource))
    faults = (one for one in found if isinstance(one, str))
    return Sweep(tuple(dict.fromkeys(resources)), tuple(dict.fromkeys(faults)))


def _by_arn(owner: str, lesson: str | None, client: Client) -> Iterator[Resource | str]:
    """What is found by its tags, and in words what is of a kind that can't be removed, or whose name can't be had."""
    wanted = {"course": tags.COURSE, "owner": owner} | ({} if lesson is None else {"lesson": lesson})
    filters = [{"Key": key, "Values": [value]} for key, value in wanted.items()]
    known = functools.cache(lambda kind: _names_or_fault(kind, client))
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters)
    for page in pages:
        for one in page["ResourceTagMappingList"]:
            arn, of = one["ResourceARN"], {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            kind, made_in = _kind_of_sagemaker(arn), of.get("lesson", "")
            names = {} if kind is None else known(kind)
            if isinstance(names, str):
                yield names
                continue
            made = _named(arn) if kind is None else [(_OF_SAGEMAKER[kind][0], names.get(arn))]
            if not made:
                yield f"{arn} is tagged as the course's, and the course doesn't know how to remove it."
            for what, name in made:
                if name is not None:  # what is gone may still be told of
                    yield Resource(what, name, made_in)
                    if what == "endpoint":
                        yield Resource("log group", f"/aws/sagemaker/Endpoints/{name}", made_in)


def _kind_of_sagemaker(arn: str) -> str | None:
    """The kind in an ARN of SageMaker's, if the course makes such things."""
    kind = arn.split(":", 5)[5].partition("/")[0]
    return kind if arn.split(":", 5)[2] == "sagemaker" and kind in _OF_SAGEMAKER else None


def _names_or_fault(kind: str, client: Client) -> dict[str, str] | str:
    """The same as `_names`; in words, why they can't be had: the other kinds can still be."""
    try:
        return _names(kind, client)
    except _FAILURES as error:
        return f"Each {_OF_SAGEMAKER[kind][0]} of the course could not be looked for: {error}"


def _names(kind: str, client: Client) -> dict[str, str]:
    """The names of all there is of a kind, by their ARNs, which are in small letters whatever the names are.

    The record of a transform job stays for good, with its tags: only one that runs is left.
    """
    _, word, member = _OF_SAGEMAKER[kind]
    pages = client("sagemaker").get_paginator(xform_name(f"List{word}s")).paginate()
    found = [one for page in pages for one in page[member]]
    return {
        one[f"{word}Arn"]: one[f"{word}Name"]
        for one in found
        if one.get("TransformJobStatus", "InProgress") in ("InProgress", "Stopping")
    }


def _named(arn: str) -> list[tuple[str, str]]:
    """The kinds and names of the ledger that an ARN stands for; none for a kind that the course can't remove."""
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service in ("sqs", "s3"):
        return [({"sqs": "SQS queue", "s3": "S3 bucket"}[service], rest)]
    if service == "sns":
        return [("SNS topic", arn)]
    if service == "iam" and rest.startswith("policy/"):
        return [("IAM policy", arn)]
    if service == "states" and rest.startswith("stateMachine:"):
        return [("state machine", arn)]
    kind, _, name = rest.replace(":", "/", 1).partition("/")
    if service == "lambda" and kind == "function":
        return [("Lambda function", name), ("log group", f"/aws/lambda/{name}")]
    if service == "logs" and kind == "log-group":
        return [("log group", name)]
    if service == "scheduler" and kind == "schedule-group":
        return [("schedule group", name)]
    return []


def _roles(owner: str, lesson: str | None, client: Client) -> Iterator[Resource | str]:
    iam = client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["Path"].startswith("/aws-service-role/"):
                continue
            has = _tags_of(iam, role["RoleName"])
            made_in = has.get("lesson", "")
            if has.get("course") == tags.COURSE and has.get("owner") == owner and lesson in (None, made_in):
                yield Resource("IAM role", role["RoleName"], made_in)


def _tags_of(iam: Any, role: str) -> dict[str, str]:
    try:
        return {tag["Key"]: tag["Value"] for tag in iam.list_role_tags(RoleName=role)["Tags"]}
    except ClientError as error:
        # Whose tags a learner may not see isn't the course's; and a role may have gone meanwhile.
        if error.response["Error"]["Code"] in (*_DENIED, "NoSuchEntity"):
            return {}
        raise

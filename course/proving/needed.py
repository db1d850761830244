"""The rights that the lessons need of the one who runs them: read from what a run has called.

`python -m course.proving.needed FILE` makes `rights.json` anew from the recording of a whole run: pairs of an action of
IAM's and the ARN of what it is about, with `ACCOUNT` and `REGION` where those stand.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from course.account import given_roles, prefix
from course.account.foundation import bucket_of
from course.account.sessions import models
from course.account.tags import takes_tags
from course.proving import file
from course.proving.preflight import Right
from course.proving.scrubbing import ACCOUNT

RIGHTS = Path(__file__).with_name("rights.json")

_PREFIX = {"stepfunctions": "states", "sagemaker-runtime": "sagemaker"}
_ACTIONS = {
    "resourcegroupstaggingapi:GetResources": "tag:GetResources",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "lambda:Invoke": "lambda:InvokeFunction",
}
"""Operations whose action has another name (Service authorization reference)."""

_ABOUT: dict[str, tuple[tuple[str, str], ...]] = {
    "lambda": (("FunctionName", "arn:aws:lambda:REGION:ACCOUNT:function:{}"),),
    "iam": (("RoleName", "arn:aws:iam::ACCOUNT:role/{}"), ("PolicyArn", "{}")),
    "sts": (("RoleArn", "{}"),),
    "sqs": (("QueueName", "arn:aws:sqs:REGION:ACCOUNT:{}"), ("QueueUrl", "arn:aws:sqs:REGION:ACCOUNT:{}")),
    "sns": (("Name", "arn:aws:sns:REGION:ACCOUNT:{}"), ("TopicArn", "{}")),
    "logs": (("logGroupName", "arn:aws:logs:REGION:ACCOUNT:log-group:{}:*"),),
    "states": (
        ("stateMachineArn", "{}"),
        ("executionArn", "{}"),
        ("mapRunArn", "{}"),
        ("name", "arn:aws:states:REGION:ACCOUNT:stateMachine:{}"),
    ),
    "sagemaker": (
        ("ProcessingJobName", "arn:aws:sagemaker:REGION:ACCOUNT:processing-job/{}"),
        ("TrainingJobName", "arn:aws:sagemaker:REGION:ACCOUNT:training-job/{}"),
        ("TransformJobName", "arn:aws:sagemaker:REGION:ACCOUNT:transform-job/{}"),
        ("EndpointName", "arn:aws:sagemaker:REGION:ACCOUNT:endpoint/{}"),
        ("EndpointConfigName", "arn:aws:sagemaker:REGION:ACCOUNT:endpoint-config/{}"),
        ("ModelName", "arn:aws:sagemaker:REGION:ACCOUNT:model/{}"),
    ),
}
"""For each service, the parameters that name what a call is about, the first that is there, and its ARN."""

_TAGS = {"iam": "TagRole", "sagemaker": "AddTags", "sqs": "TagQueue"}
"""What is made with tags asks for this right, too; the course gives tags to whatever takes them."""
_OTHERWISE = {
    "iam:CreateRole": "iam:UpdateAssumeRolePolicy",  # the cell is run again
    "scheduler:UpdateSchedule": "scheduler:CreateSchedule",  # the schedule is gone
    # Clean-up finds what still runs, and what an upload has left that was broken off.
    "states:DescribeExecution": "states:StopExecution",
    "sagemaker:DescribeProcessingJob": "sagemaker:StopProcessingJob",
    "sagemaker:DescribeTrainingJob": "sagemaker:StopTrainingJob",
    "sagemaker:DescribeTransformJob": "sagemaker:StopTransformJob",
    "s3:DeleteObject": "s3:AbortMultipartUpload",
}
"""What the lessons and clean-up call, about the same thing, where it goes otherwise than in a run without a fault."""
_PASSES_A_ROLE = {"Role", "roleArn", "RoleArn", "ExecutionRoleArn"}
_ALWAYS = {"sts:GetCallerIdentity"}
"""No policy can take this one away, so nobody asks for it."""
_NEW_IN_EVERY_RUN = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=-)(?=[a-f]*\d)[0-9a-f]{9,}")


def rights(account: str, region: str, path: Path | None = None) -> list[Right]:
    """The rights to ask for, in an account and a region.

    Args:
        path: the pairs; the course's own where none is named.
    """
    text = (path or RIGHTS).read_text(encoding="utf-8")
    # In a shared account the names are the learner's own.
    text = prefix.named(text).replace(bucket_of("ACCOUNT", "REGION", ""), bucket_of("ACCOUNT", "REGION"))
    text = text.replace("ACCOUNT", account).replace("REGION", region)
    return list(dict.fromkeys(_with_given_roles(json.loads(text))))


def _with_given_roles(pairs: Iterable[list[str]]) -> Iterator[Right]:
    """The rights, where roles that are there stand for some of the lessons': nothing changes those."""
    for action, resource in pairs:
        head, found, name = resource.partition(":role/")
        role = given_roles.given(name) if found else None
        if role is None:
            yield action, resource
        elif action.partition(":")[2] not in given_roles.CHANGES:
            yield action, f"{head}{found}{role}"


def rights_of(calls: Iterable[dict[str, Any]], region: str) -> list[Right]:
    """The rights that recorded calls were made with, those that were refused for want of one left out."""
    found = {right for call in calls if not _denied(call) for right in _of_call(call, region)}
    return sorted(right for right in found if right[0] not in _ALWAYS)


def _denied(call: dict[str, Any]) -> bool:
    return "AccessDenied" in call.get("error", {}).get("code", "") or call["status"] is None


def _of_call(call: dict[str, Any], region: str) -> Iterator[Right]:
    service, params = _PREFIX.get(call["service"], call["service"]), call["params"]
    called = f"{service}:{call['operation']}"
    action = _ACTIONS.get(called, called)
    about = _plain(_about(service, action, params), region)
    yield action, about
    if action in _OTHERWISE:
        yield _OTHERWISE[action], about
    if _gets_tags(call["service"], call["operation"]):
        yield f"{service}:{_TAGS.get(service, 'TagResource')}", about
    if call["operation"].startswith(("Create", "Update")):
        given = params | params.get("Target", {}) if service == "scheduler" else params
        for name in _PASSES_A_ROLE & given.keys():
            yield "iam:PassRole", _plain(given[name], region)


@functools.cache
def _gets_tags(service: str, operation: str) -> bool:
    # The recording has a call as the lesson wrote it: the tags come later.
    return takes_tags(models().get_service_model(service).operation_model(operation)) is not None


def _about(service: str, action: str, params: dict[str, Any]) -> str:
    if service == "s3":
        in_bucket = action.endswith(("Object", "MultipartUploadParts", "MultipartUpload")) or "Key" in params
        return f"arn:aws:s3:::{params['Bucket']}{'/*' if in_bucket else ''}" if "Bucket" in params else "*"
    if service == "scheduler" and "Name" in params:
        is_group = action.endswith(("ScheduleGroup", "TagResource"))
        path = f"schedule-group/{params['Name']}" if is_group else f"schedule/{params['GroupName']}/{params['Name']}"
        return f"arn:aws:scheduler:REGION:ACCOUNT:{path}"
    for name, form in _ABOUT.get(service, ()):
        if name in params:
            value = str(params[name])
            if value.startswith("arn:"):
                return value
            # Of an address, its end is the name.
            return form.format(value.rpartition("/")[2] if "://" in value else value)
    return "*"


def _plain(resource: str, region: str) -> str:
    """An ARN that is the same in every run, and in every account."""
    resource = resource.replace(ACCOUNT, "ACCOUNT").replace(region, "REGION")
    if resource.startswith("arn:aws:sagemaker:"):
        # SageMaker's ARNs are in small letters.
        head, _, name = resource.rpartition(":")
        resource = f"{head}:{name.lower()}"
    return _NEW_IN_EVERY_RUN.sub("*", resource)


def main(arguments: list[str]) -> int:
    """Write the rights that a recording shows."""
    recording = file.read(Path(arguments[0]))
    found = rights_of(recording.calls, recording.run["region"])
    RIGHTS.write_text("[\n" + ",\n".join(f"  {json.dumps(one)}" for one in found) + "\n]\n", encoding="utf-8")
    print(f"{len(found)} rights, from {len(recording.calls)} calls.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

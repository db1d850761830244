"""Removes what the course has made: in an order that works, twice in a row, on any state of the account.

What costs by the hour goes first. What is gone already counts as removed. What can't be removed, for whatever reason
(a right, a session that has expired, the network), is reported with the reason and with the command that removes it,
stays in the ledger for the next try, and keeps nothing else from going.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from course.account import given_roles, prefix
from course.account.absence import is_absence
from course.account.bill import uses
from course.account.ended_endpoints import EndedEndpoints
from course.account.endpoint_ends import ROLE as ENDS_ROLE
from course.account.ledger import Ledger, Resource, Use, removable
from course.account.machine_traces import made_by, stop
from course.account.sessions import new_session
from course.errors import CourseError
from course.functions.job_log import GROUPS, streams_of
from course.functions.logs import wait_until

# How long a job may take to stop, or an endpoint to be made, on a bad day.
_WAIT_SECONDS = 1200


@dataclass(frozen=True)
class Removal:
    """What became of one resource: `reason` is empty where it is gone."""

    resource: Resource
    reason: str = ""

    @property
    def said(self) -> str:
        """The same in words, with what removes by hand what is still there."""
        if not self.reason:
            return "removed"
        by_hand = _BY_HAND.get(self.resource.kind)
        return f"{self.reason} By hand: {by_hand.format(self.resource.name)}" if by_hand else self.reason


@dataclass(frozen=True, repr=False)
class CleanUp:
    """The outcome of a clean-up, shown as a table; `faults` says what could not be looked for."""

    removals: tuple[Removal, ...]
    faults: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self.faults and not any(removal.reason for removal in self.removals)

    def _verdict(self) -> str:
        failed = sum(bool(removal.reason) for removal in self.removals)
        if failed:
            return f"{failed} of {len(self.removals)} could not be removed; run the clean-up again."
        if self.faults:
            return "Something may be left: " + " ".join(self.faults)
        return "Nothing is left." if self.removals else "Nothing was left to remove."

    def __repr__(self) -> str:
        lines = [f"{r.resource.kind} {r.resource.name}: {r.said}" for r in self.removals]
        return "\n".join([*lines, self._verdict()])

    def _repr_markdown_(self) -> str:
        rows = [f"| {r.resource.kind} | `{r.resource.name}` | {r.said} |" for r in self.removals]
        table = ["| what | name | |", "|:--|:--|:--|", *rows, ""] if rows else []
        return "\n".join([*table, f"**{self._verdict()}**"])


def remove(ledger: Ledger, resources: list[Resource], faults: tuple[str, ...] = (), clock: float | None = 1) -> CleanUp:
    """Remove resources and strike them out of the ledger.

    What the executions of a state machine have made goes along with the machine. What a resource has used is written
    down before it goes, as far as AWS tells it: nobody can ask a resource that is gone.

    Args:
        ledger: from which what is gone is struck out.
        resources: what to remove, in any order.
        faults: what could not be looked for, in words.
        clock: how many times faster than on AWS a wait passes, where that is known.
    """
    pending = list(dict.fromkeys(resources))
    # To look makes nothing: the ledger doesn't listen to this session.
    session = functools.cache(new_session)
    client = functools.cache(lambda service: session().client(service))
    removals: list[Removal] = []
    run_on: dict[Resource, str] = {}
    machines = tuple(one.name for one in pending if one.kind == "state machine")
    ended = EndedEndpoints(machines, tuple(ledger.ends()), client, clock or 1)
    for unknown in [one for one in pending if one.kind not in _REMOVERS]:
        removals.append(Removal(unknown, "This version of the course doesn't know how to remove it."))
    for kind in _ORDER:
        if kind == "endpoint":
            for machine in [one for one in pending if one.kind == "state machine"]:
                run_on[machine] = _why_not(_stop, ledger, machine, pending)
        for resource in [one for one in pending if one.kind == kind]:
            stays = run_on.get(resource) or _still_needed(resource, removals, faults)
            used = [] if stays else _used(resource, client, ended)
            reason = stays or _why_not(_REMOVERS[kind], resource.name)
            if not reason:
                ledger.strike(resource)
                ledger.keep(resource.lesson, used)
            removals.append(Removal(resource, reason))
    removals.sort(key=lambda removal: [*_REMOVERS, removal.resource.kind].index(removal.resource.kind))
    return CleanUp(tuple(removals), faults)


def _still_needed(resource: Resource, removals: list[Removal], faults: tuple[str, ...]) -> str:
    """Why something stays that ends endpoints by itself; empty where it may go."""
    if resource.kind not in ("schedule", "schedule group") and resource.name != prefix.named(ENDS_ROLE):
        return ""
    if any(one.reason and one.resource.kind == "endpoint" for one in removals):
        return "It stays as long as an endpoint is left: it deletes endpoints in the end."
    if faults:
        return "It stays as long as not everything could be looked for: it deletes an endpoint that nobody sees."
    return ""


def _why_not(do: Callable[..., object], *arguments: Any) -> str:
    """Why something could not be done; empty where it is done, or was about what is not there."""
    try:
        do(*arguments)
    except (ClientError, BotoCoreError, CourseError) as error:
        return "" if isinstance(error, ClientError) and is_absence(error) else str(error)
    return ""


def _used(resource: Resource, client: Callable[[str], Any], ended: EndedEndpoints) -> list[Use]:
    """What a resource has used; nothing where AWS doesn't tell, for removing it comes first."""
    try:
        used = uses([resource], client)
        return used if used or resource.kind != "endpoint" else ended.uses(resource.name) or []
    except (ClientError, BotoCoreError, CourseError):
        return []


def _stop(ledger: Ledger, machine: Resource, pending: list[Resource]) -> None:
    """Stop a machine, and let what it has made go, too."""
    pending += [one for one in _record_traces(ledger, machine) if one not in pending]


def _record_traces(ledger: Ledger, machine: Resource) -> list[Resource]:
    """Stop a machine, and write down what it made before the histories that tell of it are gone."""
    stop(machine.name)
    there = ledger.resources()
    known = {(one.kind, one.name) for one in there}
    found = [(kind, name) for kind, name in made_by(machine.name) if removable(kind, name, there)]
    made = [Resource(kind, name, machine.lesson) for kind, name in found]
    for one in made:
        if (one.kind, one.name) not in known:
            ledger.record(one)
    return [one for one in ledger.resources() if (one.kind, one.name) in {(m.kind, m.name) for m in made}]


def _remove_trigger(bucket: str) -> None:
    boto3.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


def _remove_state_machine(arn: str) -> None:
    states = boto3.client("stepfunctions")
    # To delete what is not there is no error on AWS, and to look for it is.
    states.describe_state_machine(stateMachineArn=arn)
    states.delete_state_machine(stateMachineArn=arn)


def _remove_job(kind: str, name: str) -> None:
    """Stop a job that runs, then delete what AWS keeps of it: its log, and its record where AWS can forget it.

    Of a transform job the record stays, which costs nothing: there is no DeleteTransformJob.
    """
    sagemaker = boto3.client("sagemaker")
    named = {f"{kind.capitalize()}JobName": name}

    def status() -> str:
        return getattr(sagemaker, f"describe_{kind}_job")(**named)[f"{kind.capitalize()}JobStatus"]

    if status() == "InProgress":
        getattr(sagemaker, f"stop_{kind}_job")(**named)
    wait_until(lambda: status() not in ("InProgress", "Stopping"), f"{kind} job {name} to stop", _WAIT_SECONDS)
    for stream in streams_of(kind, name):
        # The group is shared by all jobs of the account: only this job's own streams go.
        boto3.client("logs").delete_log_stream(logGroupName=GROUPS[kind], logStreamName=stream)
    if kind != "transform":
        getattr(sagemaker, f"delete_{kind}_job")(**named)


def _remove_schedule(name: str) -> None:
    group, _, schedule = name.partition("/")
    boto3.client("scheduler").delete_schedule(GroupName=group, Name=schedule)


def _remove_queue(name: str) -> None:
    sqs = boto3.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _remove_role(name: str) -> None:
    if given_roles.given(name) == name:
        raise CourseError("It is given to the course by a variable, so it stays as it is.")
    # Made by a lesson before another one stood for it: its name must mean it.
    iam = (new_session(own_roles=True).client if given_roles.given(name) else boto3.client)("iam")
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _remove_policy(arn: str) -> None:
    iam = boto3.client("iam")
    for role in iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role")["PolicyRoles"]:
        iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def _remove_folder(name: str) -> None:
    bucket, _, folder = name.partition("/")
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=folder):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
            # An object that may not be deleted is told of in an answer with the status 200.
            for refused in answer.get("Errors", []):
                raise ClientError({"Error": refused}, f"DeleteObjects ({refused['Key']})")


def _remove_object(name: str) -> None:
    bucket, _, key = name.partition("/")
    boto3.client("s3").delete_object(Bucket=bucket, Key=key)


def _remove_bucket(name: str) -> None:
    _remove_folder(f"{name}/")
    boto3.client("s3").delete_bucket(Bucket=name)


def _remove_endpoint(name: str) -> None:
    sagemaker = boto3.client("sagemaker")

    def status() -> str:
        return sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]

    # An endpoint can't be deleted while it is being made or changed.
    wait_until(lambda: status() not in ("Creating", "Updating"), f"endpoint {name} to be made", _WAIT_SECONDS)
    sagemaker.delete_endpoint(EndpointName=name)
    # Ends by the error that says that it is gone.
    wait_until(lambda: status() != "Deleting", f"endpoint {name} to be deleted", _WAIT_SECONDS)


# In the order in which it is told.
_REMOVERS: dict[str, Callable[[str], object]] = {
    "S3 trigger": _remove_trigger,
    "Lambda function": lambda name: boto3.client("lambda").delete_function(FunctionName=name),
    "state machine": _remove_state_machine,
    "processing job": lambda name: _remove_job("processing", name),
    "training job": lambda name: _remove_job("training", name),
    "transform job": lambda name: _remove_job("transform", name),
    "endpoint": _remove_endpoint,
    "endpoint configuration": lambda name: boto3.client("sagemaker").delete_endpoint_config(EndpointConfigName=name),
    "SageMaker model": lambda name: boto3.client("sagemaker").delete_model(ModelName=name),
    "SQS queue": _remove_queue,
    "SNS topic": lambda arn: boto3.client("sns").delete_topic(TopicArn=arn),
    "schedule": _remove_schedule,
    "schedule group": lambda name: boto3.client("scheduler").delete_schedule_group(Name=name),
    "log group": lambda name: boto3.client("logs").delete_log_group(logGroupName=name),
    "IAM role": _remove_role,
    "IAM policy": _remove_policy,
    "S3 folder": _remove_folder,
    "S3 object": _remove_object,
    "S3 bucket": _remove_bucket,
}
# What triggers goes before what it triggers, what uses a thing before the thing, and what costs by the hour before the
# rest. What a machine makes is known, and ends, before its endpoints go.
_ORDER = ["S3 trigger", "endpoint", *(kind for kind in _REMOVERS if kind not in ("S3 trigger", "endpoint"))]
_BY_HAND = {
    "S3 trigger": "aws s3api put-bucket-notification-configuration --bucket {} --notification-configuration '{{}}'",
    "Lambda function": "aws lambda delete-function --function-name {}",
    "state machine": "aws stepfunctions delete-state-machine --state-machine-arn {}",
    "processing job": "aws sagemaker stop-processing-job --processing-job-name {}",
    "training job": "aws sagemaker stop-training-job --training-job-name {}",
    "transform job": "aws sagemaker stop-transform-job --transform-job-name {}",
    "endpoint": "aws sagemaker delete-endpoint --endpoint-name {}",
    "endpoint configuration": "aws sagemaker delete-endpoint-config --endpoint-config-name {}",
    "SageMaker model": "aws sagemaker delete-model --model-name {}",
    "SNS topic": "aws sns delete-topic --topic-arn {}",
    "schedule group": "aws scheduler delete-schedule-group --name {}",
    "log group": "aws logs delete-log-group --log-group-name {}",
    "S3 folder": "aws s3 rm --recursive s3://{}",
    "S3 object": "aws s3 rm s3://{}",
    "S3 bucket": "aws s3 rb --force s3://{}",
}
"""The commands that remove what a clean-up could not. A queue, a role or a policy takes more than one: the console. A
schedule goes with its group."""

"""What is left of the ledger's resources, how it is, and what it costs an hour on a real account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from course.account.absence import is_absence
from course.account.costs import AS_OF, instance_hour, instances_of, storage_hour
from course.account.ledger import Resource, removable
from course.account.machine_traces import made_by
from course.errors import CourseError

_FREE = 0.0

Client = Callable[[str], Any]
"""Makes a client of a service, as `boto3.client` does."""


@dataclass(frozen=True)
class Leftover:
    """Something that is still there: how it is, and US dollars an hour (None: its price is not known here)."""

    resource: Resource
    state: str
    dollars_an_hour: float | None

    @property
    def cost(self) -> str:
        """The same in words; what costs nothing while nobody uses it has none."""
        if self.dollars_an_hour is None:
            return "price not in the table"
        return f"{self.dollars_an_hour:.4f} USD an hour" if self.dollars_an_hour >= 0.00005 else ""


@dataclass(frozen=True, repr=False)
class Leftovers:
    """What the course has left on an AWS.

    `shared` is what isn't the course's own, but was used by it, and `faults` what could not be looked for; in words.
    """

    items: tuple[Leftover, ...]
    shared: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing is left, as far as everything could be looked for."""
        return not self.items and not self.faults

    @property
    def dollars_an_hour(self) -> float:
        """What it costs together, as far as the prices are known."""
        return sum(item.dollars_an_hour or 0.0 for item in self.items)

    def _verdict(self) -> str:
        if not self.items:
            return "Nothing was found." if self.faults else "Nothing is left."
        hour = self.dollars_an_hour
        return f"On a real account: {hour:.3f} USD an hour, {24 * hour:.2f} USD a day (prices of {AS_OF})."

    def _stays(self) -> Iterator[str]:
        if self.faults:
            yield "Something may be left: " + " ".join(self.faults)
        if self.shared and not self.items:
            yield f"The whole account shares, and keeps for next to nothing: {'; '.join(self.shared)}."

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        for item in self.items:
            yield item.resource.kind, item.resource.name, item.state, item.cost

    def __repr__(self) -> str:
        lines = [f"{kind} {name}: " + (", ".join(filter(None, rest)) or "there") for kind, name, *rest in self._rows()]
        return "\n".join([*lines, self._verdict(), *self._stays()])

    def _repr_markdown_(self) -> str:
        rows = [f"| {kind} | `{name}` | {state} | {cost} |" for kind, name, state, cost in self._rows()]
        table = ["| what | name | | cost |", "|:--|:--|:--|:--|", *rows, ""] if rows else []
        return "\n".join([*table, f"**{self._verdict()}**", *(f"\n{text}" for text in self._stays())])


def survey(resources: Iterable[Resource], client: Client = boto3.client) -> Leftovers:
    """Look at each resource, and at what state machines among them have made; what is gone is left out.

    Args:
        client: makes a client of a service.
    """
    known = {(one.kind, one.name): one for one in resources}
    written_down = tuple(known.values())
    faults: list[str] = []
    for machine in [one for one in known.values() if one.kind == "state machine"]:
        for kind, name in _traces(machine.name, client, faults):
            if removable(kind, name, written_down):
                known.setdefault((kind, name), Resource(kind, name, machine.lesson))
    items = []
    for resource in known.values():
        try:
            state, dollars = _LOOK.get(resource.kind, _unknown)(resource.name, client)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and is_absence(error):
                continue
            state, dollars = f"could not be looked at: {error}", None
        items.append(Leftover(resource, state, dollars))
    # What costs most comes first; among the rest, what was made first.
    items.sort(key=lambda item: -1.0 if item.dollars_an_hour is None else -item.dollars_an_hour)
    return Leftovers(tuple(items), faults=tuple(faults))


def _traces(machine_arn: str, client: Client, faults: list[str]) -> list[tuple[str, str]]:
    try:
        return made_by(machine_arn, client)
    except (ClientError, BotoCoreError) as error:
        if not (isinstance(error, ClientError) and is_absence(error)):
            faults.append(f"What {machine_arn} has made could not be looked for: {error}")
        return []


Look = tuple[str, float | None]


def _unknown(name: str, client: Client) -> Look:
    return "of a kind that this version of the course doesn't know", None


def _there(service: str, operation: str, member: str) -> Callable[[str, Client], Look]:
    """Looks at what costs nothing by itself: it is there if it can be described."""

    def look(name: str, client: Client) -> Look:
        getattr(client(service), operation)(**{member: name})
        return "", _FREE

    return look


def _gone(name: str) -> ClientError:
    """What AWS answers with silence is reported like the rest."""
    return ClientError({"Error": {"Code": "NotFound", "Message": f"{name} is not there."}}, "Look")


def _trigger(bucket: str, client: Client) -> Look:
    configured = client("s3").get_bucket_notification_configuration(Bucket=bucket)
    if not any(name.endswith("Configurations") for name in configured):
        raise _gone(bucket)
    return "listens for uploads", _FREE


def _machine(arn: str, client: Client) -> Look:
    states = client("stepfunctions")
    if states.describe_state_machine(stateMachineArn=arn)["type"] == "EXPRESS":
        return "", _FREE
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=arn, statusFilter="RUNNING")
    running = sum(len(page["executions"]) for page in pages)
    return f"{running} executions running" if running else "", _FREE


def _job(kind: str) -> Callable[[str, Client], Look]:
    title = f"{kind.capitalize()}Job"

    def look(name: str, client: Client) -> Look:
        described = getattr(client("sagemaker"), f"describe_{kind}_job")(**{f"{title}Name": name})
        status = described[f"{title}Status"]
        resources = instances_of(described)
        running = status in ("InProgress", "Stopping")
        return status, _hour(resources) if running else _FREE

    return look


def _endpoint(name: str, client: Client) -> Look:
    sagemaker = client("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    hours = [_hour(variant) for variant in config["ProductionVariants"]]
    known = [hour for hour in hours if hour is not None]
    return described["EndpointStatus"], sum(known) if len(known) == len(hours) else None


def _hour(resources: dict[str, Any]) -> float | None:
    """What the instances of a job or of a variant cost an hour; a serverless variant costs by the request."""
    if "InstanceType" not in resources:
        return _FREE
    count = resources.get("InstanceCount", resources.get("InitialInstanceCount", 1))
    try:
        return instance_hour(resources["InstanceType"]) * count
    except CourseError:
        return None


def _schedule(name: str, client: Client) -> Look:
    group, _, schedule = name.partition("/")
    client("scheduler").get_schedule(GroupName=group, Name=schedule)
    return "waits for its time", _FREE


def _log_group(name: str, client: Client) -> Look:
    pages = client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    if name not in [group["logGroupName"] for page in pages for group in page["logGroups"]]:
        raise _gone(name)
    return "", _FREE


def _objects(name: str, client: Client) -> tuple[int, int]:
    """How many objects there are below a folder of a bucket, and their bytes."""
    bucket, _, prefix = name.partition("/")
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    sizes = [found["Size"] for page in pages for found in page.get("Contents", [])]
    return len(sizes), sum(sizes)


def _folder(name: str, client: Client) -> Look:
    count, _ = _objects(name, client)
    if not count:
        raise _gone(name)
    return f"{count} object{'' if count == 1 else 's'}", _FREE


def _bucket(name: str, client: Client) -> Look:
    client("s3").head_bucket(Bucket=name)
    # The bucket pays for all that is in it, whoever wrote it there.
    count, size = _objects(name, client)
    return f"{count} object{'' if count == 1 else 's'}", storage_hour(size)


_LOOK: dict[str, Callable[[str, Client], Look]] = {
    "S3 trigger": _trigger,
    "Lambda function": _there("lambda", "get_function_configuration", "FunctionName"),
    "state machine": _machine,
    "processing job": _job("processing"),
    "training job": _job("training"),
    "transform job": _job("transform"),
    "endpoint": _endpoint,
    "endpoint configuration": _there("sagemaker", "describe_endpoint_config", "EndpointConfigName"),
    "SageMaker model": _there("sagemaker", "describe_model", "ModelName"),
    "SQS queue": _there("sqs", "get_queue_url", "QueueName"),
    "SNS topic": _there("sns", "get_topic_attributes", "TopicArn"),
    "schedule": _schedule,
    "schedule group": _there("scheduler", "get_schedule_group", "Name"),
    "log group": _log_group,
    "IAM role": _there("iam", "get_role", "RoleName"),
    "IAM policy": _there("iam", "get_policy", "PolicyArn"),
    "S3 folder": _folder,
    "S3 object": _folder,
    "S3 bucket": _bucket,
}

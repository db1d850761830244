"""What the course's runs would have cost on a real account, by service, read back from the AWS they ran on.

Only what can still be asked is counted: a job is known after its end, a function by its log, an execution as long as
its state machine is there; an endpoint that was deleted has left no trace. S3's requests are not counted.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from course.account.cleaning import is_absence
from course.account.costs import endpoint_cost, instances_of, job_cost, lambda_cost, transitions_cost
from course.account.ledger import Resource
from course.errors import CourseError
from course.history import transitions, visits

_REPORT = re.compile(r"REPORT RequestId: .*Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB")

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Charge:
    """Something used: of which service, what, how much of it in words, US dollars (None: its price is not known)."""

    service: str
    what: str
    amount: str
    dollars: float | None


@dataclass(frozen=True)
class Bill:
    """What was used, by service, in the same order whatever it comes to."""

    charges: tuple[Charge, ...]

    @property
    def dollars(self) -> float:
        """All together, as far as the prices are known."""
        return sum(charge.dollars or 0.0 for charge in self.charges)


def bill(resources: Iterable[Resource], client: Client) -> Bill:
    """Ask what each resource has used.

    Args:
        resources: of the ledger, those that are gone too.
        client: makes a client of a service.
    """
    names: dict[str, list[str]] = {}
    for resource in resources:
        names.setdefault(resource.kind, []).append(resource.name)
    charges = [
        *_functions(dict.fromkeys(names.get("Lambda function", ())), client("logs")),
        *_machines(dict.fromkeys(names.get("state machine", ())), client("stepfunctions")),
        *_sagemaker(names, client("sagemaker")),
    ]
    return Bill(tuple(charges))


def _functions(functions: Iterable[str], logs: Any) -> Iterator[Charge]:
    """Each invocation's billed duration and memory, from the REPORT line of its log."""
    runs = [run for name in functions for run in _reported(logs, f"/aws/lambda/{name}")]
    if runs:
        gigabyte_seconds = sum(ms / 1000 * megabytes / 1024 for ms, megabytes in runs)
        dollars = sum(lambda_cost(1, ms / 1000, megabytes) for ms, megabytes in runs)
        amount = f"{_count(len(runs), 'invocation')}, {gigabyte_seconds:.3f} GB-seconds"
        yield Charge("Lambda", "invocations", amount, dollars)


def _reported(logs: Any, group: str) -> Iterator[tuple[int, int]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    for page in _there(pages):
        for event in page["events"]:
            found = _REPORT.match(event["message"])
            if found:
                yield int(found[1]), int(found[2])


def _machines(arns: Iterable[str], states: Any) -> Iterator[Charge]:
    """The state transitions of each execution, from its history. Express machines keep none, and are left out."""
    count = 0
    for arn in arns:
        for page in _there(states.get_paginator("list_executions").paginate(stateMachineArn=arn)):
            for execution in page["executions"]:
                history = states.get_paginator("get_execution_history").paginate(
                    executionArn=execution["executionArn"], includeExecutionData=False
                )
                events = [event for part in history for event in part["events"]]
                count += transitions(visits(events, execution["status"]))
    if count:
        yield Charge("Step Functions", "Standard workflows", f"{count} state transitions", transitions_cost(count))


@dataclass(frozen=True)
class _Use:
    """Time on instances: `what` was used, of which type, how many for how many seconds."""

    what: str
    type: str
    instances: int
    seconds: float


def _sagemaker(names: dict[str, list[str]], sagemaker: Any) -> Iterator[Charge]:
    uses = [
        use
        for kind, read in _READERS.items()
        for name in dict.fromkeys(names.get(kind, ()))
        for use in _asked(functools.partial(read, sagemaker, kind, name))
    ]
    for what, type_ in dict.fromkeys((use.what, use.type) for use in uses):
        alike = [use for use in uses if (use.what, use.type) == (what, type_)]
        seconds = sum(use.seconds * use.instances for use in alike)
        is_job = what.endswith("job")
        time = f"{seconds:.1f} s" if is_job else f"{seconds / 3600:.2f} hours"
        yield Charge(
            "SageMaker", f"{what}s, {type_}", f"{_count(len(alike), what)}, {time}", _priced(seconds, type_, is_job)
        )


def _priced(seconds: float, instance_type: str, is_job: bool) -> float | None:
    try:
        return job_cost(seconds, instance_type) if is_job else endpoint_cost(seconds / 3600, instance_type)
    except CourseError:
        return None


def _job(sagemaker: Any, kind: str, name: str) -> list[_Use]:
    title = kind.split()[0].capitalize()
    found = getattr(sagemaker, f"describe_{title.lower()}_job")(**{f"{title}JobName": name})
    resources = instances_of(found)
    began = found.get(f"{title}StartTime")
    if began is None:
        return []
    ended = found.get(f"{title}EndTime") or datetime.now(UTC)
    seconds = found.get("BillableTimeInSeconds") or (ended - began).total_seconds()
    return [_Use(kind, resources["InstanceType"], resources["InstanceCount"], seconds)]


def _endpoint(sagemaker: Any, kind: str, name: str) -> list[_Use]:
    found = sagemaker.describe_endpoint(EndpointName=name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
    seconds = (datetime.now(UTC) - found["CreationTime"]).total_seconds()
    return [
        _Use(kind, variant["InstanceType"], variant.get("InitialInstanceCount", 1), seconds)
        for variant in config["ProductionVariants"]
        if "InstanceType" in variant
    ]


_READERS: dict[str, Callable[[Any, str, str], list[_Use]]] = {
    "processing job": _job,
    "training job": _job,
    "transform job": _job,
    "endpoint": _endpoint,
}


def _asked(read: Callable[[], list[_Use]]) -> list[_Use]:
    """What is gone has no more to say."""
    try:
        return read()
    except ClientError as error:
        if is_absence(error):
            return []
        raise


def _there(pages: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pages of a list; none where what is listed is gone or keeps no list."""
    try:
        yield from pages
    except ClientError as error:
        if not is_absence(error) and error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

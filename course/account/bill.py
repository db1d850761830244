"""What the course's runs would have cost on a real account, by service, read back from the AWS they ran on.

What a clean-up or the notebook removes is asked before it goes, and the ledger keeps the answer. An endpoint that its
schedule has ended is told of by others (`ended_endpoints.py`); where nobody tells, it is named. The children of a
Distributed Map count, but for Express ones, which keep no history. S3's requests and logs are not counted.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from course.account.absence import is_absence
from course.account.costs import endpoint_cost, instances_of, job_cost, lambda_cost, transitions_cost
from course.account.ledger import Resource, Use
from course.account.machine_traces import histories
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
    """What was used, by service; `untold` are endpoints that are gone, of which nobody can tell what they used."""

    charges: tuple[Charge, ...]
    untold: tuple[str, ...] = ()

    @property
    def dollars(self) -> float:
        """All together, as far as the prices are known."""
        return sum(charge.dollars or 0.0 for charge in self.charges)


def bill(
    resources: Iterable[Resource],
    client: Client,
    kept: Iterable[Use] = (),
    ended: Callable[[str], list[Use] | None] = lambda name: None,
) -> Bill:
    """Ask what each resource has used, and add what is kept of those that are gone.

    Args:
        resources: of the ledger, those that are gone too; of endpoints without those whose use is kept.
        client: makes a client of a service.
        kept: what the ledger knows of those that are gone.
        ended: tells what an endpoint has used that is not there any more; None where it can't.
    """
    asked = list(resources)
    # What a function has used stands in its log, and lasts as long.
    asked += [Resource("log group", f"{_FUNCTION_LOGS}{one.name}") for one in asked if one.kind == "Lambda function"]
    endpoints = dict.fromkeys(one.name for one in asked if one.kind == "endpoint")
    told = {name: ended(name) for name in endpoints if not _is_there(client, name)}
    gone = [use for found in told.values() for use in found or ()]
    charges = tuple(_charge(use) for use in _together([*kept, *gone, *uses(asked, client)]))
    return Bill(charges, tuple(name for name, found in told.items() if found is None))


def uses(resources: Iterable[Resource], client: Client) -> list[Use]:
    """Ask what resources have used, together for each kind of use; what is gone has no more to say.

    A function has used what its log group tells.

    Raises:
        ClientError: AWS doesn't tell.
    """
    asked = dict.fromkeys((one.kind, one.name) for one in resources if one.kind in _READERS)
    return _together([use for kind, name in asked for use in _there(_READERS[kind](client, kind, name))])


def _together(used: list[Use]) -> list[Use]:
    """Each kind of use once, by service, in the same order whatever it comes to."""
    alike: dict[tuple[str, str, str], list[Use]] = {}
    for use in used:
        alike.setdefault((use.service, use.what, use.type), []).append(use)
    return [_sum(alike[kind]) for kind in sorted(alike, key=lambda kind: (_WHATS.index(kind[1]), kind[2]))]


def _sum(alike: list[Use]) -> Use:
    known = [use.dollars for use in alike if use.dollars is not None]
    return dataclasses.replace(
        alike[0],
        times=sum(use.times for use in alike),
        amount=sum(use.amount for use in alike),
        dollars=sum(known) if len(known) == len(alike) else None,
    )


def _charge(use: Use) -> Charge:
    counted = f"{use.times} {use.what}{'' if use.times == 1 else 's'}"
    if use.service == "SageMaker":
        time = f"{use.amount:.1f} s" if use.what.endswith("job") else f"{use.amount / 3600:.2f} hours"
        return Charge(use.service, f"{use.what}s, {use.type}", f"{counted}, {time}", use.dollars)
    if use.service == "Lambda":
        return Charge(use.service, "invocations", f"{counted}, {use.amount:.3f} GB-seconds", use.dollars)
    return Charge(use.service, "Standard workflows", counted, use.dollars)


def _invocations(client: Client, kind: str, group: str) -> Iterator[Use]:
    """Each invocation's billed duration and memory, from the REPORT line of its log."""
    if not group.startswith(_FUNCTION_LOGS):
        return
    for page in client("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
        for event in page["events"]:
            if found := _REPORT.match(event["message"]):
                seconds, megabytes = int(found[1]) / 1000, int(found[2])
                yield Use("Lambda", "invocation", 1, seconds * megabytes / 1024, lambda_cost(1, seconds, megabytes))


def _transitions(client: Client, kind: str, arn: str) -> Iterator[Use]:
    """The state transitions of each execution, and of each child of a Distributed Map, from its history."""
    for status, events in histories(client("stepfunctions"), arn, with_data=False):
        count = transitions(visits(events, status))
        yield Use("Step Functions", "state transition", count, count, transitions_cost(count))


def _job(client: Client, kind: str, name: str) -> Iterator[Use]:
    title = kind.split()[0].capitalize()
    found = getattr(client("sagemaker"), f"describe_{title.lower()}_job")(**{f"{title}JobName": name})
    resources = instances_of(found)
    began = found.get(f"{title}StartTime")
    if began is not None:
        ended = found.get(f"{title}EndTime") or datetime.now(UTC)
        seconds = found.get("BillableTimeInSeconds") or (ended - began).total_seconds()
        yield on_instances(kind, resources["InstanceType"], seconds * resources["InstanceCount"])


def _endpoint(client: Client, kind: str, name: str) -> Iterator[Use]:
    sagemaker = client("sagemaker")
    found = sagemaker.describe_endpoint(EndpointName=name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
    seconds = (datetime.now(UTC) - found["CreationTime"]).total_seconds()
    for variant in config["ProductionVariants"]:
        if "InstanceType" in variant:
            yield on_instances(kind, variant["InstanceType"], seconds * variant.get("InitialInstanceCount", 1))


def _is_there(client: Client, endpoint: str) -> bool:
    try:
        client("sagemaker").describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if not is_absence(error):
            raise
        return False
    return True


def on_instances(what: str, instance_type: str, seconds: float) -> Use:
    """The time on instances of a type, together for all of them."""
    try:
        is_job = what.endswith("job")
        dollars = job_cost(seconds, instance_type) if is_job else endpoint_cost(seconds / 3600, instance_type)
    except CourseError:
        return Use("SageMaker", what, 1, seconds, None, instance_type)
    return Use("SageMaker", what, 1, seconds, dollars, instance_type)


_FUNCTION_LOGS = "/aws/lambda/"
_READERS: dict[str, Callable[[Client, str, str], Iterator[Use]]] = {
    "log group": _invocations,
    "state machine": _transitions,
    "processing job": _job,
    "training job": _job,
    "transform job": _job,
    "endpoint": _endpoint,
}
_WHATS = ("invocation", "state transition", *_READERS)


def _there(used: Iterator[Use]) -> Iterator[Use]:
    """What was used, as far as what has used it is there."""
    try:
        yield from used
    except ClientError as error:
        if not is_absence(error):
            raise

"""What an endpoint has used that is gone, so that nobody can ask it: its schedule has ended it, or somebody by hand.

One that the notebook itself deletes is asked right before. Of the others, the history of the execution that made them
tells when they began, on which instances, and when their schedule was to end them. Where somebody was faster than the
schedule, this is the most that the endpoint can have used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from course.account.bill import on_instances, uses
from course.account.ledger import Ledger, Resource, ScheduledEnd, Use
from course.account.machine_traces import histories
from course.account.made import Call, calls_of
from course.account.sessions import new_session


@dataclass(frozen=True)
class EndedEndpoints:
    """Those that the executions of some state machines made.

    Attributes:
        machines: the ARNs of the machines.
        ends: when endpoints were to end, as far as the ledger knows: those that were put off.
        client: makes a client of a service.
        clock: how many times faster than on AWS a wait passes.
    """

    machines: tuple[str, ...]
    ends: tuple[ScheduledEnd, ...]
    client: Callable[[str], Any]
    clock: float

    def uses(self, name: str) -> list[Use] | None:
        """What an endpoint has used that is gone; None where nothing tells.

        Raises:
            ClientError: a history can't be read.
        """
        calls = [
            call
            for arn in self.machines
            for _, events in histories(self.client("stepfunctions"), arn)
            for call in calls_of(events)
        ]
        made = [one for one in calls if one.action == "CreateEndpoint" and one.parameters["EndpointName"] == name]
        ends = [one for one in (*map(_scheduled_end, calls), *self.ends) if one and one.endpoint == name]
        if not made or not ends:
            return None
        begin, end = made[-1], max(ends, key=lambda one: one.asked)
        until = min(end.asked + (end.at - end.asked) / self.clock, datetime.now(UTC))
        variants = _variants(calls, begin.parameters["EndpointConfigName"])
        seconds = max(0.0, (until - begin.when).total_seconds())
        if variants is None:
            return None
        return [
            on_instances("endpoint", one["InstanceType"], seconds * one.get("InitialInstanceCount", 1))
            for one in variants
            if "InstanceType" in one
        ]


def ask_before_deleting(session: boto3.session.Session, ledger: Ledger) -> None:
    """Let the clients of a session ask what an endpoint has used before they delete it.

    Args:
        session: its clients made before this call are not listened to.
        ledger: keeps what an endpoint of the course has used.
    """

    def ask(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        of_the_course = [
            one for one in ledger.resources() if (one.kind, one.name) == ("endpoint", params.get("EndpointName"))
        ]
        context["course_endpoint"] = [(one, _asked(one)) for one in of_the_course[:1]]

    def keep(http_response: Any, context: dict[str, Any], **_: Any) -> None:
        for endpoint, used in context.get("course_endpoint", ()) if http_response.status_code < 300 else ():
            ledger.keep(endpoint.lesson, used)
            ledger.strike(endpoint)

    session.events.register("provide-client-params.sagemaker.DeleteEndpoint", ask)
    session.events.register("after-call.sagemaker.DeleteEndpoint", keep)


def _asked(endpoint: Resource) -> list[Use]:
    """What it has used so far; nothing where AWS doesn't tell, for to delete it is what was asked for."""
    try:
        return uses([endpoint], new_session().client)
    except (ClientError, BotoCoreError):
        return []


def _scheduled_end(call: Call) -> ScheduledEnd | None:
    scheduled = call.service == "scheduler" and call.action in ("CreateSchedule", "UpdateSchedule")
    return ScheduledEnd.of(call.parameters, call.when) if scheduled else None


def _variants(calls: Iterable[Call], config: str) -> list[Mapping[str, Any]] | None:
    """What an endpoint configuration that an execution made names; None where none did."""
    found = [
        one.parameters["ProductionVariants"]
        for one in calls
        if one.action == "CreateEndpointConfig" and one.parameters["EndpointConfigName"] == config
    ]
    return found[-1] if found else None

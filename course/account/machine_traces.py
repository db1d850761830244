"""What the executions of a state machine made: it appears in no lesson's calls, but in their histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course.account.made import made_by_events
from course.functions.logs import wait_until

_STOPPING_SECONDS = 120


def made_by(state_machine_arn: str, client: Callable[[str], Any] = boto3.client) -> list[tuple[str, str]]:
    """What the executions of a machine have made so far, as kinds and names of the ledger.

    Args:
        client: makes a client of a service.

    Raises:
        ClientError: there is no such machine, or its history can't be read.
    """
    found = [
        made for _, events in histories(client("stepfunctions"), state_machine_arn) for made in made_by_events(events)
    ]
    return list(dict.fromkeys(found))


def histories(states: Any, state_machine_arn: str, with_data: bool = True) -> Iterator[tuple[str, list[Any]]]:
    """Every execution of a machine, and every child of its Distributed Maps: its status, and its events.

    What is Express keeps neither a list nor a history, and is left out.

    Args:
        states: a client of Step Functions.
        state_machine_arn: of the machine.
        with_data: with what went in and out.

    Raises:
        ClientError: there is no such machine, or its history can't be read.
    """
    for execution in _executions(states, stateMachineArn=state_machine_arn):
        yield from _with_children(states, execution, with_data)


def stop(state_machine_arn: str) -> None:
    """Stop the executions of a machine that run, and wait until none does.

    Raises:
        ClientError: there is no such machine, or an execution can't be stopped.
        CourseError: some still run after two minutes.
    """
    states = boto3.client("stepfunctions")
    running = {"stateMachineArn": state_machine_arn, "statusFilter": "RUNNING"}
    for execution in list(_executions(states, **running)):
        states.stop_execution(executionArn=execution["executionArn"])
    wait_until(lambda: not list(_executions(states, **running)), "the executions to stop", _STOPPING_SECONDS)


def _executions(states: Any, **which: str) -> Iterator[dict[str, Any]]:
    try:
        for page in states.get_paginator("list_executions").paginate(**which):
            yield from page["executions"]
    except ClientError as error:
        # An Express machine keeps no list of its executions.
        if error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise


def _with_children(states: Any, execution: dict[str, Any], with_data: bool) -> Iterator[tuple[str, list[Any]]]:
    asked = {"executionArn": execution["executionArn"], "includeExecutionData": with_data}
    pages = states.get_paginator("get_execution_history").paginate(**asked)
    events = [event for page in pages for event in page["events"]]
    yield execution["status"], events
    for event in events:
        if event["type"] == "MapRunStarted":
            for child in _executions(states, mapRunArn=event["mapRunStartedEventDetails"]["mapRunArn"]):
                yield from _with_children(states, child, with_data)

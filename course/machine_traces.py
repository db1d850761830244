"""What the executions of a state machine made: it appears in no lesson's calls, but in their histories.

Only what SageMaker said yes to counts. A name that was refused as taken may be somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course.ledger import SAGEMAKER
from course.logs import wait_until

_STOPPING_SECONDS = 120


def made_by(state_machine_arn: str) -> list[tuple[str, str]]:
    """What the executions of a machine have made so far, as kinds and names of the ledger.

    Raises:
        ClientError: there is no such machine, or its history can't be read.
    """
    found = [
        made
        for execution in _executions(stateMachineArn=state_machine_arn)
        for made in _made_by_execution(execution["executionArn"])
    ]
    return list(dict.fromkeys(found))


def stop(state_machine_arn: str) -> None:
    """Stop the executions of a machine that run, and wait until none does.

    Raises:
        ClientError: there is no such machine, or an execution can't be stopped.
        CourseError: some still run after two minutes.
    """
    running = {"stateMachineArn": state_machine_arn, "statusFilter": "RUNNING"}
    for execution in list(_executions(**running)):
        boto3.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])
    wait_until(lambda: not list(_executions(**running)), "the executions to stop", _STOPPING_SECONDS)


def _executions(**which: str) -> Iterator[dict[str, Any]]:
    try:
        for page in boto3.client("stepfunctions").get_paginator("list_executions").paginate(**which):
            yield from page["executions"]
    except ClientError as error:
        # An Express machine keeps no list of its executions.
        if error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise


def _made_by_execution(execution_arn: str) -> Iterator[tuple[str, str]]:
    asked: dict[int, list[tuple[str, str]]] = {}
    history = boto3.client("stepfunctions").get_paginator("get_execution_history")
    for page in history.paginate(executionArn=execution_arn):
        for event in page["events"]:
            if event["type"] == "TaskScheduled":
                asked[event["id"]] = _asked_for(event["taskScheduledEventDetails"])
            elif event["type"].startswith("Task"):
                asked[event["id"]] = asked.get(event["previousEventId"], [])
            if event["type"] in ("TaskSubmitted", "TaskSucceeded"):
                yield from asked[event["id"]]
            if event["type"] == "MapRunStarted":
                for child in _executions(mapRunArn=event["mapRunStartedEventDetails"]["mapRunArn"]):
                    yield from _made_by_execution(child["executionArn"])


def _asked_for(details: dict[str, Any]) -> list[tuple[str, str]]:
    action = details["resource"].partition(".")[0]
    made = SAGEMAKER.get(action[:1].upper() + action[1:])
    if made is None or details["resourceType"].rpartition(":")[2] != "sagemaker":
        return []
    return made(json.loads(details["parameters"]), {})

"""What can be a target, and the call that hands an input over to it.

Source: "Amazon EventBridge targets", EventBridge user guide; "Using templated targets", EventBridge Scheduler user
guide.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Clients = Callable[[str], Any]
"""Gives a client of an API under the caller's rights."""

KINDS = {
    "lambda": re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?"),
    "stepfunctions": re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[^\s]+"),
    "sqs": re.compile(r"arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w.-]+"),
    "sns": re.compile(r"arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+"),
    "logs": re.compile(r"arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:[^:]+(:\*)?"),
    "events": re.compile(r"arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus/[\w./-]+"),
}
"""The kinds of targets that are here: botocore's name of the API, and the form of the ARN."""


def kind_of(arn: str) -> str | None:
    """Which kind of target an ARN names; None for what is no target here."""
    return next((kind for kind, form in KINDS.items() if form.fullmatch(arn)), None)


@dataclass(frozen=True)
class Target:
    """A target and what belongs to its call.

    Attributes:
        arn: of what is called.
        parameters: what is particular to its kind (`SqsParameters`, `EventBridgeParameters`).
    """

    arn: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def invoke(clients: Clients, target: Target, text: str) -> None:
    """Hand an input over to a target.

    Args:
        text: the input, JSON in most cases.

    Raises:
        ApiError, ClientError, BotoCoreError: it wasn't taken.
    """
    kind = kind_of(target.arn)
    if kind is None:
        raise ValueError(f"{target.arn} is no target here: it should have been refused")
    _CALLS[kind](clients(kind), target, text)


def _function(client: Any, target: Target, text: str) -> None:
    client.invoke(FunctionName=target.arn, InvocationType="Event", Payload=text)


def _state_machine(client: Any, target: Target, text: str) -> None:
    client.start_execution(stateMachineArn=target.arn, name=str(uuid.uuid4()), input=text)


def _queue(client: Any, target: Target, text: str) -> None:
    account, name = target.arn.split(":")[4:6]
    group = target.parameters.get("SqsParameters", {}).get("MessageGroupId")
    more = {"MessageGroupId": group} if group else {}
    client.send_message(QueueUrl=f"{client.meta.endpoint_url}/{account}/{name}", MessageBody=text, **more)


def _topic(client: Any, target: Target, text: str) -> None:
    client.publish(TopicArn=target.arn, Message=text)


def _log_group(client: Any, target: Target, text: str) -> None:
    """A log event in a stream of its own; a transformed input says its text and its time itself."""
    group, stream = target.arn.partition(":log-group:")[2].removesuffix(":*"), str(uuid.uuid4())
    event = {"timestamp": int(time.time() * 1000), "message": text}
    with contextlib.suppress(ValueError):
        given = json.loads(text)
        if isinstance(given, dict) and given.keys() == {"timestamp", "message"}:
            message = given["message"]
            said = message if isinstance(message, str) else json.dumps(message)
            event = {"timestamp": int(given["timestamp"]), "message": said}
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def _bus(client: Any, target: Target, text: str) -> None:
    """An event of one's own, from a schedule; a rule forwards the event that it matched by itself."""
    parameters = target.parameters["EventBridgeParameters"]
    entry = {
        "Source": parameters["Source"],
        "DetailType": parameters["DetailType"],
        "Detail": text,
        "EventBusName": target.arn,
    }
    client.put_events(Entries=[entry])


_CALLS: dict[str, Callable[[Any, Target, str], None]] = {
    "lambda": _function,
    "stepfunctions": _state_machine,
    "sqs": _queue,
    "sns": _topic,
    "logs": _log_group,
    "events": _bus,
}

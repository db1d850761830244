"""Where an asynchronous invocation's result is sent: SQS, SNS, Lambda, and the dead-letter
queue.

Each is a call of the public API under the function's role, and so only happens if the role may. Shapes:
messages recorded on AWS in November 2025, and the AWS Lambda developer guide, "Capturing records of
Lambda asynchronous invocations".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.access.roles import traced
from local_aws.call import not_there
from local_aws.functions.invocation import Outcome
from local_aws.functions.names import SERVICE_PRINCIPAL
from local_aws.house import Host

SUCCESS, EXHAUSTED, TOO_OLD = "Success", "RetriesExhausted", "EventAgeExceeded"
_DELIVERED_TO = ("sqs", "sns", "lambda")


@dataclass(frozen=True)
class Record:
    """What became of an asynchronous invocation. `outcome` is None where the function never ran."""

    request_id: str
    function_arn: str
    condition: str
    attempts: int
    payload: bytes
    outcome: Outcome | None
    trace_header: str | None

    def body(self) -> dict[str, Any]:
        """The record as a destination gets it."""
        body: dict[str, Any] = {
            "version": "1.0",
            "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "requestContext": {
                "requestId": self.request_id,
                "functionArn": self.function_arn,
                "condition": self.condition,
                "approximateInvokeCount": self.attempts,
            },
            "requestPayload": _parsed(self.payload),
        }
        if self.outcome is not None:
            context = {"statusCode": 200, "executedVersion": self.outcome.executed_version}
            if self.outcome.function_error:
                context["functionError"] = self.outcome.function_error
            body |= {"responseContext": context, "responsePayload": _parsed(self.outcome.payload)}
        return body


def check_destination(arn: str) -> None:
    """Refuse by name a destination that is not there (EventBridge, an S3 bucket)."""
    if arn.split(":")[2] not in _DELIVERED_TO:
        raise not_there(f"the Lambda destination {arn}")


class Destinations:
    """Sends records to destinations and events to dead-letter queues."""

    def __init__(self, host: Host):
        self._host = host

    def send(self, record: Record, destination: str, role_arn: str, function_name: str) -> None:
        """Send the record to an ARN.

        Raises:
            ApiError, ClientError: the role may not, or the destination is not there.
        """
        service = destination.split(":")[2]
        client = self._client(service, role_arn, function_name)
        body = json.dumps(record.body(), separators=(",", ":"), ensure_ascii=False)
        with traced(record.trace_header):
            if service == "sqs":
                client.send_message(QueueUrl=_queue_url(client, destination), MessageBody=body)
            elif service == "sns":
                client.publish(TopicArn=destination, Message=body)
            else:
                client.invoke(FunctionName=destination, InvocationType="Event", Payload=body)

    def send_to_dead_letters(self, record: Record, target: str, role_arn: str, function_name: str) -> None:
        """Send the event as it came to a queue or topic, with the error in message attributes."""
        service = target.split(":")[2]
        client = self._client(service, role_arn, function_name)
        error = _parsed(record.outcome.payload) if record.outcome else {}
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": record.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200" if record.outcome else "429"},
        }
        if isinstance(error, dict) and error.get("errorMessage"):
            attributes["ErrorMessage"] = {
                "DataType": "String",
                "StringValue": str(error["errorMessage"])[:1024],
            }
        body = record.payload.decode("utf-8", "replace")
        with traced(record.trace_header):
            if service == "sqs":
                url = _queue_url(client, target)
                client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
            else:
                client.publish(TopicArn=target, Message=body, MessageAttributes=attributes)

    def _client(self, service: str, role_arn: str, function_name: str) -> Any:
        return self._host.roles.client(
            service, role_arn=role_arn, service=SERVICE_PRINCIPAL, session_name=function_name
        )


def _queue_url(client: Any, arn: str) -> str:
    account, name = arn.split(":")[4:6]
    return f"{client.meta.endpoint_url}/{account}/{name}"


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload or b"{}")
    except ValueError:
        return payload.decode("utf-8", "replace")

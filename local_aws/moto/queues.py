"""What SQS refuses of a request and moto takes, or words in its own way: attributes, messages, addresses of queues.

An attribute that moto keeps for nothing is refused by name, unless it asks for what is so anyway.
Source: Amazon SQS API reference, CreateQueue, SetQueueAttributes, SendMessage, ReceiveMessage; the sentences are those
of public bug reports. What SQS says of characters that no message holds, and of another region's queue, is the plain
reading.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.model import OperationModel

from local_aws import ACCOUNT, wire
from local_aws.call import ApiError, Call, not_there

_NUMBERS = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
_WORDS = {
    "ContentBasedDeduplication": {"true", "false"},
    "DeduplicationScope": {"queue", "messageGroup"},
    "FifoQueue": {"true"},
    "FifoThroughputLimit": {"perQueue", "perMessageGroupId"},
    "SqsManagedSseEnabled": {"true", "false"},
}
_OF_FIFO = {"ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"}
_DOCUMENTS = {"Policy", "RedriveAllowPolicy", "RedrivePolicy"}
_SETTABLE = {"KmsMasterKeyId", *_NUMBERS, *_WORDS, *_DOCUMENTS}
_SO_ANYWAY = {"DeduplicationScope": "queue", "RedriveAllowPolicy": {"redrivePermission": "allowAll"}}
"""Of attributes that moto ignores, the value that changes nothing."""
_IN_REDRIVE = ("deadLetterTargetArn", "maxReceiveCount")
_MOST_RECEIVES = 1000
_MOST_ATTRIBUTES = 10
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_NAME_OF_FIFO = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")
_HOST_IN_REGION = re.compile(r"(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com")
_NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RESERVED = ("aws.", "amazon.")
_RANGES = {
    "MaxNumberOfMessages": (1, 10, "Must be between 1 and 10, if provided."),
    "WaitTimeSeconds": (0, 20, "Must be >= 0 and <= 20, if provided."),
    "VisibilityTimeout": (0, 43_200, "Must be between 0 and 43200, if provided."),
    "DelaySeconds": (0, 900, "DelaySeconds must be >= 0 and <= 900."),
    "MaxResults": (1, 1000, "MaxResults must be an integer between 1 and 1000."),
}
"""Members that are numbers, and what is said of those outside."""


def require_queue_request(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    """Raise where a call to SQS asks for what there can't be, or for what would be ignored.

    Raises:
        ApiError: `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue`, `InvalidAddress`,
            `AccessDenied`, `MissingParameter`, `InvalidMessageContents`, `NotImplemented`.
    """
    name = operation.name
    if "QueueUrl" in params:
        _require_address(params["QueueUrl"], call.region)
    for member, (least, most, reason) in _RANGES.items():
        if member in params and not least <= params[member] <= most:
            raise _invalid(member, params[member], reason)
    if name == "CreateQueue":
        _require_name(params["QueueName"], params.get("Attributes", {}))
    if name in ("CreateQueue", "SetQueueAttributes"):
        is_fifo = params.get("QueueName", params.get("QueueUrl", "")).endswith(".fifo")
        for attribute, value in params.get("Attributes", {}).items():
            _require_attribute(name, attribute, value, is_fifo, call.region)
    elif name == "SendMessage":
        _require_message(params, params["QueueUrl"].endswith(".fifo"))
    elif name == "SendMessageBatch":
        for entry in params["Entries"]:
            _require_message(entry, params["QueueUrl"].endswith(".fifo"))
    elif name == "ReceiveMessage":
        known = {"All", *wire.api_for("sqs").model.shape_for("MessageSystemAttributeName").enum}
        for attribute in (*params.get("AttributeNames", ()), *params.get("MessageSystemAttributeNames", ())):
            if attribute not in known:
                raise _unknown(attribute)


# ---- queues ----------------------------------------------------------------------------------------------------


def _require_address(url: str, region: str) -> None:
    """Raise where an address is another region's or account's; a queue's mere name is taken, too."""
    address = urlsplit(url)
    host = _HOST_IN_REGION.fullmatch(address.hostname or "")
    if host is not None and region not in host.groups():
        message = f"The address {address.scheme}://{address.netloc}/ is not valid for this endpoint."
        raise ApiError("InvalidAddress", message, 404)
    account, _, queue = address.path.removeprefix("/").partition("/")
    if queue and account != ACCOUNT:
        raise ApiError("AccessDenied", f"Access to the resource {url} is denied.", 403)


def _require_name(name: str, attributes: Mapping[str, str]) -> None:
    message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    pattern = _NAME
    if attributes.get("FifoQueue") == "true":
        pattern = _NAME_OF_FIFO
        message = (
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with "
            ".fifo suffix and be 1 to 80 in length."
        )
    if not pattern.fullmatch(name):
        raise ApiError("InvalidParameterValue", message)


def _require_attribute(operation: str, name: str, value: str, is_fifo: bool, region: str) -> None:
    if name not in _SETTABLE or (name in _OF_FIFO and not is_fifo) or (name == "FifoQueue" and value == "false"):
        raise _unknown(name)
    if name in _NUMBERS:
        least, most = _NUMBERS[name]
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise _invalid_attribute(name)
    elif name in _WORDS and value not in _WORDS[name]:
        raise _invalid_attribute(name)
    elif name == "RedrivePolicy" and value:
        _require_redrive(value, is_fifo, region)
    elif name in _DOCUMENTS and value and not isinstance(_read(value), dict):
        raise _invalid_attribute(name)
    if name in _SO_ANYWAY and value and _SO_ANYWAY[name] != (_read(value) if name in _DOCUMENTS else value):
        raise not_there(f"sqs:{operation} with the attribute {name}")


def _require_redrive(text: str, is_fifo: bool, region: str) -> None:
    policy = _read(text)
    if not isinstance(policy, dict):
        raise _invalid("RedrivePolicy", text, "Redrive policy is not a valid JSON map.")
    for member in _IN_REDRIVE:
        if member not in policy:
            raise _invalid("RedrivePolicy", text, f"Redrive policy does not contain mandatory attribute: {member}.")
    if policy.keys() - set(_IN_REDRIVE):
        reason = "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]."
        raise _invalid("RedrivePolicy", text, reason)
    count = str(policy["maxReceiveCount"])
    if not re.fullmatch(r"[0-9]{1,9}", count) or not 1 <= int(count) <= _MOST_RECEIVES:
        reason = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        raise _invalid("RedrivePolicy", text, reason)
    models: Any = importlib.import_module("moto.sqs.models")
    target = str(policy["deadLetterTargetArn"])
    if not any(queue.queue_arn == target for queue in models.sqs_backends[ACCOUNT][region].queues.values()):
        raise _invalid("RedrivePolicy", text, "Dead letter target does not exist.")
    if target.endswith(".fifo") != is_fifo:
        raise _invalid("RedrivePolicy", text, "Dead-letter queue must be same type of queue as the source.")


# ---- messages --------------------------------------------------------------------------------------------------


def _require_message(message: Mapping[str, Any], is_fifo: bool) -> None:
    if not message["MessageBody"]:
        raise _missing("MessageBody")
    if _NO_TEXT.search(message["MessageBody"]):
        sentence = (
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
            "#xFFFD | #x10000 to #x10FFFF"
        )
        raise ApiError("InvalidMessageContents", sentence)
    if is_fifo and not message.get("MessageGroupId"):
        raise _missing("MessageGroupId")
    if not is_fifo and "MessageDeduplicationId" in message:
        reason = "The request include parameter that is not valid for this queue type."
        raise _invalid("MessageDeduplicationId", message["MessageDeduplicationId"], reason)
    attributes = message.get("MessageAttributes", {})
    if len(attributes) > _MOST_ATTRIBUTES:
        sentence = f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MOST_ATTRIBUTES}]."
        raise ApiError("InvalidParameterValue", sentence)
    for name, value in attributes.items():
        _require_message_attribute(name, value)
    for name in message.get("MessageSystemAttributes", {}):
        if name != "AWSTraceHeader":
            raise ApiError("InvalidParameterValue", f"Message system attribute name '{name}' is invalid.")


def _require_message_attribute(name: str, value: Mapping[str, Any]) -> None:
    if name.lower().startswith(_RESERVED):
        sentence = (
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for "
            "internal use."
        )
        raise ApiError("InvalidParameterValue", sentence)
    if value.get("DataType", "").partition(".")[0] == "Number" and not _is_number(value.get("StringValue", "")):
        sentence = f"Can't cast the value of message (user) attribute '{name}' to a number."
        raise ApiError("InvalidParameterValue", sentence)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII) is not None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _missing(name: str) -> ApiError:
    return ApiError("MissingParameter", f"The request must contain the parameter {name}.")


def _unknown(name: str) -> ApiError:
    return ApiError("InvalidAttributeName", f"Unknown Attribute {name}.")


def _invalid_attribute(name: str) -> ApiError:
    return ApiError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def _invalid(name: str, value: object, reason: str) -> ApiError:
    return ApiError("InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {reason}")


# ---- what moto tells -------------------------------------------------------------------------------------------


def install() -> None:
    """Have moto's SQS tell attributes as AWS does: times in whole seconds, policies without spaces."""
    models: Any = importlib.import_module("moto.sqs.models")
    told: Callable[[Any], dict[str, Any]] = models.Queue.attributes.fget

    def attributes(queue: Any) -> dict[str, Any]:
        answer = told(queue)
        for name in ("CreatedTimestamp", "LastModifiedTimestamp"):
            answer[name] = int(answer[name])
        if queue.redrive_policy:
            answer["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
        return answer

    if not getattr(told, "of_ours", False):
        attributes.of_ours = True  # type: ignore[attr-defined] # a mark for the next call
        models.Queue.attributes = property(attributes)

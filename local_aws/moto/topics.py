"""What SNS refuses of a request and moto takes, or words in its own way: topics, attributes, subscriptions, messages.

Messages go to queues of SQS. Every other kind of subscription, and an attribute that moto keeps for nothing, is refused
by name, unless it asks for what is so anyway.
Source: Amazon SNS API reference, CreateTopic, SetTopicAttributes, Subscribe, SetSubscriptionAttributes, Publish; the
sentences are those of public bug reports. Where nobody has recorded one, it is moto's, or the plain reading.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws import ACCOUNT
from local_aws.call import ApiError, Call, not_there

_ARNS = ("TopicArn", "TargetArn", "SubscriptionArn")
_ELEMENTS = 6
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_NAME_OF_FIFO = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
_TOPIC_ATTRIBUTES = {"DisplayName", "KmsMasterKeyId", "Policy"}
_OF_FIFO = {"ContentBasedDeduplication", "FifoThroughputScope", "FifoTopic"}
_NOT_THERE = {"ArchivePolicy", "DeliveryPolicy", "FifoThroughputScope", "SignatureVersion", "TracingConfig"}
_FEEDBACK = re.compile(
    "(Application|Firehose|HTTP|Lambda|SQS)((Success|Failure)FeedbackRoleArn|SuccessFeedbackSampleRate)"
)
"""Attributes of topics that are about the log of deliveries."""
_OF_SUBSCRIPTION = {"FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"}
_NOT_THERE_OF_SUBSCRIPTION = {"DeliveryPolicy", "RedrivePolicy", "ReplayPolicy", "SubscriptionRoleArn"}
_SO_ANYWAY = {"SignatureVersion": "1", "TracingConfig": "PassThrough"}
_SCOPES = {"MessageAttributes", "MessageBody"}
_PROTOCOLS = {"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
_QUEUE = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
_MOST_BYTES, _LONGEST_SUBJECT = 262_144, 100
_SUBJECT = re.compile(r"[!-~][ -~]*")
"""A subject is ASCII, in one line, and begins with no space."""


def require_topic_request(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    """Raise where a call to SNS asks for what there can't be, or for what would be ignored.

    Raises:
        ApiError: `InvalidParameter`, `NotFound`, `AuthorizationError`, `ParameterValueInvalid`,
            `NotImplemented`.
    """
    for name in _ARNS:
        if name in params:
            _require_arn(name, params[name], call)
    match operation.name:
        case "CreateTopic":
            _require_new_topic(call, params)
        case "SetTopicAttributes":
            name, value = params["AttributeName"], params.get("AttributeValue", "")
            if name == "FifoTopic":
                raise _invalid("AttributeName")
            _require_topic_attribute(operation.name, name, value, params["TopicArn"].endswith(".fifo"))
        case "Subscribe":
            _require_subscription(params)
        case "SetSubscriptionAttributes":
            _require_reset(call, params)
        case "Publish":
            _require_message(call, params)
        case "PublishBatch":
            _topic(call, params["TopicArn"])
            for entry in params["PublishBatchRequestEntries"]:
                _require_content(entry, params["TopicArn"])


# ---- topics ----------------------------------------------------------------------------------------------------


def _require_arn(member: str, arn: str, call: Call) -> None:
    parts = arn.split(":")
    if len(parts) < _ELEMENTS:
        raise _invalid(member, f"An ARN must have at least {_ELEMENTS} elements, not {len(parts)}")
    if parts[2] != "sns" or parts[3] != call.region:
        raise _invalid(member)
    if parts[4] != ACCOUNT:
        action = f"SNS:{call.operation}"
        message = (
            f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {arn} because no "
            f"resource-based policy allows the {action} action"
        )
        raise ApiError("AuthorizationError", message, 403)


def _require_new_topic(call: Call, params: Mapping[str, Any]) -> None:
    name, attributes = params["Name"], params.get("Attributes", {})
    is_fifo = attributes.get("FifoTopic") == "true"
    if is_fifo and not name.endswith(".fifo"):
        raise _invalid("Topic Name", "Fifo Topic names must end with .fifo")
    if not (_NAME_OF_FIFO if is_fifo else _NAME).fullmatch(name):
        raise _invalid("Topic Name")
    for attribute, value in attributes.items():
        _require_topic_attribute("CreateTopic", attribute, value, is_fifo)
    there = _topics(call.region).get(f"arn:aws:sns:{call.region}:{ACCOUNT}:{name}")
    if there is None:
        return
    its = {
        "DisplayName": there.display_name,
        "KmsMasterKeyId": there.kms_master_key_id,
        "Policy": there.policy,
        "FifoTopic": _told(there.fifo_topic),
        "ContentBasedDeduplication": _told(there.content_based_deduplication),
    }
    if any(_read(its.get(one, value)) != _read(value) for one, value in attributes.items()):
        raise _invalid("Attributes", "Topic already exists with different attributes")
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
    if tags and tags != there._tags:
        raise _invalid("Tags", "Topic already exists with different tags")


def _require_topic_attribute(operation: str, name: str, value: str, is_fifo: bool) -> None:
    if name in _NOT_THERE or _FEEDBACK.fullmatch(name):
        if value and value != _SO_ANYWAY.get(name):
            raise not_there(f"sns:{operation} with the attribute {name}")
        return
    if name not in _TOPIC_ATTRIBUTES | _OF_FIFO:
        raise _unknown(operation, name)
    if name in _OF_FIFO and value not in ("true", "false"):
        raise _invalid("Attributes", f"{name}: Invalid value [{value}]. Must be true or false.")
    if name == "ContentBasedDeduplication" and value == "true" and not is_fifo:
        raise _invalid("Attributes", "Content-based deduplication can only be set for FIFO topics")
    if name == "DisplayName" and len(value) > _LONGEST_SUBJECT:
        raise _invalid("DisplayName")
    if name == "Policy" and value and not isinstance(_read(value), dict):
        raise ApiError("InvalidParameter", "Invalid parameter: Policy Error: null")


# ---- subscriptions ---------------------------------------------------------------------------------------------


def _require_subscription(params: Mapping[str, Any]) -> None:
    protocol, endpoint = params["Protocol"], params.get("Endpoint", "")
    if protocol not in _PROTOCOLS:
        raise _invalid("Protocol", f"Does not support this protocol string: {protocol}")
    if protocol != "sqs":
        raise not_there(f"sns:Subscribe with the protocol {protocol}")
    if not _QUEUE.fullmatch(endpoint):
        raise ApiError("InvalidParameter", "Invalid parameter: SQS endpoint ARN")
    if endpoint.endswith(".fifo") and not params["TopicArn"].endswith(".fifo"):
        raise _invalid("Endpoint", "FIFO SQS Queues can not be subscribed to standard SNS topics")
    attributes = params.get("Attributes", {})
    for name, value in attributes.items():
        _require_attribute("Subscribe", name, value)
    _require_filter(attributes.get("FilterPolicy"), attributes.get("FilterPolicyScope"))


def _require_reset(call: Call, params: Mapping[str, Any]) -> None:
    name, value = params["AttributeName"], params.get("AttributeValue", "")
    _require_attribute("SetSubscriptionAttributes", name, value)
    there = _backend(call.region).subscriptions.get(params["SubscriptionArn"])
    if there is None:
        raise ApiError("NotFound", "Subscription does not exist", 404)
    if name in ("FilterPolicy", "FilterPolicyScope"):
        now = {**there.attributes, name: value}
        _require_filter(now.get("FilterPolicy"), now.get("FilterPolicyScope"))


def _require_attribute(operation: str, name: str, value: str) -> None:
    if name in _NOT_THERE_OF_SUBSCRIPTION:
        if value:
            raise not_there(f"sns:{operation} with the attribute {name}")
        return
    if name not in _OF_SUBSCRIPTION:
        raise _unknown(operation, name)
    if name == "RawMessageDelivery" and value.lower() not in ("true", "false"):
        raise _invalid("Attributes", f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    if name == "FilterPolicyScope" and value not in _SCOPES:
        raise _invalid("FilterPolicyScope", "Invalid value. Please use either MessageBody or MessageAttributes")


def _require_filter(text: str | None, scope: str | None) -> None:
    """Raise where a text is no filter policy, as moto's own reading of one has it."""
    if not text:
        return
    policy = _read(text)
    if not isinstance(policy, dict):
        raise ApiError("InvalidParameter", "Invalid parameter: FilterPolicy: failed to parse JSON.")
    models: Any = importlib.import_module("moto.sns.models")
    try:
        models.SNSBackend._validate_filter_policy(None, policy, scope=scope or "MessageAttributes")
    except models.SNSInvalidParameter as error:
        raise ApiError("InvalidParameter", error.message) from error


# ---- messages --------------------------------------------------------------------------------------------------


def _require_message(call: Call, params: Mapping[str, Any]) -> None:
    if "PhoneNumber" in params:
        raise not_there("sns:Publish with PhoneNumber")
    arn = params.get("TopicArn") or params.get("TargetArn")
    if arn is None:
        raise _invalid("TopicArn or TargetArn", "no value for required parameter")
    if ":endpoint/" in arn:
        raise not_there("sns:Publish to an endpoint of an application")
    _topic(call, arn)
    _require_content(params, arn)


def _require_content(message: Mapping[str, Any], arn: str) -> None:
    text = message["Message"]
    if not text:
        raise ApiError("InvalidParameter", "Invalid parameter: Empty message")
    if len(text.encode()) > _MOST_BYTES:
        raise ApiError("InvalidParameter", "Invalid parameter: Message too long")
    subject = message.get("Subject")
    if subject is not None and (len(subject) >= _LONGEST_SUBJECT + 1 or not _SUBJECT.fullmatch(subject)):
        raise _invalid("Subject")
    if "MessageStructure" in message:
        _require_structure(message["MessageStructure"], text)
    for name, value in message.get("MessageAttributes", {}).items():
        if value["DataType"] == "Number" and _is_no_number(value.get("StringValue", "")):
            sentence = f"Could not cast message attribute '{name}' value to number."
            raise ApiError("ParameterValueInvalid", sentence)
    if arn.endswith(".fifo") and not message.get("MessageGroupId"):
        raise ApiError(
            "InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        )


def _require_structure(structure: str, text: str) -> None:
    if structure != "json":
        raise _invalid("MessageStructure", "must be json")
    by_protocol = _read(text)
    if not isinstance(by_protocol, dict):
        message = "Message Structure - JSON message body failed to parse"
        raise ApiError("InvalidParameter", f"Invalid parameter: {message}")
    if not isinstance(by_protocol.get("default"), str):
        message = "Message Structure - No default entry in JSON message body"
        raise ApiError("InvalidParameter", f"Invalid parameter: {message}")


def _is_no_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return True
    return False


# ---- what moto keeps -------------------------------------------------------------------------------------------


def install() -> None:
    """Have moto's SNS heed a filter's scope that comes after the filter. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.sns.models")
    put = models.SNSBackend.set_subscription_attributes
    if getattr(put, "of_ours", False):
        return

    def set_subscription_attributes(self: Any, arn: str, name: str, value: Any) -> None:
        put(self, arn, name, value)
        policy = self.subscriptions[arn].attributes.get("FilterPolicy")
        if name == "FilterPolicyScope" and policy:
            put(self, arn, "FilterPolicy", policy)

    set_subscription_attributes.of_ours = True  # type: ignore[attr-defined] # a mark for the next call
    models.SNSBackend.set_subscription_attributes = set_subscription_attributes


def _backend(region: str) -> Any:
    models: Any = importlib.import_module("moto.sns.models")
    return models.sns_backends[ACCOUNT][region]


def _topics(region: str) -> Mapping[str, Any]:
    topics: Mapping[str, Any] = _backend(region).topics
    return topics


def _topic(call: Call, arn: str) -> Any:
    found = _topics(call.region).get(arn)
    if found is None:
        raise ApiError("NotFound", "Topic does not exist", 404)
    return found


def _told(value: object) -> str:
    return str(value).lower()


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _unknown(operation: str, name: str) -> ApiError:
    """An attribute that SNS doesn't have, told by the member that names it."""
    if operation.startswith("Set"):
        return _invalid("AttributeName")
    return _invalid("Attributes", f"Unknown attribute {name}")


def _invalid(name: str, reason: str | None = None) -> ApiError:
    message = f"Invalid parameter: {name}"
    return ApiError("InvalidParameter", f"{message} Reason: {reason}" if reason else message)

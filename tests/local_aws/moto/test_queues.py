"""SQS: what it refuses of attributes, addresses and messages, in AWS's words, and what nothing would heed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.refusals import refusal, refused
from tests.unchecked import client


@pytest.fixture(scope="module")
def sqs(aws: Any) -> Any:
    """A client that checks nothing itself."""
    return client("sqs", aws.endpoint_url)


@pytest.fixture(scope="module")
def url(sqs: Any) -> str:
    """A queue."""
    return sqs.create_queue(QueueName="asked")["QueueUrl"]


@pytest.fixture(scope="module")
def fifo(sqs: Any) -> str:
    """A queue that keeps an order."""
    return sqs.create_queue(QueueName="asked.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


# ---- attributes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attribute",
    [
        {"Nonsense": "1"},
        {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:other"},
        {"CreatedTimestamp": "1"},
        {"FifoQueue": "false"},
        {"ContentBasedDeduplication": "true"},
        {"DeduplicationScope": "queue"},
        {"FifoThroughputLimit": "perQueue"},
    ],
)
def test_attributes_that_a_queue_does_not_have(sqs, url, attribute):
    [name] = attribute
    unknown = ("InvalidAttributeName", f"Unknown Attribute {name}.")
    assert refusal(sqs.create_queue, QueueName="never", Attributes=attribute) == unknown
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=attribute) == unknown
    assert refused(sqs.get_queue_url, QueueName="never")[0] == "AWS.SimpleQueueService.NonExistentQueue"


@pytest.mark.parametrize(
    "attribute",
    [
        {"VisibilityTimeout": "43201"},
        {"VisibilityTimeout": "-1"},
        {"VisibilityTimeout": "soon"},
        {"DelaySeconds": "901"},
        {"MaximumMessageSize": "1023"},
        {"MaximumMessageSize": "1048577"},
        {"MessageRetentionPeriod": "59"},
        {"ReceiveMessageWaitTimeSeconds": "21"},
        {"KmsDataKeyReusePeriodSeconds": "59"},
        {"SqsManagedSseEnabled": "maybe"},
        {"Policy": "{"},
        {"RedriveAllowPolicy": "[]"},
    ],
)
def test_values_that_attributes_do_not_take(sqs, url, attribute):
    [name] = attribute
    invalid = ("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    assert refusal(sqs.create_queue, QueueName="never", Attributes=attribute) == invalid
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=attribute) == invalid


def dead_letters(**policy: Any) -> str:
    return json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:asked", **policy})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nothing", "Redrive policy is not a valid JSON map."),
        ("{}", "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
        (dead_letters(), "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
        (
            dead_letters(maxReceiveCount=0),
            "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
        ),
        (
            dead_letters(maxReceiveCount="many"),
            "Invalid value for maxReceiveCount: many, valid values are from 1 to 1000 both inclusive.",
        ),
        (
            dead_letters(maxReceiveCount=1, after=1),
            "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].",
        ),
        (
            dead_letters(maxReceiveCount=1, deadLetterTargetArn="arn:aws:sqs:us-east-1:123456789012:no"),
            "Dead letter target does not exist.",
        ),
        (
            dead_letters(maxReceiveCount=1, deadLetterTargetArn="arn:aws:sqs:us-east-1:123456789012:asked.fifo"),
            "Dead-letter queue must be same type of queue as the source.",
        ),
    ],
)
def test_redrive_policies_that_are_none(sqs, url, fifo, text, reason):
    invalid = ("InvalidParameterValue", f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}")
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedrivePolicy": text}) == invalid


def test_a_redrive_policy_comes_and_goes(sqs, url):
    other = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": dead_letters(maxReceiveCount="5")})
    which = {"QueueUrl": other["QueueUrl"]}
    told = sqs.get_queue_attributes(**which, AttributeNames=["All"])["Attributes"]
    arn = "arn:aws:sqs:us-east-1:123456789012:asked"
    assert told["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":5}}'
    assert told["CreatedTimestamp"].isdigit() and told["LastModifiedTimestamp"].isdigit()
    sqs.set_queue_attributes(**which, Attributes={"RedrivePolicy": ""})
    assert "RedrivePolicy" not in sqs.get_queue_attributes(**which, AttributeNames=["All"])["Attributes"]


@pytest.mark.parametrize(
    ("attributes", "is_fifo"),
    [
        ({"RedriveAllowPolicy": '{"redrivePermission": "denyAll"}'}, False),
        ({"DeduplicationScope": "messageGroup"}, True),
    ],
)
def test_an_attribute_that_would_be_for_nothing_is_refused_by_name(sqs, url, fifo, attributes, is_fifo):
    [name] = attributes
    code, message = refusal(sqs.set_queue_attributes, QueueUrl=fifo if is_fifo else url, Attributes=attributes)
    assert code == "NotImplemented" and message.startswith(f"sqs:SetQueueAttributes with the attribute {name} is not")


def test_names_of_queues(sqs):
    sentence = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    for name in ("with space", "a" * 81, "plain.fifo"):
        assert refusal(sqs.create_queue, QueueName=name) == ("InvalidParameterValue", sentence)
    code, message = refusal(sqs.create_queue, QueueName="plain", Attributes={"FifoQueue": "true"})
    assert code == "InvalidParameterValue" and "must end with .fifo suffix" in message


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/asked", "InvalidAddress", 404),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/asked", "InvalidAddress", 404),
        ("https://sqs.us-east-1.amazonaws.com/111111111111/asked", "AccessDenied", 403),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/no", "AWS.SimpleQueueService.NonExistentQueue", 400),
    ],
)
def test_addresses_of_other_queues(sqs, url, address, code, status):
    assert refused(sqs.send_message, QueueUrl=address, MessageBody="m") == (code, status)


@pytest.mark.parametrize("address", ["https://sqs.us-east-1.amazonaws.com/123456789012/asked", "asked"])
def test_addresses_of_a_queue(sqs, url, address):
    assert sqs.send_message(QueueUrl=address, MessageBody="m")


# ---- messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"MessageBody": ""}, "MissingParameter"),
        ({"MessageBody": "\x01"}, "InvalidMessageContents"),
        ({"DelaySeconds": 901}, "InvalidParameterValue"),
        ({"DelaySeconds": -1}, "InvalidParameterValue"),
        ({"MessageDeduplicationId": "x"}, "InvalidParameterValue"),
        ({"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"aws.a": {"DataType": "String", "StringValue": "x"}}}, "InvalidParameterValue"),
        (
            {"MessageAttributes": {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(11)}},
            "InvalidParameterValue",
        ),
        ({"MessageSystemAttributes": {"a": {"DataType": "String", "StringValue": "x"}}}, "InvalidParameterValue"),
    ],
)
def test_messages_that_are_none(sqs, url, message, code):
    assert refused(sqs.send_message, **{"QueueUrl": url, "MessageBody": "m", **message}) == (code, 400)


def test_a_message_in_an_order_has_a_group(sqs, fifo):
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"ContentBasedDeduplication": "true"})
    assert refused(sqs.send_message, QueueUrl=fifo, MessageBody="m")[0] == "MissingParameter"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {"MaxNumberOfMessages": 11},
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            {"WaitTimeSeconds": 21},
            "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            {"VisibilityTimeout": 43201},
            "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided.",
        ),
        ({"AttributeNames": ["Policy"]}, "Unknown Attribute Policy."),
        ({"MessageSystemAttributeNames": ["Nonsense"]}, "Unknown Attribute Nonsense."),
    ],
)
def test_what_cannot_be_received(sqs, url, asked, sentence):
    assert refusal(sqs.receive_message, QueueUrl=url, **asked)[1] == sentence

"""SNS: what it refuses of topics, subscriptions and messages, in AWS's words, and what nothing would heed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.refusals import refusal, refused
from tests.unchecked import client

ARN = "arn:aws:sns:us-east-1:123456789012:asked"
numbers = itertools.count()


@pytest.fixture(scope="module")
def sns(aws: Any) -> Any:
    """A client that checks nothing itself."""
    return client("sns", aws.endpoint_url)


@pytest.fixture(scope="module")
def topic(sns: Any) -> str:
    """A topic."""
    return sns.create_topic(Name="asked")["TopicArn"]


@pytest.fixture
def inbox(aws: Any) -> tuple[str, Callable[[], list[str]]]:
    """A queue's ARN, and what gives the bodies that are in it."""
    sqs = client("sqs", aws.endpoint_url)
    name = f"inbox-{next(numbers)}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    def bodies() -> list[str]:
        return [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]

    return f"arn:aws:sqs:us-east-1:123456789012:{name}", bodies


# ---- which topic -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "others"),
    [
        ("publish", {"Message": "m"}),
        ("get_topic_attributes", {}),
        ("subscribe", {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:queue"}),
        ("delete_topic", {}),
    ],
)
def test_a_topic_that_cannot_be_meant(aws, sns, operation, others):
    call = getattr(sns, operation)
    sentence = "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"
    assert refusal(call, TopicArn="topic", **others) == ("InvalidParameter", sentence)
    for arn in ("arn:aws:sns:eu-west-1:123456789012:asked", "arn:aws:sqs:us-east-1:123456789012:asked"):
        assert refusal(call, TopicArn=arn, **others) == ("InvalidParameter", "Invalid parameter: TopicArn")
    foreign = "arn:aws:sns:us-east-1:111111111111:asked"
    assert refused(call, TopicArn=foreign, **others) == ("AuthorizationError", 403)


def test_a_message_to_nobody(sns):
    sentence = "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"
    assert refusal(sns.publish, Message="m") == ("InvalidParameter", sentence)
    assert refusal(sns.publish, TopicArn=f"{ARN}-not", Message="m") == ("NotFound", "Topic does not exist")


# ---- attributes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"Nonsense": "1"}, "Invalid parameter: Attributes Reason: Unknown attribute Nonsense"),
        ({"Policy": "{"}, "Invalid parameter: Policy Error: null"),
        ({"DisplayName": "a" * 101}, "Invalid parameter: DisplayName"),
        (
            {"ContentBasedDeduplication": "true"},
            "Invalid parameter: Attributes Reason: Content-based deduplication can only be set for FIFO topics",
        ),
        ({"FifoTopic": "true"}, "Invalid parameter: Topic Name Reason: Fifo Topic names must end with .fifo"),
    ],
)
def test_topics_that_are_not_made(sns, attributes, sentence):
    assert refusal(sns.create_topic, Name="never", Attributes=attributes) == ("InvalidParameter", sentence)
    assert f"{ARN[:-5]}never" not in [one["TopicArn"] for one in sns.list_topics()["Topics"]]


@pytest.mark.parametrize("name", ["with space", "a" * 257, "plain.fifo", ""])
def test_names_of_topics(sns, name):
    assert refusal(sns.create_topic, Name=name) == ("InvalidParameter", "Invalid parameter: Topic Name")


def test_a_topic_that_is_made_again_is_the_same(sns, topic):
    assert sns.create_topic(Name="asked")["TopicArn"] == topic
    assert refusal(sns.create_topic, Name="asked", Attributes={"DisplayName": "other"})[1] == (
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
    )
    assert refusal(sns.create_topic, Name="asked", Tags=[{"Key": "a", "Value": "b"}])[1] == (
        "Invalid parameter: Tags Reason: Topic already exists with different tags"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DeliveryPolicy", "{}"),
        ("TracingConfig", "Active"),
        ("SignatureVersion", "2"),
        ("ArchivePolicy", "{}"),
        ("SQSSuccessFeedbackRoleArn", "arn:aws:iam::123456789012:role/r"),
        ("LambdaSuccessFeedbackSampleRate", "10"),
    ],
)
def test_an_attribute_that_would_be_for_nothing_is_refused_by_name(sns, topic, name, value):
    asked = {"TopicArn": topic, "AttributeName": name, "AttributeValue": value}
    code, message = refusal(sns.set_topic_attributes, **asked)
    assert code == "NotImplemented" and message.startswith(f"sns:SetTopicAttributes with the attribute {name} is not")


def test_attributes_that_a_topic_does_not_have(sns, topic):
    for name in ("Nonsense", "FifoTopic", "TopicArn"):
        asked = {"TopicArn": topic, "AttributeName": name, "AttributeValue": "true"}
        assert refusal(sns.set_topic_attributes, **asked) == ("InvalidParameter", "Invalid parameter: AttributeName")
    usual = {"TopicArn": topic, "AttributeName": "TracingConfig", "AttributeValue": "PassThrough"}
    sns.set_topic_attributes(**usual)


# ---- subscriptions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "protocol", ["email", "email-json", "sms", "http", "https", "lambda", "application", "firehose"]
)
def test_a_kind_of_subscription_that_gets_nothing_is_refused_by_name(sns, topic, protocol):
    code, message = refusal(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint="x")
    assert code == "NotImplemented" and message.startswith(f"sns:Subscribe with the protocol {protocol} is not there")
    assert refused(sns.subscribe, TopicArn=topic, Protocol="pigeon", Endpoint="x") == ("InvalidParameter", 400)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"Nonsense": "1"}, "InvalidParameter"),
        ({"FilterPolicy": "{"}, "InvalidParameter"),
        ({"FilterPolicy": "[]"}, "InvalidParameter"),
        ({"FilterPolicy": '{"a": "b"}'}, "InvalidParameter"),
        ({"FilterPolicy": '{"a": [{"looks": "b"}]}'}, "InvalidParameter"),
        ({"FilterPolicy": '{"a": {"b": ["c"]}}'}, "InvalidParameter"),
        ({"FilterPolicy": '{"a": ["b"]}', "FilterPolicyScope": "Everything"}, "InvalidParameter"),
        ({"RawMessageDelivery": "maybe"}, "InvalidParameter"),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "x"}'}, "NotImplemented"),
        ({"DeliveryPolicy": "{}"}, "NotImplemented"),
        ({"SubscriptionRoleArn": "x"}, "NotImplemented"),
        ({"ReplayPolicy": "{}"}, "NotImplemented"),
    ],
)
def test_subscriptions_that_are_not_made(sns, topic, inbox, attributes, code):
    arn, _ = inbox
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}
    assert refused(sns.subscribe, **asked, Attributes=attributes)[0] == code
    assert arn not in [one["Endpoint"] for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]]
    which = {"SubscriptionArn": sns.subscribe(**asked)["SubscriptionArn"]}
    for name, value in list(attributes.items())[-1:]:
        assert refused(sns.set_subscription_attributes, **which, AttributeName=name, AttributeValue=value)[0] == code
    sns.unsubscribe(**which)


def test_queues_that_a_topic_does_not_reach(sns, topic):
    for endpoint in ("queue", "arn:aws:lambda:us-east-1:123456789012:function:f"):
        asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": endpoint}
        assert refusal(sns.subscribe, **asked) == ("InvalidParameter", "Invalid parameter: SQS endpoint ARN")
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:q.fifo"}
    assert refusal(sns.subscribe, **asked)[1].endswith("FIFO SQS Queues can not be subscribed to standard SNS topics")


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (["a", "b"], ["a"]),
        ([{"prefix": "a"}], ["a", "ab"]),
        ([{"suffix": "b"}], ["ab"]),
        ([{"anything-but": ["a"]}], ["ab", "B"]),
        ([{"anything-but": {"prefix": "a"}}], ["B"]),
        ([{"equals-ignore-case": "b"}], ["B"]),
        ([{"exists": True}], ["a", "ab", "B"]),
    ],
)
def test_a_subscription_gets_what_its_filter_means(sns, topic, inbox, rule, values):
    arn, bodies = inbox
    attributes = {"FilterPolicy": json.dumps({"kind": rule}), "RawMessageDelivery": "true"}
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    for value in ("a", "ab", "B"):
        kind = {"kind": {"DataType": "String", "StringValue": value}}
        sns.publish(TopicArn=topic, Message=value, MessageAttributes=kind)
    sns.publish(TopicArn=topic, Message="of no kind")
    assert sorted(bodies()) == sorted(values)
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])


def test_settings_of_a_subscription_hold_from_then_on(sns, topic, inbox):
    arn, bodies = inbox
    which = {"SubscriptionArn": sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]}

    def set_to(name: str, value: str) -> None:
        sns.set_subscription_attributes(**which, AttributeName=name, AttributeValue=value)

    sns.publish(TopicArn=topic, Message="whole")
    assert json.loads(bodies()[0])["Message"] == "whole"
    set_to("RawMessageDelivery", "true")
    set_to("FilterPolicy", '{"a": ["b"]}')
    set_to("FilterPolicyScope", "MessageBody")
    sns.publish(TopicArn=topic, Message='{"a": "c"}')
    sns.publish(TopicArn=topic, Message='{"a": "b"}')
    assert bodies() == ['{"a": "b"}']
    set_to("RawMessageDelivery", "false")
    set_to("FilterPolicy", "")
    sns.publish(TopicArn=topic, Message="whole again")
    assert json.loads(bodies()[0])["Message"] == "whole again"
    sns.unsubscribe(**which)


# ---- messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"Message": ""}, "Invalid parameter: Empty message"),
        ({"Message": "a" * 262_145}, "Invalid parameter: Message too long"),
        ({"Subject": "a" * 101}, "Invalid parameter: Subject"),
        ({"Subject": "a\nb"}, "Invalid parameter: Subject"),
        ({"Subject": "ü"}, "Invalid parameter: Subject"),
        (
            {"MessageStructure": "json"},
            "Invalid parameter: Message Structure - JSON message body failed to parse",
        ),
        (
            {"MessageStructure": "json", "Message": '{"sqs": "x"}'},
            "Invalid parameter: Message Structure - No default entry in JSON message body",
        ),
        (
            {"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}},
            "Could not cast message attribute 'a' value to number.",
        ),
    ],
)
def test_messages_that_are_none(sns, topic, message, sentence):
    assert refusal(sns.publish, **{"TopicArn": topic, "Message": "m", **message})[1] == sentence


def test_messages_that_go_nowhere_are_refused_by_name(sns):
    code, message = refusal(sns.publish, PhoneNumber="+15551234567", Message="m")
    assert code == "NotImplemented" and message.startswith("sns:Publish with PhoneNumber is not there")
    endpoint = "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/app/1"
    assert refused(sns.publish, TargetArn=endpoint, Message="m") == ("NotImplemented", 501)


def test_a_message_in_an_order_has_a_group(sns):
    arn = sns.create_topic(Name="asked.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    sentence = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    assert refusal(sns.publish, TopicArn=arn, Message="m") == ("InvalidParameter", sentence)

"""SNS, asked about what is no topic's ARN: the words are AWS's, and nothing breaks down."""

from __future__ import annotations

import pytest

from tests.refusals import refusal
from tests.unchecked import client


@pytest.mark.parametrize(
    ("operation", "others"),
    [
        ("publish", {"Message": "m"}),
        ("get_topic_attributes", {}),
        ("subscribe", {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:queue"}),
        ("delete_topic", {}),
    ],
)
def test_what_is_no_arn(aws, operation, others):
    refused = refusal(getattr(client("sns", aws.endpoint_url), operation), TopicArn="topic", **others)
    sentence = "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"
    assert refused == ("InvalidParameter", sentence)


def test_a_message_to_nobody(aws):
    sentence = "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"
    assert refusal(client("sns", aws.endpoint_url).publish, Message="m") == ("InvalidParameter", sentence)

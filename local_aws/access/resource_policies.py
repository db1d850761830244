"""The policies that stand at queues and topics, read through the public APIs as an administrator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.access.policy import Policy


def policy_at(client: Callable[[str], Any], service: str, params: dict[str, Any]) -> Policy | None:
    """The policy of the queue or topic that a call of SQS or SNS names; None for other calls and where there is none.

    Args:
        client: gives an administrator's client of an API by botocore's name.
    """
    try:
        if service == "sqs" and "QueueUrl" in params:
            url = params["QueueUrl"]
            found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        elif service == "sns" and "TopicArn" in params:
            found = client("sns").get_topic_attributes(TopicArn=params["TopicArn"])
        else:
            return None
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        return None
    text = found.get("Attributes", {}).get("Policy")
    return json.loads(text) if text else None

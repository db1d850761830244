"""No service takes tags under keys that are AWS's own, nor one key twice."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError


def asks(aws: Any, tags: list[tuple[str, str]]) -> dict[str, Any]:
    """By service, a call that makes something with tags."""
    name, capital = f"tagged-{secrets.token_hex(4)}", [{"Key": key, "Value": value} for key, value in tags]
    small = [{"key": key, "value": value} for key, value in tags]
    of_kms = [{"TagKey": key, "TagValue": value} for key, value in tags]
    return {
        "events": lambda: aws.client("events").create_event_bus(Name=name, Tags=capital),
        "kms": lambda: aws.client("kms").create_key(Tags=of_kms),
        "iam": lambda: aws.client("iam").create_user(UserName=name, Tags=capital),
        "logs": lambda: aws.client("logs").create_log_group(logGroupName=name, tags=dict(tags)),
        "sagemaker": lambda: aws.client("sagemaker").add_tags(
            ResourceArn="arn:aws:sagemaker:us-east-1:123456789012:model/m", Tags=capital
        ),
        "scheduler": lambda: aws.client("scheduler").create_schedule_group(Name=name, Tags=capital),
        "secretsmanager": lambda: aws.client("secretsmanager").create_secret(Name=name, Tags=capital),
        "sns": lambda: aws.client("sns").create_topic(Name=name, Tags=capital),
        "sqs": lambda: aws.client("sqs").create_queue(QueueName=name, tags=dict(tags)),
        "ssm": lambda: aws.client("ssm").put_parameter(Name=f"/{name}", Value="v", Type="String", Tags=capital),
        "stepfunctions": lambda: aws.client("stepfunctions").create_activity(name=name, tags=small),
    }


@pytest.mark.parametrize("service", asks(None, []))
def test_a_key_of_aws_s_own(aws, service):
    for key in ("aws:createdBy", "AWS:x"):
        with pytest.raises(ClientError, match="aws: prefixed tag key names are not allowed for external use"):
            asks(aws, [("team", "a"), (key, "b")])[service]()
    asks(aws, [("aws", "a"), ("team/aws:x", "b")]).pop("iam")()


@pytest.mark.parametrize("service", sorted(asks(None, []).keys() - {"logs", "sqs"}))
def test_a_key_that_is_there_twice(aws, service):
    with pytest.raises(ClientError, match=r"Tag keys must be unique: team is there twice|Duplicate tag keys found"):
        asks(aws, [("team", "a"), ("team", "b")])[service]()

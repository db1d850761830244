"""The policies at queues, topics, log groups, keys and secrets, read through the public APIs as an administrator."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.access.policy import Policy
from local_aws.call import Call

Client = Callable[[str, str | None], Any]


def policy_at(client: Client, call: Call, params: dict[str, Any]) -> Policy | None:
    """The policy of the resource that a call names; None for other calls and where there is none.

    Args:
        client: gives an administrator's client of an API by botocore's name, in a region.
    """
    try:
        text = _text(client, call.service, params, call.region)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        return None
    return read(text) if text else None


def _text(client: Client, service: str, params: dict[str, Any], region: str) -> str | None:
    if service == "sqs" and "QueueUrl" in params:
        url = params["QueueUrl"]
        found = client("sqs", region).get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        return found.get("Attributes", {}).get("Policy")
    topic = params.get("TopicArn") or params.get("TargetArn") or params.get("ResourceArn")
    if service == "sns" and topic:
        return client("sns", region).get_topic_attributes(TopicArn=topic).get("Attributes", {}).get("Policy")
    key = params.get("KeyId") or params.get("TargetKeyId")
    if service == "kms" and key:
        key = client("kms", region).describe_key(KeyId=key)["KeyMetadata"]["KeyId"]
        return client("kms", region).get_key_policy(KeyId=key, PolicyName="default").get("Policy")
    if service == "logs":
        policies = client("logs", region).describe_resource_policies().get("resourcePolicies", [])
        return _together([policy["policyDocument"] for policy in policies])
    if service == "secretsmanager" and "SecretId" in params:
        return client("secretsmanager", region).get_resource_policy(SecretId=params["SecretId"]).get("ResourcePolicy")
    return None


def _together(texts: list[str]) -> str | None:
    """Several policies as one: CloudWatch Logs has them for the account, each about groups of its choice."""
    found = [policy for policy in map(read, texts) if policy is not None]
    statements = [policy.get("Statement", []) for policy in found]
    lists = [each if isinstance(each, list) else [each] for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": [*itertools.chain(*lists)]}) if found else None


def read(text: str) -> Policy | None:
    """A policy's text as a document; None for what isn't one, which the service should have refused."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

"""The policies that stand at resources of moto's services: buckets, queues and topics.

Read through the public APIs, as an administrator. A bucket's is remembered, since every request to S3 under a
role needs it; whoever changes one has to `forget` it (the gateway sees all changes).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.access.policy import Policy

_NO_POLICY = {"NoSuchBucketPolicy", "NoSuchBucket"}


class ResourcePolicies:
    """Reads the resource-based policies of buckets, queues and topics.

    Args:
        client: gives an administrator's client of an API by botocore's name.
    """

    def __init__(self, client: Callable[[str], Any]):
        self._client = client
        self._lock = threading.Lock()
        self._buckets: dict[str, Policy | None] = {}
        self._generation = 0

    def of_bucket(self, name: str) -> Policy | None:
        """A bucket's policy, None where it or the bucket isn't there."""
        with self._lock:
            if name in self._buckets:
                return self._buckets[name]
            generation = self._generation
        policy = self._read_bucket(name)
        with self._lock:
            if generation == self._generation:
                self._buckets[name] = policy
        return policy

    def forget(self, bucket: str) -> None:
        """A bucket's policy has changed."""
        with self._lock:
            self._buckets.pop(bucket, None)
            self._generation += 1

    def of(self, service: str, params: dict[str, Any]) -> Policy | None:
        """The policy of the queue or topic that a call of SQS or SNS names; None for other services and calls."""
        try:
            if service == "sqs" and "QueueUrl" in params:
                url = params["QueueUrl"]
                found = self._client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
            elif service == "sns" and "TopicArn" in params:
                found = self._client("sns").get_topic_attributes(TopicArn=params["TopicArn"])
            else:
                return None
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            return None
        text = found.get("Attributes", {}).get("Policy")
        return json.loads(text) if text else None

    def _read_bucket(self, name: str) -> Policy | None:
        try:
            return json.loads(self._client("s3").get_bucket_policy(Bucket=name)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_POLICY:
                return None
            raise

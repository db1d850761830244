"""A function's S3 triggers through boto3: read, added, removed; and what passes their filters.

Source: Lambda developer guide, "Using an Amazon S3 trigger"; S3 user guide, "Event notification types" and
"Filtering event notifications using object key names".
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

ALL = "s3:ObjectCreated:*"
EVENT_TYPES = {
    ALL: "All object create events",
    "s3:ObjectCreated:Put": "PUT",
    "s3:ObjectCreated:Post": "POST",
    "s3:ObjectCreated:Copy": "COPY",
    "s3:ObjectCreated:CompleteMultipartUpload": "Multipart upload completed",
}
"""What S3 reports of objects that come into being, as the console calls it."""

PUT = "s3:ObjectCreated:Put"
_SPREADING_SECONDS = 30


@dataclass(frozen=True)
class Filter:
    """Which events of a bucket call the function: their types, and how the object's key begins and ends."""

    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def obstacles(self, key: str, event: str = PUT) -> list[str]:
        """Why an object with this key, made in this way, would not fire; empty where it would."""
        found = []
        if event not in self.events and ALL not in self.events:
            found.append(f"{EVENT_TYPES[event]} is not among the event types")
        if not key.startswith(self.prefix):
            found.append(f"the key does not begin with {self.prefix}{_by_case(key.lower().startswith, self.prefix)}")
        if not key.endswith(self.suffix):
            found.append(f"the key does not end with {self.suffix}{_by_case(key.lower().endswith, self.suffix)}")
        return found

    def row(self) -> tuple[str, str, str]:
        """Event types, prefix and suffix, as cells of a table."""
        names = ", ".join(EVENT_TYPES.get(event, event) for event in self.events)
        return (names, self.prefix or "any", self.suffix or "any")


@dataclass(frozen=True)
class Trigger:
    """A trigger as the bucket has it."""

    id: str
    function_arn: str
    filter: Filter


class BucketTriggers:
    """What the panel does with a function's triggers, through boto3."""

    def __init__(self, function: str):
        self.function = function
        self._s3, self._lambda = boto3.client("s3"), boto3.client("lambda")

    def buckets(self) -> list[str]:
        """The account's buckets."""
        return [bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]]

    def read(self, bucket: str) -> list[Trigger]:
        """The triggers of a bucket that call Lambda functions, this one or another."""
        return [_trigger(one) for one in self._notification(bucket).get("LambdaFunctionConfigurations", [])]

    def add(self, bucket: str, wanted: Filter) -> None:
        """Allow the bucket to call the function, then tell it when, as the console does.

        Raises:
            ClientError: AWS refuses either, such as for a trigger that overlaps with one that is there.
        """
        arn = self._lambda.get_function_configuration(FunctionName=self.function)["FunctionArn"]
        self._allow(bucket, account=arn.split(":")[4])
        configuration = self._notification(bucket)
        configuration.setdefault("LambdaFunctionConfigurations", []).append(notification(arn, wanted))
        _once_spread(lambda: self._put(bucket, configuration))

    def remove(self, bucket: str, trigger: Trigger) -> None:
        """Make the bucket forget a trigger; the function stops allowing the bucket when it was the last."""
        configuration = self._notification(bucket)
        ours = configuration.get("LambdaFunctionConfigurations", [])
        configuration["LambdaFunctionConfigurations"] = [one for one in ours if one["Id"] != trigger.id]
        self._put(bucket, configuration)
        left = {one["LambdaFunctionArn"] for one in configuration["LambdaFunctionConfigurations"]}
        if trigger.function_arn not in left:
            self._disallow(bucket, trigger.function_arn)

    def _notification(self, bucket: str) -> dict[str, Any]:
        found = self._s3.get_bucket_notification_configuration(Bucket=bucket)
        del found["ResponseMetadata"]
        for one in (one for name, ones in found.items() if name.endswith("Configurations") for one in ones):
            for rule in one.get("Filter", {}).get("Key", {}).get("FilterRules", []):
                # S3 answers `Prefix`; what it takes is `prefix`.
                rule["Name"] = rule["Name"].lower()
        return found

    def _put(self, bucket: str, configuration: dict[str, Any]) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)

    def _allow(self, bucket: str, account: str) -> None:
        # A conflict: the bucket is allowed already.
        with contextlib.suppress(self._lambda.exceptions.ResourceConflictException):
            self._lambda.add_permission(
                FunctionName=self.function,
                StatementId=_statement_id(bucket),
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
                SourceArn=f"arn:aws:s3:::{bucket}",
                SourceAccount=account,
            )

    def _disallow(self, bucket: str, function_arn: str) -> None:
        # Not found: the function is gone, or the permission has another name and was given by somebody else.
        with contextlib.suppress(self._lambda.exceptions.ResourceNotFoundException):
            self._lambda.remove_permission(FunctionName=function_arn, StatementId=_statement_id(bucket))


def _statement_id(bucket: str) -> str:
    return f"trigger-{bucket.replace('.', '-')}"


def notification(function_arn: str, wanted: Filter) -> dict[str, Any]:
    """A trigger as PutBucketNotificationConfiguration takes it."""
    rules = [{"Name": n, "Value": v} for n, v in (("prefix", wanted.prefix), ("suffix", wanted.suffix)) if v]
    made: dict[str, Any] = {"LambdaFunctionArn": function_arn, "Events": list(wanted.events)}
    return made | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def outputs_of(key: str, templates: str) -> list[str]:
    """The keys that a function would write for an object, a line of the templates each.

    `{folder}` stands for the key up to its last slash, `{name}` for the file's name up to its first dot.
    """
    folder, slash, file = key.rpartition("/")
    lines = (line.strip() for line in templates.splitlines())
    name = file.partition(".")[0]
    return [line.replace("{folder}", folder + slash).replace("{name}", name) for line in lines if line]


def _by_case(matches: Callable[[str], bool], wanted: str) -> str:
    return " (case counts)" if matches(wanted.lower()) else ""


def _trigger(configuration: dict[str, Any]) -> Trigger:
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    values = {rule["Name"]: rule["Value"] for rule in rules}
    wanted = Filter(tuple(configuration["Events"]), values.get("prefix", ""), values.get("suffix", ""))
    return Trigger(configuration["Id"], configuration["LambdaFunctionArn"], wanted)


def _once_spread(put: Callable[[], None]) -> None:
    """Try until the function's new permission has reached S3, which takes some seconds on a real account."""
    deadline, pause = time.monotonic() + _SPREADING_SECONDS, 1.0
    while True:
        try:
            return put()
        except ClientError as error:
            spreading = "Unable to validate" in error.response["Error"].get("Message", "")
            if not spreading or time.monotonic() > deadline:
                raise
        time.sleep(pause)

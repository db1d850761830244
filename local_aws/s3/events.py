"""What an upload sets off: bucket notifications, from their configuration to the call that delivers them.

Owns each bucket's notification configuration (moto never learns of it, so that its own notifier stays idle),
checks it as S3 does, and after a successful Put, Post, Copy, CompleteMultipartUpload or Delete delivers the
event record in the background: to Lambda as an asynchronous invocation, to SQS and SNS as a message. A call that
fails is made again with a growing pause for as long as the process lives: at least once, order not guaranteed.

Source: S3 user guide, "Amazon S3 Event Notifications" and "Event message structure"; recorded records and errors.
EventBridge as a destination isn't there and is refused by name.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from botocore.exceptions import ClientError

from local_aws.access.roles import traced
from local_aws.call import ApiError, Call
from local_aws.house import Host, Service
from local_aws.matching import like
from local_aws.s3.buckets import require_bucket
from local_aws.wire import api_for

log = logging.getLogger(__name__)

_KINDS = {
    "LambdaFunctionConfigurations": ("LambdaFunctionArn", "lambda"),
    "QueueConfigurations": ("QueueArn", "sqs"),
    "TopicConfigurations": ("TopicArn", "sns"),
}
_ARN = re.compile(r"arn:aws[a-z-]*:(lambda|sqs|sns):([a-z0-9-]+):(\d{12}):(.+)")
_EVENT_TYPES = set(api_for("s3").model.shape_for("Event").enum)
_UNABLE = "Unable to validate the following destination configurations"
_LONGEST_PAUSE = 300.0


@dataclass(frozen=True)
class Change:
    """One object that was created or removed, as its event tells it."""

    event: str
    bucket: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None


class S3Events(Service):
    """The notification part of S3: two operations of its API, and the delivery of events."""

    name = "s3"

    def __init__(self, host: Host):
        super().__init__(host)
        self._configurations: dict[str, dict[str, Any]] = {}
        self._queue = _Deliveries()

    def close(self) -> None:
        """Stop delivering; what is not delivered yet is lost with the process."""
        self._queue.close()

    # ---- the API -------------------------------------------------------------------------------------

    def get_bucket_notification_configuration(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """A bucket's notification configuration; empty where it has none."""
        require_bucket(self.host, Bucket)
        return self._configurations.get(Bucket, {})

    def put_bucket_notification_configuration(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        NotificationConfiguration: dict[str, Any],  # noqa: N803
        SkipDestinationValidation: bool = False,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Replace a bucket's whole notification configuration.

        Raises:
            ApiError: `InvalidArgument` for a destination that can't be reached or parsed, for overlapping rules
                and for a filter that isn't one; `NoSuchBucket`.
        """
        require_bucket(self.host, Bucket)
        if "EventBridgeConfiguration" in NotificationConfiguration:
            raise ApiError("NotImplemented", "the embedded AWS doesn't deliver S3 events to EventBridge", 501)
        configuration = {kind: list(NotificationConfiguration.get(kind, [])) for kind in _KINDS}
        rules = [(kind, rule) for kind in _KINDS for rule in configuration[kind]]
        _check_rules(rules)
        if not SkipDestinationValidation:
            self._check_destinations(Bucket, rules)
        for _, rule in rules:
            rule.setdefault("Id", secrets.token_urlsafe(36))
            for filter_rule in _filter_rules(rule):
                filter_rule["Name"] = filter_rule["Name"].title()
        self._configurations[Bucket] = {kind: rules for kind, rules in configuration.items() if rules}
        return {}

    # ---- what the gateway tells ----------------------------------------------------------------------

    def watches(self, bucket: str) -> bool:
        """Whether anything is to be told of this bucket's objects."""
        return bool(self._configurations.get(bucket))

    def bucket_deleted(self, bucket: str) -> None:
        """Forget a bucket's configuration."""
        self._configurations.pop(bucket, None)

    def happened(self, call: Call, change: Change) -> None:
        """Queue the event of a change for every rule that it matches. Returns at once."""
        for kind, rules in self._configurations.get(change.bucket, {}).items():
            for rule in rules:
                if _matches(rule, change):
                    arn = rule[_KINDS[kind][0]]
                    event = {"Records": [_record(call, change, rule["Id"])]}
                    self._queue.add(lambda arn=arn, event=event: self._deliver(call, change.bucket, arn, event))

    # ---- destinations --------------------------------------------------------------------------------

    def _check_destinations(self, bucket: str, rules: list[tuple[str, dict]]) -> None:
        faults = []
        for kind, rule in rules:
            arn = rule[_KINDS[kind][0]]
            try:
                self._probe(bucket, arn)
            except ClientError as error:
                log.info("destination %s refused: %s", arn, error)
                faults.append(arn)
        if faults:
            members: dict[str, str] = {}
            for number, arn in enumerate(faults, start=1):
                target = "invoke function" if ":lambda:" in arn else "publish to"
                members[f"ArgumentName{number}"] = f"{arn}, null"
                members[f"ArgumentValue{number}"] = f"Not authorized to {target} [{arn}]"
            raise ApiError("InvalidArgument", _UNABLE, 400, **members)

    def _probe(self, bucket: str, arn: str) -> None:
        """Ask for the right to deliver: Lambda by a dry run, SQS and SNS by S3's test message."""
        service = _ARN.match(arn).group(1)
        if service == "lambda":
            self._client(bucket, service).invoke(FunctionName=arn, InvocationType="DryRun")
            return
        test = {
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": _time(datetime.now(UTC)),
            "Bucket": bucket,
            "RequestId": secrets.token_hex(8).upper(),
            "HostId": secrets.token_urlsafe(40),
        }
        self._send(bucket, arn, test)

    def _deliver(self, call: Call, bucket: str, arn: str, event: dict) -> None:
        with traced(call.trace_header):
            self._send(bucket, arn, event)

    def _send(self, bucket: str, arn: str, message: dict) -> None:
        service, _, account, resource = _ARN.match(arn).groups()
        client, body = self._client(bucket, service), json.dumps(message)
        if service == "lambda":
            client.invoke(FunctionName=arn, InvocationType="Event", Payload=body)
        elif service == "sqs":
            url = f"{self.host.endpoint_url}/{account}/{resource}"
            client.send_message(QueueUrl=url, MessageBody=body)
        else:
            client.publish(TopicArn=arn, Message=body, Subject="Amazon S3 Notification")

    def _client(self, bucket: str, service: str) -> Any:
        return self.host.roles.service_client(
            service,
            service="s3.amazonaws.com",
            source_arn=f"arn:aws:s3:::{bucket}",
            source_account=self.host.account,
        )


class _Deliveries:
    """A queue worked off by a few threads; what fails is tried again after a pause that doubles."""

    def __init__(self) -> None:
        self._workers = ThreadPoolExecutor(4, thread_name_prefix="s3-events")
        self._later: list[tuple[float, int, Any, float]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._mind_later, name="s3-events-later", daemon=True).start()

    def add(self, deliver: Any, pause: float = 1.0) -> None:
        with contextlib.suppress(RuntimeError):  # the pool is closing: the process ends
            self._workers.submit(self._try, deliver, pause)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _try(self, deliver: Any, pause: float) -> None:
        try:
            deliver()
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status < 500 and status != 429:
                log.warning("an S3 event can't be delivered and is dropped: %s", error)
                return
            self._again(deliver, pause, error)
        except Exception as error:  # at least once: whatever went wrong, the event isn't lost
            self._again(deliver, pause, error)

    def _again(self, deliver: Any, pause: float, error: Exception) -> None:
        log.warning("an S3 event wasn't delivered, again in %.0f s: %s", pause, error)
        with self._changed:
            entry = (time.monotonic() + pause, next(self._order), deliver, min(2 * pause, _LONGEST_PAUSE))
            heapq.heappush(self._later, entry)
            self._changed.notify_all()

    def _mind_later(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                due = self._later[0][0] - time.monotonic() if self._later else None
                if due is None or due > 0:
                    self._changed.wait(due)
                    continue
                _, _, deliver, pause = heapq.heappop(self._later)
            self.add(deliver, pause)


# ---- rules -------------------------------------------------------------------------------------------


def _check_rules(rules: list[tuple[str, dict[str, Any]]]) -> None:
    """Refuse, in S3's words, what can be seen to be wrong without asking anybody."""
    for kind, rule in rules:
        _check_rule(kind, rule)
    ids = [rule["Id"] for _, rule in rules if rule.get("Id")]
    if len(ids) > len(set(ids)):
        raise ApiError("InvalidArgument", "Same ID used for multiple configurations. IDs must be unique.", 400)
    _check_overlaps([rule for _, rule in rules])


def _check_rule(kind: str, rule: dict[str, Any]) -> None:
    for event in rule["Events"]:
        if event not in _EVENT_TYPES:
            message = "The event is not supported for notifications"
            raise ApiError("InvalidArgument", message, 400, ArgumentName="Event", ArgumentValue=event)
    arn = rule[_KINDS[kind][0]]
    found = _ARN.fullmatch(arn)
    if found is None or found.group(1) != _KINDS[kind][1]:
        raise ApiError(
            "InvalidArgument",
            "The ARN could not be parsed",
            400,
            ArgumentName=_KINDS[kind][0],
            ArgumentValue=arn,
        )
    names = [filter_rule.get("Name", "").lower() for filter_rule in _filter_rules(rule)]
    if any(name not in {"prefix", "suffix"} for name in names):
        message = "filter rule name must be either prefix or suffix"
        raise ApiError("InvalidArgument", message, 400, ArgumentName="FilterRule.Name", ArgumentValue=names[0])
    for name in ("prefix", "suffix"):
        if names.count(name) > 1:
            message = f"Cannot specify more than one {name} rule in a filter."
            raise ApiError("InvalidArgument", message, 400, ArgumentName="FilterRule.Name", ArgumentValue=name)


def _check_overlaps(rules: list[dict[str, Any]]) -> None:
    """Two rules may not be meant by one object and one event type."""
    for one, other in itertools.combinations(rules, 2):
        if not any(_types_meet(a, b) for a in one["Events"] for b in other["Events"]):
            continue
        (prefix, suffix), (prefix2, suffix2) = _affixes(one), _affixes(other)
        prefixes_meet = prefix.startswith(prefix2) or prefix2.startswith(prefix)
        suffixes_meet = suffix.endswith(suffix2) or suffix2.endswith(suffix)
        if prefixes_meet and suffixes_meet:
            message = (
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
                "if the prefixes are overlapping for the same event type."
            )
            raise ApiError("InvalidArgument", message, 400)


def _types_meet(one: str, other: str) -> bool:
    return like(one, other) or like(other, one)


def _filter_rules(rule: dict[str, Any]) -> list[dict[str, str]]:
    return rule.get("Filter", {}).get("Key", {}).get("FilterRules", [])


def _affixes(rule: dict[str, Any]) -> tuple[str, str]:
    values = {found["Name"].lower(): found.get("Value", "") for found in _filter_rules(rule)}
    return values.get("prefix", ""), values.get("suffix", "")


def _matches(rule: dict[str, Any], change: Change) -> bool:
    prefix, suffix = (_plain(text) for text in _affixes(rule))
    if not (change.key.startswith(prefix) and change.key.endswith(suffix)):
        return False
    return any(like(f"s3:{change.event}", pattern) for pattern in rule["Events"])


def _plain(text: str) -> str:
    """A filter's value as keys are: special characters are given form-encoded."""
    return unquote_plus(text)


# ---- the record --------------------------------------------------------------------------------------

_ticks: Iterator[int] = itertools.count(time.time_ns())


def _record(call: Call, change: Change, rule_id: str) -> dict[str, Any]:
    described: dict[str, Any] = {"key": quote_plus(change.key, safe="/")}
    if change.size is not None:
        described["size"] = change.size
    if change.etag is not None:
        described["eTag"] = change.etag
    if change.version_id is not None:
        described["versionId"] = change.version_id
    about_object = change.event.startswith(("ObjectCreated", "ObjectRemoved"))
    if about_object:
        described["sequencer"] = f"{next(_ticks):018X}"
    return {
        "eventVersion": "2.1" if about_object else "2.3",
        "eventSource": "aws:s3",
        "awsRegion": call.region,
        "eventTime": _time(datetime.now(UTC)),
        "eventName": change.event,
        "userIdentity": {"principalId": f"AWS:{call.principal.user_id}"},
        "requestParameters": {"sourceIPAddress": call.source_ip},
        "responseElements": {"x-amz-request-id": call.request_id, "x-amz-id-2": secrets.token_urlsafe(56)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule_id,
            "bucket": {
                "name": change.bucket,
                "ownerIdentity": {"principalId": "A3LOCALAWSOWNER"},
                "arn": f"arn:aws:s3:::{change.bucket}",
            },
            "object": described,
        },
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

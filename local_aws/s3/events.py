"""What an upload sets off: bucket notifications, from their configuration to the call that delivers them.

Owns each bucket's notification configuration (moto never learns of it, so that its own notifier stays idle),
checks it as S3 does, and after a successful Put, Post, Copy, CompleteMultipartUpload or Delete delivers the
event record in the background: to Lambda as an asynchronous invocation, to SQS and SNS as a message, to EventBridge as
news.

Source: S3 user guide, "Amazon S3 Event Notifications" and "Using EventBridge"; recorded errors.
"""

from __future__ import annotations

import functools
import itertools
import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.access.roles import traced
from local_aws.call import ApiError, Call
from local_aws.deliveries import Deliveries
from local_aws.house import Host, Records, Service, Shelf
from local_aws.lag import Kind
from local_aws.s3.buckets import require_bucket
from local_aws.s3.event_record import Change, now, record
from local_aws.s3.news import news
from local_aws.s3.notification_rules import KINDS, check_rules, destination, filter_rules, matches

log = logging.getLogger(__name__)

_RECORDS, _DELIVERIES = "s3/notifications", "s3/deliveries"
_Delivery = dict[str, Any]
"""A delivery under way: the call's trace header and region, the bucket, the destination, and the event's text."""
_UNABLE = "Unable to validate the following destination configurations"


class S3Events(Service):
    """The notification part of S3: two operations of its API, and the delivery of events."""

    name = "s3"

    def __init__(self, host: Host):
        super().__init__(host)
        self._configurations: dict[str, dict[str, Any]] = {}
        self._queue = Deliveries("an S3 event")
        self._waiting: dict[str, _Delivery] = {}

    def shelves(self) -> Iterable[Shelf]:
        return (
            Records(self.host.kind(_RECORDS), self._configurations.get, self._configurations.__setitem__),
            Records(self.host.kind(_DELIVERIES), self._waiting.get, self._waiting.__setitem__),
        )

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        return ((_RECORDS, params["Bucket"]),)

    def resumed(self) -> None:
        for name, waiting in list(self._waiting.items()):
            self._deliver_soon(name, waiting)

    def close(self) -> None:
        """Stop delivering; what is not delivered yet is lost with the process, unless its state is kept."""
        self._queue.close()

    # ---- the API -------------------------------------------------------------------------------------

    def get_bucket_notification_configuration(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """A bucket's notification configuration; empty where it has none."""
        require_bucket(Bucket)
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
        require_bucket(Bucket)
        configuration = {kind: list(NotificationConfiguration.get(kind, [])) for kind in KINDS}
        rules = [(kind, rule) for kind in KINDS for rule in configuration[kind]]
        check_rules(rules, call.region)
        if not SkipDestinationValidation:
            self._check_destinations(call, Bucket, rules)
        for rule in itertools.chain(*configuration.values()):
            rule.setdefault("Id", secrets.token_urlsafe(36))
            for each in filter_rules(rule):
                each["Name"] = each["Name"].title()
        kept: dict[str, Any] = {kind: found for kind, found in configuration.items() if found}
        if "EventBridgeConfiguration" in NotificationConfiguration:
            kept["EventBridgeConfiguration"] = {}
        self._configurations[Bucket] = kept
        return {}

    # ---- what the gateway tells ----------------------------------------------------------------------

    def watches(self, bucket: str) -> bool:
        """Whether anything is to be told of this bucket's objects."""
        return bool(self._configurations.get(bucket))

    def bucket_deleted(self, bucket: str) -> None:
        """Forget a bucket's configuration."""
        self._configurations.pop(bucket, None)
        self.host.changed(_RECORDS, bucket)

    def happened(self, call: Call, change: Change) -> None:
        """Queue the event of a change for every rule that it matches. Returns at once."""
        configuration = self._configurations.get(change.bucket, {})
        if "EventBridgeConfiguration" in configuration:
            self.host.announcer.tell(call.region, lambda: news(call, change))
        for kind in KINDS:
            for rule in configuration.get(kind, []):
                if matches(rule, change):
                    arn = rule[KINDS[kind][0]]
                    event = {"Records": [record(call, change, rule["Id"])]}
                    self._queue_delivery(call, change, arn, json.dumps(event))

    def _queue_delivery(self, call: Call, change: Change, arn: str, event: str) -> None:
        """Queue a delivery; where AWS is late also later, and now and then twice."""
        name = secrets.token_hex(16)
        waiting = {"trace": call.trace_header, "region": call.region, "bucket": change.bucket, "arn": arn}
        self._waiting[name] = waiting = waiting | {"event": event}
        self.host.changed(_DELIVERIES, name)
        of = f"{change.bucket}/{change.key}"
        for _ in range(2 if self.host.lag.happens(Kind.S3_EVENT, of) else 1):
            self.host.lag.later(Kind.S3_EVENT, of, functools.partial(self._deliver_soon, name, waiting))

    def _deliver_soon(self, name: str, waiting: _Delivery) -> None:
        self._queue.add(functools.partial(self._deliver, waiting), functools.partial(self._done, name))

    # ---- destinations --------------------------------------------------------------------------------

    def _check_destinations(self, call: Call, bucket: str, rules: list[tuple[str, dict[str, Any]]]) -> None:
        faults = []
        for kind, rule in rules:
            arn = rule[KINDS[kind][0]]
            try:
                self._probe(call, bucket, arn)
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

    def _probe(self, call: Call, bucket: str, arn: str) -> None:
        """Ask for the right to deliver: Lambda by a dry run, SQS and SNS by S3's test message."""
        if destination(arn)[0] == "lambda":
            self._client(call.region, bucket, "lambda").invoke(FunctionName=arn, InvocationType="DryRun")
            return
        test = {
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": now(),
            "Bucket": bucket,
            "RequestId": secrets.token_hex(8).upper(),
            "HostId": secrets.token_urlsafe(40),
        }
        self._send(call.region, bucket, arn, json.dumps(test))

    def _deliver(self, waiting: _Delivery) -> None:
        with traced(waiting["trace"]):
            self._send(waiting["region"], waiting["bucket"], waiting["arn"], waiting["event"])

    def _done(self, name: str) -> None:
        self._waiting.pop(name, None)
        self.host.changed(_DELIVERIES, name)

    def _send(self, region: str, bucket: str, arn: str, body: str) -> None:
        service, account, resource = destination(arn)
        client = self._client(region, bucket, service)
        if service == "lambda":
            client.invoke(FunctionName=arn, InvocationType="Event", Payload=body)
        elif service == "sqs":
            url = f"{self.host.endpoint_url}/{account}/{resource}"
            client.send_message(QueueUrl=url, MessageBody=body)
        else:
            client.publish(TopicArn=arn, Message=body, Subject="Amazon S3 Notification")

    def _client(self, region: str, bucket: str, service: str) -> Any:
        """A client in the bucket's region, which is that of the call."""
        return self.host.roles.in_region(region).service_client(
            service,
            service="s3.amazonaws.com",
            source_arn=f"arn:aws:s3:::{bucket}",
            source_account=self.host.account,
        )

"""What the tests of EventBridge and of its Scheduler share: a queue that a service may send to, and what arrived."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

ACCOUNT = "123456789012"


class Inbox:
    """A queue that EventBridge may send to."""

    def __init__(
        self, aws: Any, name: str | None = None, *, principal: str = "events.amazonaws.com", open_: bool = True
    ):
        self._sqs, name = aws.client("sqs"), name or f"inbox-{secrets.token_hex(4)}"
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if name.endswith(".fifo") else {}
        self.url = self._sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        if open_:
            self.open(principal)
        self.messages: list[dict[str, Any]] = []

    def open(self, principal: str) -> None:
        """Let a service send to it."""
        allow = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Resource": self.arn}]})
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def look(self) -> list[dict[str, Any]]:
        """All messages so far."""
        asked = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        for message in self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, **asked).get(
            "Messages", []
        ):
            self.messages.append(message)
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.messages

    def wait(self, count: int, seconds: float = 60) -> list[Any]:
        """The bodies of the messages, as parsed JSON, when there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.look()) < count:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {count} messages within {seconds} s"
            time.sleep(0.02)
        return [json.loads(message["Body"]) for message in self.messages]


class Bridge:
    """Rules of a running embedded AWS."""

    def __init__(self, aws: Any):
        self.aws, self.client = aws, aws.client("events")

    def rule(self, pattern: Any = None, *targets: dict[str, Any], **options: Any) -> str:
        """Make a rule with targets; gives its name."""
        name = options.pop("Name", f"rule-{secrets.token_hex(4)}")
        given = {"EventPattern": json.dumps(pattern)} if pattern is not None else {}
        self.client.put_rule(Name=name, **given, **options)
        bus = {"EventBusName": options["EventBusName"]} if "EventBusName" in options else {}
        if targets:
            numbered = [{"Id": f"t{number}", **target} for number, target in enumerate(targets, start=1)]
            self.client.put_targets(Rule=name, Targets=numbered, **bus)
        return name

    def put(self, source: str, detail: Any, detail_type: str = "test", **more: Any) -> str:
        """Put one event; gives its id."""
        entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), **more}
        answer = self.client.put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer
        return answer["Entries"][0]["EventId"]

    def remove(self, name: str) -> None:
        """Delete a rule of the default bus and its targets."""
        targets = self.client.list_targets_by_rule(Rule=name)["Targets"]
        if targets:
            self.client.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
        self.client.delete_rule(Name=name)

"""Reads a queue for one mapping: gathers batches, filters them, invokes the function, deletes what was done.

The queue is read and emptied under the function's role. What fails stays in the queue, and comes back when its
visibility timeout is over, which is the queue's own and real time; the batching window passes on the host's clock.
Source: "Using Lambda with Amazon SQS", AWS Lambda developer guide.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.call import ApiError
from local_aws.clock import Clock
from local_aws.event_pattern import compiled
from local_aws.functions.event_sources.mapping import Mapping
from local_aws.functions.invocation import Outcome

log = logging.getLogger(__name__)

_AT_ONCE = 5
"""How many batches of a queue are worked on at once to begin with; AWS adds more while messages wait."""
_MOST_AT_A_TIME = 10
_IDLE_SECONDS = 0.1
_TROUBLE_SECONDS = 1.0
_PAYLOAD_BYTES = 6_291_456
_LEAST_OF_A_MESSAGE = 600
"""About what a record weighs beside its body."""

Message = dict[str, Any]


class Poller:
    """The thread that reads a mapping's queue.

    Args:
        client: gives a client of SQS under the function's role.
        invoke: runs the function with an event, as JSON text; raises ApiError where it is throttled.
    """

    def __init__(
        self, mapping: Mapping, region: str, clock: Clock, client: Callable[[], Any], invoke: Callable[[str], Outcome]
    ):
        self._mapping, self._region, self._clock = mapping, region, clock
        self._client, self._invoke = client, invoke
        self._stopped = threading.Event()
        self._free = threading.Semaphore(mapping.maximum_concurrency or _AT_ONCE)
        threading.Thread(target=self._run, name=f"queue-{mapping.queue_name}", daemon=True).start()

    def stop(self) -> None:
        """Read no more; a batch that is being worked on goes on to its end."""
        self._stopped.set()

    # ---- reading -------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._free.acquire()
            try:
                batch = self._batch()
            except (ApiError, ClientError, BotoCoreError) as error:
                log.warning("the mapping %s can't read its queue: %s", self._mapping.uuid, error)
                self._free.release()
                self._stopped.wait(_TROUBLE_SECONDS)
                continue
            if not batch:
                self._free.release()
                self._stopped.wait(_IDLE_SECONDS)
                continue
            threading.Thread(target=self._work, args=(batch,), name="queue-batch", daemon=True).start()

    def _batch(self) -> list[Message]:
        """The next batch: full, or as much as came within the batching window; nothing where the queue is empty."""
        found = self._receive(self._mapping.batch_size)
        deadline = time.monotonic() + self._clock.wall(self._mapping.window)
        while found and len(found) < self._mapping.batch_size and not self._stopped.is_set():
            if sum(len(message["Body"]) + _LEAST_OF_A_MESSAGE for message in found) > _PAYLOAD_BYTES - 262_144:
                break
            more = self._receive(self._mapping.batch_size - len(found))
            found += more
            left = deadline - time.monotonic()
            if not more and left <= 0:
                break
            if not more:
                self._stopped.wait(min(left, _IDLE_SECONDS))
        return found

    def _receive(self, most: int) -> list[Message]:
        client = self._client()
        answer = client.receive_message(
            QueueUrl=self._url(client),
            MaxNumberOfMessages=min(most, _MOST_AT_A_TIME),
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        return answer.get("Messages", [])

    def _url(self, client: Any) -> str:
        return f"{client.meta.endpoint_url}/{self._mapping.source_arn.split(':')[4]}/{self._mapping.queue_name}"

    # ---- working -------------------------------------------------------------------------------------

    def _work(self, batch: list[Message]) -> None:
        try:
            wanted = [message for message in batch if self._is_wanted(message)]
            done = [message for message in batch if message not in wanted]
            if wanted:
                done += self._invoked(wanted)
            self._delete(done)
        except (ApiError, ClientError, BotoCoreError) as error:
            log.warning("a batch of the mapping %s stays in its queue: %s", self._mapping.uuid, error)
        except Exception:
            log.exception("a batch of the mapping %s broke down", self._mapping.uuid)
        finally:
            self._free.release()

    def _is_wanted(self, message: Message) -> bool:
        """Whether a message fits one of the filters; a body that is JSON is looked into."""
        if not self._mapping.filters:
            return True
        record = self._record(message)
        try:
            record["body"] = json.loads(message["Body"])
        except ValueError:
            log.debug("a message that is no JSON is filtered as a text")
        return any(compiled(text).matches(record) for text in self._mapping.filters)

    def _invoked(self, messages: list[Message]) -> list[Message]:
        """The messages that the function is done with."""
        event = json.dumps({"Records": [self._record(message) for message in messages]}, ensure_ascii=False)
        outcome = self._invoke(event)
        if outcome.function_error:
            return []
        if "ReportBatchItemFailures" not in self._mapping.response_types:
            return messages
        failed = failures(outcome.payload)
        if failed is None or not failed <= {message["MessageId"] for message in messages}:
            return []
        return [message for message in messages if message["MessageId"] not in failed]

    def _delete(self, messages: list[Message]) -> None:
        client = self._client()
        for start in range(0, len(messages), _MOST_AT_A_TIME):
            some = messages[start : start + _MOST_AT_A_TIME]
            entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(some)]
            client.delete_message_batch(QueueUrl=self._url(client), Entries=entries)

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {
                name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._mapping.source_arn,
            "awsRegion": self._region,
        }


def failures(payload: bytes) -> set[str] | None:
    """The ids in a function's report of failures; None where it isn't one, and so all have failed.

    An empty answer, and an object without failures, whatever else it holds, is a success ("Implementing partial batch
    responses", developer guide).
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return None
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return None
    found = answer.get("batchItemFailures")
    if found is None:
        return set()
    if not isinstance(found, list):
        return None
    ids = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in found]
    named = {each for each in ids if isinstance(each, str) and each}
    return named if len(named) == len(set(ids)) else None


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """A message attribute as Lambda's events have it: names begin small, and lists that a queue never fills."""
    named: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        named["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        data = value["BinaryValue"]
        named["binaryValue"] = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    return named

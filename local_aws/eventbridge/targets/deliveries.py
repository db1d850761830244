"""A queue that delivers in the background: what fails is tried again, and in the end goes to a dead-letter queue.

At least once, in no order. Where the state is kept, what was on its way when the process ended is sent by the next one;
its attempts are counted anew. A refusal (no right, no such resource) is final at once;
anything else is tried again, after a pause that doubles and passes on the host's clock, until the attempts or the age
of the retry policy are reached.
Source: "How EventBridge retries delivering events" and "Using dead-letter queues", EventBridge user guide.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.call import ApiError
from local_aws.house import Host, Records
from local_aws.timers import Timers

log = logging.getLogger(__name__)

MAXIMUM_ATTEMPTS, MAXIMUM_AGE = 185, 86_400
_WORKERS = 8
_LONGEST_PAUSE = 300.0
_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "InvalidClientTokenId"}
_MISSING = ("NotFound", "NonExistent", "DoesNotExist", "NoSuch")


@dataclass
class Delivery:
    """Something on its way.

    Attributes:
        what: in words, for the log.
        send: delivers once; raises where it failed.
        bury: hands it to a dead-letter queue, with attributes that say what went wrong; None where there is none.
        maximum_attempts, maximum_age: retries after the first attempt, and seconds of the host's clock.
    """

    what: str
    send: Callable[[], None]
    bury: Callable[[dict[str, str]], None] | None = None
    maximum_attempts: int = MAXIMUM_ATTEMPTS
    maximum_age: float = MAXIMUM_AGE
    began: float = field(default_factory=time.monotonic)
    attempts: int = 0


class Deliveries:
    """A queue of deliveries, and the threads that work it off.

    Args:
        kind: of its records.
        make: a delivery of what is to be delivered, as plain data.
    """

    def __init__(self, host: Host, kind: str, make: Callable[[Mapping[str, Any]], Delivery]):
        self._host, self._kind, self._make = host, kind, make
        self._undelivered: dict[str, Mapping[str, Any]] = {}
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix=kind)
        self._later = Timers(f"{kind}-later")

    def shelf(self) -> Records:
        """What is on its way, as records that outlive the process."""
        return Records(self._host.kind(self._kind), self._undelivered.get, self._undelivered.__setitem__)

    def resume(self) -> None:
        """Send what was on its way when the process before this one ended, at once."""
        for name, asked in list(self._undelivered.items()):
            self._send(name, self._make(asked))

    def add(self, asked: Mapping[str, Any], seconds: float = 0.0) -> None:
        """Have something delivered, in so many seconds of the host's clock. Returns at once."""
        name = str(uuid.uuid4())
        self._undelivered[name] = asked
        self._host.changed(self._kind, name)
        self._send(name, self._make(asked), seconds)

    def close(self) -> None:
        """Stop; what is not delivered yet is lost with the process, unless its state is kept."""
        self._later.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    # ---- inside --------------------------------------------------------------------------------------

    def _send(self, name: str, delivery: Delivery, seconds: float = 0.0) -> None:
        if seconds > 0:
            self._later.after(self._host.clock.wall(seconds), lambda: self._send(name, delivery))
            return
        try:
            self._workers.submit(self._try, name, delivery)
        except RuntimeError:
            log.info("the server ends: %s is not delivered now", delivery.what)

    def _try(self, name: str, delivery: Delivery) -> None:
        pause = None
        try:
            delivery.send()
        except (ApiError, ClientError, BotoCoreError) as error:
            pause = self._pause_after(delivery, error)
        except Exception:
            log.exception("%s failed inside", delivery.what)
        if pause is not None:
            self._send(name, delivery, pause)
            return
        del self._undelivered[name]
        self._host.changed(self._kind, name)

    def _pause_after(self, delivery: Delivery, error: Exception) -> float | None:
        """The seconds until what failed is tried again; None where it is given up, and buried."""
        code, status = _code_and_status(error)
        final = _name_of_final(code, status)
        condition = None
        if final is None:
            delivery.attempts += 1
            pause = min(_LONGEST_PAUSE, 2.0**delivery.attempts) * random.uniform(0.5, 1)
            age = (time.monotonic() - delivery.began) * self._host.clock.factor + pause
            if delivery.attempts > delivery.maximum_attempts:
                condition = "MaximumRetryAttempts"
            elif age > delivery.maximum_age:
                condition = "MaximumEventAgeInSeconds"
            else:
                log.warning("%s: tried again in %.0f s: %s", delivery.what, pause, error)
                return pause
        log.warning("%s is given up: %s", delivery.what, error)
        if delivery.bury is not None:
            self._bury(delivery.bury, delivery, final or "ERROR_FROM_TARGET", str(error), condition)
        return None

    def _bury(
        self,
        bury: Callable[[dict[str, str]], None],
        delivery: Delivery,
        code: str,
        message: str,
        condition: str | None,
    ) -> None:
        tried = delivery.attempts - 1 if condition == "MaximumRetryAttempts" else delivery.attempts
        attributes = {"ERROR_CODE": code, "ERROR_MESSAGE": message, "RETRY_ATTEMPTS": str(tried)}
        if condition is not None:
            attributes["EXHAUSTED_RETRY_CONDITION"] = condition
        try:
            bury(attributes)
        except (ApiError, ClientError, BotoCoreError) as error:
            log.warning("%s: the dead-letter queue doesn't take it: %s", delivery.what, error)


def dead_letter(client: Any, queue_arn: str, body: str, attributes: dict[str, str]) -> None:
    """Send what couldn't be delivered to a queue.

    Raises:
        ClientError: the queue doesn't take it.
    """
    account, name = queue_arn.split(":")[4:6]
    client.send_message(
        QueueUrl=f"{client.meta.endpoint_url}/{account}/{name}",
        MessageBody=body,
        MessageAttributes={
            key: {"DataType": "String", "StringValue": value or " "} for key, value in attributes.items()
        },
    )


def _code_and_status(error: Exception) -> tuple[str, int]:
    if isinstance(error, ClientError):
        return error.response["Error"].get("Code", ""), error.response["ResponseMetadata"]["HTTPStatusCode"]
    if isinstance(error, ApiError):
        return error.code, error.status
    return "", 500


def _name_of_final(code: str, status: int) -> str | None:
    """What EventBridge calls a refusal that no second attempt changes; None for what passes."""
    if code in _DENIED:
        return "NO_PERMISSIONS"
    if any(part in code for part in _MISSING):
        return "NO_RESOURCE"
    if status < 500 and status != 429 and "Throttl" not in code and "TooManyRequests" not in code:
        return "ERROR_FROM_TARGET"
    return None

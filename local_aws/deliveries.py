"""A queue that delivers in the background: what fails is tried again, after a pause that doubles.

At least once; order is not guaranteed.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from local_aws.timers import Timers

log = logging.getLogger(__name__)

Deliver = Callable[[], None]
_LONGEST_PAUSE = 300.0


class Deliveries:
    """A queue worked off by a few threads; what fails is tried again after a pause that doubles.

    Args:
        what: is delivered ("an S3 event"), for the server's own log.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._workers = ThreadPoolExecutor(4, thread_name_prefix=what)
        self._later = Timers(f"{what}, later")

    def add(self, deliver: Deliver, done: Deliver, pause: float = 1.0) -> None:
        """Have something delivered; where it fails, again after `pause` seconds. Returns at once.

        `done` is called when it was delivered, or dropped.
        """
        with contextlib.suppress(RuntimeError):  # the pool is closing: the process ends
            self._workers.submit(self._try, deliver, done, pause)

    def close(self) -> None:
        """Stop; what is not delivered yet is lost."""
        self._later.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _try(self, deliver: Deliver, done: Deliver, pause: float) -> None:
        try:
            deliver()
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status < 500 and status != 429:
                log.warning("%s can't be delivered and is dropped: %s", self._what, error)
                done()
                return
            self._again(deliver, done, pause, error)
        except Exception as error:  # at least once: whatever went wrong, the event isn't lost
            self._again(deliver, done, pause, error)
        else:
            done()

    def _again(self, deliver: Deliver, done: Deliver, pause: float, error: Exception) -> None:
        log.warning("%s wasn't delivered, again in %.0f s: %s", self._what, pause, error)
        self._later.after(pause, lambda: self.add(deliver, done, min(2 * pause, _LONGEST_PAUSE)))

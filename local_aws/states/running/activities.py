"""Activities: work that waits until a worker, running anywhere, asks for it.

Source: "Activities in Step Functions", AWS Step Functions developer guide.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from local_aws.states.work.signals import Signal


@dataclass
class Offer:
    """A task that waits for a worker.

    Attributes:
        token: by which the worker reports.
        input: JSON text.
        stopped: set when the task is to end; nobody gets it from then on.
        taken: set when a worker has it, with the name that the worker gave.
    """

    token: str
    input: str
    stopped: Signal
    taken: Signal
    worker: str | None = None


@dataclass
class Activity:
    """An activity; `created` in epoch seconds."""

    name: str
    arn: str
    tags: dict[str, str]
    created: float = field(default_factory=time.time)


class Activities:
    """The activities of the account by ARN, and the tasks that wait for their workers, oldest first."""

    def __init__(self) -> None:
        self._activities: dict[str, Activity] = {}
        self._offers: dict[str, deque[Offer]] = {}
        self._changed = threading.Condition()
        self._closed = False

    def add(self, activity: Activity) -> Activity:
        """Make an activity known; one of the same ARN that is there already is given in its place."""
        with self._changed:
            return self._activities.setdefault(activity.arn, activity)

    def find(self, arn: str) -> Activity | None:
        """The activity of an ARN."""
        return self._activities.get(arn)

    def all(self) -> list[Activity]:
        """The activities by name."""
        with self._changed:
            return sorted(self._activities.values(), key=lambda activity: activity.name)

    def remove(self, arn: str) -> None:
        """Forget an activity. Tasks that wait for a worker go on waiting, until their time runs out."""
        with self._changed:
            self._activities.pop(arn, None)

    def offer(self, arn: str, offer: Offer) -> None:
        """Let a task wait for a worker."""
        with self._changed:
            self._offers.setdefault(arn, deque()).append(offer)
            self._changed.notify_all()

    def take(self, arn: str, worker: str | None, seconds: float) -> Offer | None:
        """The oldest task that waits, handed to a worker; None where there is none within so many seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not self._closed:
                offers = self._offers.get(arn, deque())
                while offers:
                    offer = offers.popleft()
                    if not offer.stopped.is_set():
                        offer.worker = worker
                        offer.taken.set()
                        return offer
                self._offers.pop(arn, None)
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return None
                self._changed.wait(remaining)
        return None

    def close(self) -> None:
        """Send every waiting worker away, when the server stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

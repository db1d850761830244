"""The kinds of lateness, and how late each is on AWS.

Sources: "UpdateStateMachine" and "DeleteStateMachine", Step Functions API reference (the name of a deleted machine was
measured at about 23 seconds); "Changes that I make are not always immediately visible", IAM user guide; "Deleting a
general purpose bucket" and "Amazon S3 Event Notifications" (seconds, sometimes a minute; at least once), S3 user guide.
The times of new roles, of logs, and of what SageMaker provisions are those that users of AWS report. How often AWS
refuses a request because of too many is nobody's figure: here it is one in a handful of dozens.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What can be late."""

    RIGHTS = "what IAM was told holds for the other services"
    DEFINITION = "a changed state machine is what StartExecution runs"
    MACHINE_NAME = "the name of a deleted state machine is free"
    BUCKET_NAME = "the name of a deleted bucket is free"
    S3_EVENT = "S3 tells of a change"
    LOG = "what was written is found in CloudWatch Logs"
    PROVISIONING = "instances of SageMaker are there"
    THROTTLING = "a request is refused, because there were too many"


@dataclass(frozen=True)
class Between:
    """Wall seconds, from the least to the most.

    Attributes:
        bend: 1 spreads them evenly; the higher, the more of them are near the least.
        in_order: what comes later to the same thing is not seen before what came earlier.
    """

    least: float
    most: float
    bend: int = 1
    in_order: bool = True

    def choose(self, dice: random.Random) -> float:
        return self.least + (self.most - self.least) * dice.random() ** self.bend


LATE = {
    Kind.RIGHTS: Between(8, 12),
    Kind.DEFINITION: Between(2, 6),
    Kind.MACHINE_NAME: Between(22, 28),
    Kind.BUCKET_NAME: Between(20, 60),
    Kind.S3_EVENT: Between(1, 60, bend=4, in_order=False),
    Kind.LOG: Between(2, 8, bend=2),
}
TIMES_AS_LONG = {Kind.PROVISIONING: Between(2, 4)}
"""How many times as long as here without `--lag`; that is a minute for a job, two for an endpoint."""
ONE_IN = {Kind.S3_EVENT: 8, Kind.THROTTLING: 40}
"""How often an event comes twice, and a request is refused."""

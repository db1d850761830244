"""What things cost on a real account: prices with the day they were read, and what each lesson comes to.

Prices are those of us-east-1 in US dollars, before any free tier, and change: the pricing pages of AWS have
the last word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course.errors import CourseError

if TYPE_CHECKING:
    import pandas as pd

AS_OF = "July 2026"


@dataclass(frozen=True)
class Price:
    """A price in US dollars for so many units."""

    what: str
    dollars: float
    per: str


PRICES = (
    Price("Lambda, requests", 0.20, "1,000,000 requests"),
    Price("Lambda, duration (x86)", 0.0000166667, "GB-second"),
    Price("S3, storage", 0.023, "GB-month"),
    Price("S3, PUT, COPY, POST, LIST", 0.005, "1,000 requests"),
    Price("S3, GET", 0.0004, "1,000 requests"),
    Price("Step Functions, Standard", 0.025, "1,000 state transitions"),
    Price("SageMaker job or endpoint, ml.m5.large", 0.115, "hour"),
)

_PRICE = {price.what: price.dollars for price in PRICES}

# An hour of an instance. A type is dearer or cheaper as a job or an endpoint only by a little, where at all.
_INSTANCE_HOUR = {
    "ml.m5.large": _PRICE["SageMaker job or endpoint, ml.m5.large"],
    "ml.m5.xlarge": 0.23,
    "ml.t3.medium": 0.05,
    "ml.t3.large": 0.10,
    "ml.t2.medium": 0.056,
}

HOURS_A_MONTH = 730

_LESSON_COSTS = {
    "00": "nothing but an empty bucket and a role, which are free.",
    "01": "some ten Lambda invocations: less than 0.01 USD, within Lambda's free tier.",
    "02": "a few Lambda invocations and some megabytes in S3: less than 0.01 USD.",
    "03": "some ten Lambda invocations and some megabytes in S3: less than 0.01 USD.",
    "04": "some hundred state transitions and a few Lambda invocations: less than 0.01 USD, within the free tier.",
    "05": "processing jobs of some minutes on one ml.m5.large: about 0.01 USD each.",
    "06": "processing and training jobs at about 0.01 USD each, and an endpoint at 0.115 USD an hour until deleted, "
    "by itself after two hours.",
    "07": "a run or two of the whole workflow, and an endpoint at 0.115 USD an hour until deleted, by itself after two "
    "hours.",
    "08": "some thousand state transitions, and processing jobs on up to two ml.m5.large: about 0.08 USD.",
    "09": "a run of the whole workflow, and an endpoint at 0.115 USD an hour until it is deleted: about 0.05 USD.",
}

_MOST_DOLLARS = {
    **{"00": 0.0, "01": 0.01, "02": 0.01, "03": 0.01, "04": 0.01},
    **{"05": 0.10, "06": 0.40, "07": 0.30, "08": 0.15, "09": 0.30},
}


def prices() -> pd.DataFrame:
    """The prices that the course meets, as a table: US dollars, and per what."""
    # pandas takes longer to import than all the rest of the course.
    import pandas as pd

    rows = {price.what: (f"{price.dollars:.10f}".rstrip("0"), price.per) for price in PRICES}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["US dollars", "per"])


def cost_of_lesson(lesson: str) -> str:
    """What a lesson costs on a real account, in words."""
    return _LESSON_COSTS.get(lesson, "see lesson 00.")


def most_of_lesson(lesson: str) -> float:
    """US dollars that a lesson run once from top to bottom should not exceed, a slow day of AWS included."""
    return _MOST_DOLLARS.get(lesson, 0.30)


def lambda_cost(invocations: int, seconds: float, memory_mb: int = 128) -> float:
    """US dollars for so many invocations of a Lambda function, before the free tier.

    Args:
        invocations: how many.
        seconds: billed duration of one, initialisation included.
        memory_mb: the function's memory.

    Source: AWS Lambda pricing (requests, and duration in GB-seconds).
    """
    gigabyte_seconds = invocations * seconds * memory_mb / 1024
    return invocations * _PRICE["Lambda, requests"] / 1e6 + gigabyte_seconds * _PRICE["Lambda, duration (x86)"]


def transitions_cost(transitions: int) -> float:
    """US dollars for so many state transitions of Standard workflows, before the free tier.

    A transition is charged for the start, each time a state is entered, and each retry: a loop of Wait, Task and
    Choice costs three a turn.

    Source: AWS Step Functions pricing.
    """
    return transitions * _PRICE["Step Functions, Standard"] / 1000


def job_cost(seconds: float, instance_type: str = "ml.m5.large", instances: int = 1) -> float:
    """US dollars for a processing, training or transform job.

    Args:
        seconds: from when its instances run to its end, data transfer included and provisioning not; of a
            training job, BillableTimeInSeconds.
        instance_type: of its instances.
        instances: how many.

    Raises:
        CourseError: the price of that instance type is not known here.

    Source: Amazon SageMaker pricing, by the second.
    """
    return seconds / 3600 * instance_hour(instance_type) * instances


def instances_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """The instances of a processing, training or transform job (`InstanceType`, `InstanceCount`); empty for none.

    Args:
        job: as its Describe operation answers.
    """
    one = job.get("ResourceConfig") or job.get("TransformResources")
    found: dict[str, Any] = one or job.get("ProcessingResources", {}).get("ClusterConfig", {})
    return found


def endpoint_cost(hours: float, instance_type: str = "ml.m5.large", instances: int = 1) -> float:
    """US dollars for an endpoint, asked or not, from InService until it is deleted.

    Raises:
        CourseError: the price of that instance type is not known here.

    Source: Amazon SageMaker pricing, real-time inference.
    """
    return hours * instance_hour(instance_type) * instances


def instance_hour(instance_type: str) -> float:
    """US dollars for an hour of a SageMaker instance.

    Raises:
        CourseError: the price of that instance type is not known here.
    """
    if instance_type not in _INSTANCE_HOUR:
        known = ", ".join(_INSTANCE_HOUR)
        raise CourseError(f"The price of {instance_type} is not in the course's table: it has {known}.")
    return _INSTANCE_HOUR[instance_type]


def storage_hour(size: int) -> float:
    """US dollars for an hour of so many bytes in S3 Standard.

    Source: Amazon S3 pricing; a gigabyte is 2**30 bytes.
    """
    return size / 2**30 * _PRICE["S3, storage"] / HOURS_A_MONTH

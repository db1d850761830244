"""What things cost on a real account: prices with the day they were read, and what each lesson comes to.

Prices are those of us-east-1 in US dollars, before any free tier, and change: the pricing pages of AWS have
the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

_LESSON_COSTS = {
    "00": "nothing but an empty bucket and a role, which are free.",
    "01": "some ten Lambda invocations: less than 0.01 USD, within Lambda's free tier.",
    "02": "a few Lambda invocations and some megabytes in S3: less than 0.01 USD.",
    "03": "some ten Lambda invocations and some megabytes in S3: less than 0.01 USD.",
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

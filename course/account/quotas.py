"""The service quotas that the course needs of a real account (a new account has 0 of many instance types)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import boto3

from course.account import stand_in
from course.account.settings import Settings

NEEDED = (
    # Lesson 08 shares a data set among two instances.
    ("sagemaker", "{processing} for processing job usage", 2),
    ("sagemaker", "{training} for training job usage", 1),
    # Lesson 06 deploys anew while its first endpoint still answers.
    ("sagemaker", "{endpoint} for endpoint usage", 2),
    ("sagemaker", "{transform} for transform job usage", 1),
    ("lambda", "Concurrent executions", 10),
)


@dataclass(frozen=True)
class Quota:
    """A quota of the account: how much of it the course needs, and how much is applied (None: not listed)."""

    name: str
    needed: int
    applied: float | None

    @property
    def enough(self) -> bool:
        """Whether the course can run within it."""
        return self.applied is not None and self.applied >= self.needed

    def __str__(self) -> str:
        applied = "not listed" if self.applied is None else f"{self.applied:g}"
        return f"{'OK  ' if self.enough else 'FAIL'}  {self.name}: {applied}, {self.needed} needed"


@dataclass(frozen=True, repr=False)
class QuotaCheck:
    """The quotas that the course needs; `quotas` is empty on the embedded AWS, which has none."""

    quotas: tuple[Quota, ...]

    @property
    def ok(self) -> bool:
        """Whether the course can run within all of them."""
        return all(quota.enough for quota in self.quotas)

    def __repr__(self) -> str:
        if not self.quotas:
            return "The embedded AWS applies no quotas: nothing to check."
        lines = [str(quota) for quota in self.quotas]
        remedy = (
            "Request an increase in the Service Quotas console, or name another type: in COURSE_PROCESSING_INSTANCE, "
            "COURSE_TRAINING_INSTANCE, COURSE_ENDPOINT_INSTANCE or COURSE_TRANSFORM_INSTANCE (COURSE_INSTANCE_TYPE is "
            "for all four), and in the cells of lessons 05 and 06."
        )
        return "\n".join([*lines, "", "Enough of everything." if self.ok else remedy])


def check_quotas(settings: Settings) -> QuotaCheck:
    """Compare the quotas that are applied to the account with what the course needs.

    Source: Service Quotas API, ListServiceQuotas.
    """
    if settings.target == "local" or stand_in.address():
        return QuotaCheck(())
    needed = [(service, name.format(**asdict(settings.instances)), count) for service, name, count in NEEDED]
    applied: dict[tuple[str, str], float] = {}
    for service in {service for service, _, _ in needed}:
        pages = boto3.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode=service)
        applied |= {(service, quota["QuotaName"]): quota["Value"] for page in pages for quota in page["Quotas"]}
    return QuotaCheck(tuple(Quota(name, count, applied.get((service, name))) for service, name, count in needed))

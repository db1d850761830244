"""What the course needs of a real account and its region: service quotas, and the images of SageMaker's that it runs.

A new account has 0 of many instance types; a new region may not have the images.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import boto3

from course.account import stand_in
from course.account.images import USES, address
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


@dataclass(frozen=True)
class Image:
    """An image that the course runs: for which uses, and why it can't be had in the region (empty where it can)."""

    uses: str
    fault: str = ""

    def __str__(self) -> str:
        return f"{'FAIL' if self.fault else 'OK  '}  image for {self.uses}{self.fault and ': '}{self.fault}"


@dataclass(frozen=True, repr=False)
class QuotaCheck:
    """The quotas that the course needs, and the images; both are empty on the embedded AWS, which has no quotas."""

    quotas: tuple[Quota, ...]
    images: tuple[Image, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the course can run within all of them, in this region."""
        return all(quota.enough for quota in self.quotas) and not any(image.fault for image in self.images)

    def __repr__(self) -> str:
        if not self.quotas:
            return "The quotas of the embedded AWS are enough for the course: nothing to check."
        lines = [str(one) for one in (*self.quotas, *self.images)]
        if any(image.fault for image in self.images):
            return "\n".join([*lines, "", "Not all images are here: name another region in AWS_DEFAULT_REGION."])
        remedy = (
            "Request an increase in the Service Quotas console, or name another type: in COURSE_PROCESSING_INSTANCE, "
            "COURSE_TRAINING_INSTANCE, COURSE_ENDPOINT_INSTANCE or COURSE_TRANSFORM_INSTANCE (COURSE_INSTANCE_TYPE is "
            "for all four)."
        )
        return "\n".join([*lines, "", "Enough of everything." if self.ok else remedy])


def check_quotas(settings: Settings) -> QuotaCheck:
    """Compare the quotas that are applied to the account with what the course needs, and look for its images.

    Source: Service Quotas API, ListServiceQuotas.
    """
    if settings.target == "local" or stand_in.address():
        return QuotaCheck(())
    needed = [(service, name.format(**asdict(settings.instances)), count) for service, name, count in NEEDED]
    applied: dict[tuple[str, str], float] = {}
    for service in {service for service, _, _ in needed}:
        pages = boto3.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode=service)
        applied |= {(service, quota["QuotaName"]): quota["Value"] for page in pages for quota in page["Quotas"]}
    quotas = tuple(Quota(name, count, applied.get((service, name))) for service, name, count in needed)
    return QuotaCheck(quotas, tuple(_images(settings.region)))


def _images(region: str) -> Iterator[Image]:
    for image, uses in USES.items():
        try:
            address(image, region)
        except ValueError as error:
            yield Image(uses, str(error).partition(". ")[0])
        else:
            yield Image(uses)

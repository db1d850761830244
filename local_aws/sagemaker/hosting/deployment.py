"""An endpoint configuration at work: the artifacts unpacked, the instances of every variant, who gets a request."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.logs.writer import LogStream
from local_aws.sagemaker.collection import now
from local_aws.sagemaker.containers.artifacts import Artifacts, ArtifactUnusable
from local_aws.sagemaker.hosting.fleet import Fleet, artifact_of, container_of

if TYPE_CHECKING:
    from local_aws.sagemaker.platform import Platform

DRAIN_SECONDS = 60.0
_START_SECONDS = 600


class DeploymentFailed(Exception):
    """The variants can't serve; the text is the endpoint's FailureReason."""


@dataclass
class Variant:
    """A production variant: what was asked for, and what there is of it.

    `settings` is the configuration's member, `model` what DescribeModel answered when the endpoint was made.
    """

    settings: Mapping[str, Any]
    model: Mapping[str, Any]
    weight: float
    count: int
    fleet: Fleet | None = None

    @property
    def name(self) -> str:
        return self.settings["VariantName"]

    @property
    def running(self) -> Fleet:
        """The instances of a variant whose deployment has started."""
        if self.fleet is None:
            raise RuntimeError(f"the variant {self.name} has no instances yet")
        return self.fleet

    def summary(self) -> dict[str, Any]:
        """A ProductionVariantSummary of a variant that serves."""
        image = container_of(self.model)["Image"]
        return {
            "VariantName": self.name,
            "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": now()}],
            "CurrentWeight": self.weight,
            "DesiredWeight": self.weight,
            "CurrentInstanceCount": len(self.fleet or ()),
            "DesiredInstanceCount": self.count,
        }


class Deployment:
    """The variants of an endpoint, from one configuration."""

    def __init__(self, platform: Platform, endpoint: str, config: str, variants: list[Variant]):
        self._platform, self._endpoint, self.config, self.variants = platform, endpoint, config, variants
        self._folder = Path(tempfile.mkdtemp(dir=platform.directory, prefix=f"{endpoint}-"))
        self._artifacts = Artifacts(self._folder / "artifacts")
        self._closed = False

    def instances(self, instance_type: str) -> int:
        """How many instances of a type it has asked for."""
        return sum(each.count for each in self.variants if each.settings["InstanceType"] == instance_type)

    def start(self) -> None:
        """Unpack the artifacts, start every instance, and wait until all of them answer.

        Raises:
            DeploymentFailed.
        """
        for variant in self.variants:
            variant.fleet = self._fleet(variant)
            if not self._closed:
                variant.fleet.resize(variant.count)
        for variant in self.variants:
            self._wait(variant)
        # What the instances have said until now can be read as soon as the endpoint is in service.
        self._platform.host.logs.flush()

    def resize(self) -> None:
        """Have as many instances of each variant as are now asked for.

        Raises:
            DeploymentFailed: new ones don't answer.
        """
        for variant in self.variants:
            variant.running.resize(variant.count, DRAIN_SECONDS)
            self._wait(variant)

    def choose(self, target: str | None) -> Variant | None:
        """The variant for a request: the one that it names, else one by weight; None where there is none so named."""
        if target is not None:
            return next((variant for variant in self.variants if variant.name == target), None)
        if len(self.variants) == 1:
            return self.variants[0]
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]

    def close(self, drain_seconds: float = 0.0) -> None:
        """End all instances, those that have begun to answer after at most so many seconds, and remove the files."""
        self._closed = True
        for variant in self.variants:
            if variant.fleet is not None:
                variant.fleet.close(drain_seconds)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self, variant: Variant) -> None:
        seconds = variant.settings.get("ContainerStartupHealthCheckTimeoutInSeconds", _START_SECONDS)
        if not variant.running.wait_until_ready(seconds):
            raise DeploymentFailed(
                f"The primary container for production variant {variant.name} did not pass the ping health check. "
                "Please check CloudWatch logs for this endpoint."
            )

    def _fleet(self, variant: Variant) -> Fleet:
        role_arn = variant.model["ExecutionRoleArn"]

        def log(instance_id: str) -> LogStream:
            group, stream = f"/aws/sagemaker/Endpoints/{self._endpoint}", f"{variant.name}/{instance_id}"
            return self._platform.log_stream(role_arn, group, stream)

        try:
            artifact = artifact_of(variant.model, self._artifacts, self._platform)
        except ArtifactUnusable as error:
            raise DeploymentFailed(str(error)) from error
        return Fleet(self._platform, variant.model, artifact, self._folder / variant.name, log, {})


def variants(
    settings: list[Mapping[str, Any]],
    models: Mapping[str, Mapping[str, Any]],
    kept: Mapping[str, Variant] | None = None,
) -> Iterator[Variant]:
    """Variants to be deployed.

    Args:
        settings: the configuration's ProductionVariants.
        models: what DescribeModel answers, by name.
        kept: variants whose weight and number of instances are taken over by those of the same name.
    """
    for each in settings:
        before = (kept or {}).get(each["VariantName"])
        weight, count = each["InitialVariantWeight"], each["InitialInstanceCount"]
        if before is not None:
            weight, count = before.weight, before.count
        yield Variant(each, models[each["ModelName"]], weight, count)

"""Instances that serve one model, for a variant of an endpoint or for a transform job."""

from __future__ import annotations

import contextlib
import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.logs.writer import LogStream
from local_aws.sagemaker import images
from local_aws.sagemaker.containers import artifacts
from local_aws.sagemaker.hosting.hosting import Instance, Launch, NotReady, Reply

if TYPE_CHECKING:
    from local_aws.sagemaker.platform import Platform


class Fleet:
    """Instances of one model, as many as are wanted.

    Args:
        model: what DescribeModel answers.
        artifact: its unpacked artifact, None for a model without one.
        folder: where the instances' trees are made.
        log: a log stream for an instance id.
        environment: variables beside the model's own and those that give access to AWS.
    """

    def __init__(
        self,
        platform: Platform,
        model: Mapping[str, Any],
        artifact: Path | None,
        folder: Path,
        log: Callable[[str], LogStream],
        environment: Mapping[str, str],
    ):
        self._platform, self._model, self._artifact, self._folder = platform, model, artifact, folder
        self._log, self._environment = log, environment
        self._instances: list[Instance] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._instances)

    def resize(self, count: int, drain_seconds: float = 0.0) -> None:
        """Start instances, or end those that are too many once they have answered what they have begun."""
        with self._lock:
            self._instances += [self._start() for _ in range(count - len(self._instances))]
            surplus, self._instances = self._instances[count:], self._instances[:count]
        for instance in surplus:
            instance.close(drain_seconds)

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether every instance answers, waiting at most so long."""
        deadline = time.monotonic() + seconds
        return all(instance.wait_until_ready(deadline - time.monotonic()) for instance in self._instances)

    def invoke(self, body: bytes, headers: Mapping[str, str], seconds: float) -> Reply:
        """Ask the instance that has least to do of those that are ready, any of several.

        Raises:
            NotReady: none is.
            Unreachable, TimedOut: as `Instance.invoke` raises them.
        """
        while ready := [instance for instance in self._instances if instance.ready]:
            instance = min(random.sample(ready, len(ready)), key=lambda instance: instance.pending)
            with contextlib.suppress(NotReady):
                return instance.invoke(body, headers, seconds)
        raise NotReady("no instance is ready")

    def close(self, drain_seconds: float = 0.0) -> None:
        """End all instances."""
        self.resize(0, drain_seconds)

    def _start(self) -> Instance:
        instance_id = f"i-{secrets.token_hex(9)[:17]}"
        root = self._folder / instance_id
        root.mkdir(parents=True)
        if self._artifact is None:
            (root / "model").mkdir()
        else:
            artifacts.place(self._artifact, root / "model")
        family = images.resolve(container_of(self._model)["Image"], "hosting", self._platform.host.region)
        launch = Launch(("python3", "-m", str(family.hosts)), self._variables, lambda: self._log(instance_id))
        return Instance(instance_id, root, launch)

    def _variables(self) -> dict[str, str]:
        return {
            **self._platform.environment(self._model["ExecutionRoleArn"]),
            **container_of(self._model).get("Environment", {}),
            **self._environment,
        }


def container_of(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one container of a model, from what DescribeModel answers."""
    return model["PrimaryContainer"] if "PrimaryContainer" in model else model["Containers"][0]


def artifact_of(model: Mapping[str, Any], unpacked: artifacts.Artifacts, platform: Platform) -> Path | None:
    """The folder with a model's artifact, unpacked under the model's role; None for a model without one.

    Raises:
        ArtifactUnusable.
    """
    uri = container_of(model).get("ModelDataUrl")
    if uri is None:
        return None
    return unpacked.get(uri, lambda: platform.client("s3", model["ExecutionRoleArn"]))

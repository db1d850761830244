"""Published versions of a state machine, and the aliases that name one or two of them.

Source: "Manage continuous deployments with versions and aliases", AWS Step Functions developer guide; texts as recorded
on AWS in August 2023 and March 2025.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from local_aws.states.running.program import Program

INITIAL_REVISION = "INITIAL"
"""What AWS calls the revision of a machine that has never been changed."""


@dataclass(frozen=True)
class Version:
    """A machine as it was when it was published; `created` in epoch seconds."""

    number: int
    program: Program
    description: str | None
    created: float = field(default_factory=time.time)

    @property
    def arn(self) -> str:
        return f"{self.program.arn}:{self.number}"


@dataclass(frozen=True)
class Route:
    """A version of an alias, and how many of a hundred executions run it."""

    version_arn: str
    weight: int


@dataclass
class Alias:
    """A name for one version, or for two that share the executions; times in epoch seconds."""

    name: str
    machine_arn: str
    routes: tuple[Route, ...]
    description: str | None
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)

    @property
    def arn(self) -> str:
        return f"{self.machine_arn}:{self.name}"

    def choose(self) -> str:
        """The ARN of the version that the next execution runs."""
        [route] = random.choices(self.routes, [route.weight for route in self.routes])
        return route.version_arn

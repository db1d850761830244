"""What a flow and the states in it may ask of the execution around them, without knowing what an execution is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from local_aws.clock import Clock
from local_aws.house import Host
from local_aws.states.running.activities import Activities
from local_aws.states.running.history import EventLog
from local_aws.states.running.program import Program
from local_aws.states.running.tokens import TaskTokens
from local_aws.states.work.pool import Pool
from local_aws.states.work.turns import Turns


class MapRunRegister(Protocol):
    """Where map runs and their children are written down as they begin (`maps.map_run.MapRuns`)."""

    def add(self, run: Any) -> None:
        """A distributed Map has begun."""

    def add_child(self, child: Any) -> None:
        """A child execution has begun."""


@dataclass(frozen=True)
class Engine:
    """What executions share: the house, the pool that carries them, the task tokens that are out, the map runs, and
    the activities."""

    host: Host
    pool: Pool
    tokens: TaskTokens
    map_runs: MapRunRegister
    activities: Activities


class Surroundings(Protocol):
    """An execution, as what runs in it knows it."""

    engine: Engine
    program: Program
    arn: str
    log: EventLog
    turns: Turns

    @property
    def host(self) -> Host:
        """The house."""

    @property
    def clock(self) -> Clock:
        """On which waits pass."""

    @property
    def tokens(self) -> TaskTokens:
        """The task tokens that are out."""

    @property
    def role_arn(self) -> str:
        """The role under which every call is made."""

    def client(self, api: str) -> Any:
        """A client of an API under the role.

        Raises:
            StateError: the role can't be assumed.
        """

    def context(self) -> dict[str, Any]:
        """The part of the context object that is the same in all states; its input is a document."""

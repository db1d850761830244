"""What a Task state gives to the integration that does its work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_aws.house import Host
from local_aws.states.work.signals import Signal
from local_aws.states.work.turns import Turns


class Workers(Protocol):
    """The workers of activities."""

    def know(self, arn: str) -> bool:
        """Whether there is an activity of that ARN."""

    async def hand_over(self, arn: str, text: str) -> str | None:
        """Wait until a worker has taken the attempt, with its input as JSON text; gives the worker's name.

        Raises:
            Cancelled: the attempt is to end.
        """


@dataclass(frozen=True)
class Task:
    """One attempt of a Task state, as an integration sees it.

    Attributes:
        host: the house; `host.roles` makes clients.
        role_arn: the state machine's role, under which every call is made.
        own_role_arn: a role of the task's own, which that one assumes for it; None where there is none.
        execution_arn: the execution that the task belongs to.
        cancelled: set when the attempt is to end: the execution was stopped, a sibling failed, time ran out.
            An integration that waits must look at it, stop what it has started, and raise `errors.Cancelled`.
        submitted: tells the history that the request was accepted (TaskSubmitted), with the API's answer.
        token: the task token, where the state waits for one.
        await_token: waits until the token comes back and returns the output that came with it; raises
            `errors.StateError` where a failure came back, `errors.Cancelled` where the attempt is to end.
        workers: those of activities.
        turns: those that calls to APIs take.
    """

    host: Host
    role_arn: str
    execution_arn: str
    cancelled: Signal
    submitted: Callable[[Any], None]
    token: str | None = None
    await_token: Callable[[], Awaitable[Any]] | None = None
    workers: Workers | None = None
    turns: Turns = field(default_factory=Turns)
    own_role_arn: str | None = None

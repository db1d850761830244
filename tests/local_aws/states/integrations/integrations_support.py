"""What the tests of integrations share: one attempt of a Task state, outside of any state machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local_aws.states import integrations
from local_aws.states.integrations.task import Task
from local_aws.states.work.pool import Pool
from local_aws.states.work.signals import Signal

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass
class Attempt:
    """One attempt of a task under a role, and what it told the history."""

    aws: Any
    role: str
    submitted: list[Any] = field(default_factory=list)
    cancelled: Signal = field(default_factory=Signal)
    scheduled: Any = None

    def run(self, resource: str, arguments: Any, await_token: Any = None) -> Any:
        """The task's result; `resource` is an ARN, or the end of one (`lambda:invoke`)."""
        integration = integrations.resolve(resource if "arn:" in resource else f"arn:aws:states:::{resource}")
        host = self.aws.server.host
        token = "a-token" if await_token else None

        async def given() -> Any:
            return await_token()

        task = Task(host, self.role, EXECUTION, self.cancelled, self.submitted.append, token, given)
        self.scheduled = integration.scheduled_parameters(arguments, task)
        return carried(integration.run(arguments, task))


def carried(coroutine: Any) -> Any:
    """What a coroutine gives, carried by a pool of its own."""
    pool = Pool(threads=1)
    try:
        return pool.run(coroutine)
    finally:
        pool.close()

"""Waiting for something that was started: asking for its state at short intervals of real time."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from local_aws.states.errors import Cancelled, StateError
from local_aws.states.integrations.task import Task
from local_aws.states.work.signals import Signal

_FIRST_SECONDS, _LONGEST_SECONDS, _GROWTH = 0.05, 0.5, 1.5


async def wait_for_end(
    describe: Callable[[], Awaitable[dict[str, Any]]], has_ended: Callable[[dict[str, Any]], bool], task: Task
) -> dict[str, Any]:
    """The description of what has ended.

    Args:
        describe: asks for its present state.
        has_ended: whether a description is of something that has ended.

    Raises:
        Cancelled: the attempt was cancelled.
    """
    pause = _FIRST_SECONDS
    while True:
        description = await describe()
        if has_ended(description):
            return description
        if await task.cancelled.until_set(pause):
            raise Cancelled
        pause = min(pause * _GROWTH, _LONGEST_SECONDS)


@contextlib.asynccontextmanager
async def stopped_with(task: Task, stop: Callable[[Task], Awaitable[Any]]) -> AsyncIterator[None]:
    """Stop what was started where the attempt is cancelled inside the block.

    Args:
        stop: makes the call, for the task that it is given. As on AWS it is best effort: what was started may
            have ended meanwhile, or the role lack the right.
    """
    try:
        yield
    except Cancelled:
        with contextlib.suppress(StateError):
            await stop(uncancelled(task))
        raise


def uncancelled(task: Task) -> Task:
    """The task for a call that is made to its end, whatever happens to the attempt."""
    return dataclasses.replace(task, cancelled=Signal())

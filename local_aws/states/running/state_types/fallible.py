"""States whose work can fail and be tried again: Task, Parallel and Map, with their Retry and Catch.

Source: "Handling errors in Step Functions workflows", AWS Step Functions developer guide.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from local_aws.states import errors
from local_aws.states.document import Document
from local_aws.states.errors import StateError
from local_aws.states.languages.query_language import Leaving
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import Blueprint, State

_NOT_IN_ALL = {errors.DATA_LIMIT_EXCEEDED}
_JITTER_FULL = "FULL"


@dataclass(frozen=True)
class Retrier:
    """One entry of Retry; times in seconds."""

    errors: tuple[str, ...]
    interval: float
    attempts: int
    backoff: float
    max_delay: float | None
    jitter: bool

    def delay(self, tries: int) -> float:
        """How long to wait before the next attempt, after so many retries."""
        try:
            delay = self.interval * self.backoff**tries
        except OverflowError:
            delay = float("inf")
        return min(delay, self.max_delay if self.max_delay is not None else errors.MAX_SECONDS)


@dataclass(frozen=True)
class Catcher:
    """One entry of Catch."""

    errors: tuple[str, ...]
    next: str
    way: Leaving


class Fallible(State):
    """A state with Retry and Catch around its work and its Output.

    Attributes:
        exports_results: whether its result says where the results are, in place of holding them.
    """

    exports_results = False

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self.retriers = [_retrier(fields) for fields in blueprint.definition.get("Retry", ())]
        self.catchers = [
            Catcher(
                tuple(fields["ErrorEquals"]),
                fields["Next"],
                blueprint.language.catcher(fields, f"Catch[{index}]/"),
            )
            for index, fields in enumerate(blueprint.definition.get("Catch", ()))
        ]

    @abstractmethod
    async def attempt(self, visit: Visit) -> Document:
        """Do the work once; gives its result.

        Raises:
            StateError: it failed.
        """

    @abstractmethod
    def rehearse(self, visit: Visit, read: str | None) -> int:
        """Evaluate what comes before the work, as TestState does where the work is mocked.

        Args:
            read: the text that an ItemReader is to have found, None where nothing is given.

        Returns:
            how many iterations there would be; 0 for a state without any.
        """

    async def perform(self, visit: Visit) -> Transition:
        tries = [0] * len(self.retriers)
        while True:
            try:
                return self.conclude(visit, await self.attempt(visit))
            except StateError as error:
                index = matching(self.retriers, error)
                if index is None or tries[index] >= self.retriers[index].attempts:
                    return self._caught(visit, error)
                retrier = self.retriers[index]
                delay = retrier.delay(tries[index])
                await visit.pause(random.uniform(0, delay) if retrier.jitter else delay)
                tries[index] += 1
                visit.retry_count += 1
                visit.progress = None

    def conclude(self, visit: Visit, result: Document) -> Transition:
        """Leave the state with a result."""
        return visit.leave(self.next, self.data_flow, result=result)

    def give_up(self, visit: Visit, error: StateError) -> None:
        """Record that the work has failed for the last time, where the history has an event for it."""

    def _caught(self, visit: Visit, error: StateError) -> Transition:
        """Give up, and leave by a catcher. Where that fails, the state fails for a second time."""
        visit.before_failure = visit.flow.previous
        self.give_up(visit, error)
        try:
            return self.caught(visit, error)
        except StateError as failure:
            if failure is not error:
                self.give_up(visit, failure)
            raise

    def caught(self, visit: Visit, error: StateError) -> Transition:
        """Leave the state by the catcher that takes the error.

        Raises:
            StateError: the error, where none does.
        """
        index = matching(self.catchers, error)
        if index is None:
            raise error
        catcher = self.catchers[index]
        return visit.leave(catcher.next, catcher.way, error_output=error_output(error))


def error_output(error: StateError) -> Document:
    """What a catcher gets: error and cause, as far as there are any. That of a time-out has an empty cause."""
    said = {name.capitalize(): text for name, text in error.details().items()}
    if isinstance(error, errors.RuntimeFault):
        said["Error"] = error.documented_as or error.error
    return Document(said | ({"Cause": ""} if isinstance(error, errors.TimedOut) else {}))


def matching(entries: list[Any], error: StateError) -> int | None:
    """The position of the first retrier or catcher that names the error."""
    if isinstance(error, errors.RuntimeFault) and error.documented_as is None:
        return None
    return next((index for index, entry in enumerate(entries) if any(_names(n, error) for n in entry.errors)), None)


def _names(name: str, error: StateError) -> bool:
    if isinstance(error, errors.RuntimeFault):
        return name == error.documented_as
    if name == error.error or name in error.also_known_as:
        return True
    if name == errors.ALL:
        return error.error not in _NOT_IN_ALL
    return name == errors.TASK_FAILED and error.error not in {errors.TIMEOUT, *_NOT_IN_ALL}


def _retrier(fields: dict[str, Any]) -> Retrier:
    return Retrier(
        errors=tuple(fields["ErrorEquals"]),
        interval=fields.get("IntervalSeconds", 1),
        attempts=fields.get("MaxAttempts", 3),
        backoff=fields.get("BackoffRate", 2.0),
        max_delay=fields.get("MaxDelaySeconds"),
        jitter=fields.get("JitterStrategy") == _JITTER_FULL,
    )

"""Execution environments: which one serves an invocation, how many there may be, and when they end.

An environment serves one invocation at a time; a new one is started where none is idle, up to the function's
reserved concurrency or what the account has left. Idle environments end after some minutes, and when their
function is changed or deleted; a busy one finishes first.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_aws.call import ApiError
from local_aws.functions.configuration import FunctionVersion
from local_aws.functions.debugging import Debuggers
from local_aws.functions.environments.environment import Environment
from local_aws.functions.environments.memory import MemoryWatch
from local_aws.functions.environments.spawn import Spawner
from local_aws.functions.invocation import Invocation, Outcome
from local_aws.functions.names import SERVICE_PRINCIPAL
from local_aws.house import Host

log = logging.getLogger(__name__)

ACCOUNT_CONCURRENCY = 1000
# AWS keeps this much for functions without a reservation.
_UNRESERVABLE = 100
_IDLE_SECONDS = 300.0
_LIFE_SECONDS = 2 * 3600.0
_HOUSEKEEPING_SECONDS = 5.0


class Concurrency:
    """Counts invocations that run, and refuses those beyond the limits."""

    def __init__(self, account_limit: int = ACCOUNT_CONCURRENCY):
        self.account_limit = account_limit
        self.reserved: dict[str, int] = {}
        self._running: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    @property
    def unreserved(self) -> int:
        """What is left for functions without a reservation."""
        return self.account_limit - sum(self.reserved.values())

    def reserve(self, function: str, count: int) -> None:
        """Set a function's reservation.

        Raises:
            ApiError: `InvalidParameterValueException`, too little would be left.
        """
        with self._lock:
            left = self.unreserved + self.reserved.get(function, 0) - count
            least = min(_UNRESERVABLE, self.account_limit)
            if left < least:
                raise ApiError(
                    "InvalidParameterValueException",
                    "Specified ReservedConcurrentExecutions for function decreases account's "
                    f"UnreservedConcurrentExecution below its minimum value of [{least}].",
                    Type="User",
                )
            self.reserved[function] = count

    def release(self, function: str) -> None:
        """Remove a function's reservation."""
        with self._lock:
            self.reserved.pop(function, None)

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Count one invocation while the block runs.

        Raises:
            ApiError: `TooManyRequestsException`.
        """
        with self._lock:
            self._admit(function)
            self._running[function] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function] -= 1

    def _admit(self, function: str) -> None:
        reserved = self.reserved.get(function)
        if reserved is not None:
            if self._running[function] >= reserved:
                raise _throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
            return
        others = sum(count for name, count in self._running.items() if name not in self.reserved)
        if others >= self.unreserved:
            raise _throttled("ConcurrentInvocationLimitExceeded")


def _throttled(reason: str) -> ApiError:
    return ApiError("TooManyRequestsException", "Rate Exceeded.", 429, Reason=reason, Type="User")


class Environments:
    """The pool: idle environments by the version's revision, and those at work."""

    def __init__(self, host: Host, directory: Path, spawner: Spawner, debuggers: Debuggers):
        self._host, self._directory, self._spawner = host, directory, spawner
        self._debuggers = debuggers
        self._memory_watch = MemoryWatch()
        self._idle: dict[str, list[Environment]] = defaultdict(list)
        self._all: set[Environment] = set()
        self._retired: set[str] = set()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._closing = threading.Event()
        threading.Thread(target=self._keep_house, name="lambda-environments", daemon=True).start()

    def run(self, version: FunctionVersion, invocation: Invocation) -> Outcome:
        """Run an invocation in an idle environment, or in a new one.

        Raises:
            ApiError: the function's role can't be assumed.
        """
        environment = self._take(version)
        try:
            return environment.invoke(invocation)
        finally:
            self._give_back(environment)

    def retire(self, revision_id: str) -> None:
        """End the environments of a revision: idle ones now, busy ones after their invocation."""
        with self._lock:
            self._retired.add(revision_id)
            idle = self._idle.pop(revision_id, [])
        self._end(idle)

    def close(self) -> None:
        """End all environments and their processes."""
        self._closing.set()
        self._spawner.close()
        self._memory_watch.close()
        self._debuggers.close()

    def _take(self, version: FunctionVersion) -> Environment:
        with self._lock:
            idle = self._idle[version.revision_id]
            if idle:
                return idle.pop()
        try:
            credentials = self._host.roles.credentials(
                role_arn=version.role, service=SERVICE_PRINCIPAL, session_name=version.name
            )
        except ApiError as refused:
            message = "The role defined for the function cannot be assumed by Lambda."
            raise ApiError("AccessDeniedException", message, 403, Type="User") from refused
        environment = Environment(
            version,
            credentials,
            self._host.endpoint_url,
            self._directory / str(next(self._numbers)),
            self._spawner,
            self._memory_watch,
            self._host.logs,
            self._debuggers.of(version.name),
        )
        with self._lock:
            self._all.add(environment)
        return environment

    def _give_back(self, environment: Environment) -> None:
        revision = environment.version.revision_id
        with self._lock:
            too_old = time.monotonic() - environment.created > _LIFE_SECONDS
            if revision not in self._retired and not too_old and not self._closing.is_set():
                self._idle[revision].append(environment)
                return
        self._end([environment])

    def _keep_house(self) -> None:
        while not self._closing.wait(_HOUSEKEEPING_SECONDS):
            before = time.monotonic() - _IDLE_SECONDS
            with self._lock:
                old = [one for idle in self._idle.values() for one in idle if one.last_used < before]
                for environment in old:
                    self._idle[environment.version.revision_id].remove(environment)
            self._end(old)

    def _end(self, environments: list[Environment]) -> None:
        for environment in environments:
            environment.close()
            with self._lock:
                self._all.discard(environment)

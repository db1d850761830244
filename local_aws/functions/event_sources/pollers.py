"""The pollers of all mappings, each by its mapping."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from local_aws.functions.event_sources.mapping import Mapping
from local_aws.functions.event_sources.poller import Poller
from local_aws.functions.invocation import Invocation, Outcome
from local_aws.functions.names import SERVICE_PRINCIPAL, parse
from local_aws.functions.registry import Function, Registry
from local_aws.house import Host

Run = Callable[[Function, str | None, Invocation], Outcome]


class Pollers:
    """Starts and stops reading queues.

    Args:
        run: runs an invocation of a function, at a version or an alias.
    """

    def __init__(self, host: Host, registry: Registry, run: Run):
        self._host, self._registry, self._run = host, registry, run
        self._by_mapping: dict[str, Poller] = {}

    def start(self, mapping: Mapping) -> None:
        """Read the queue of a mapping."""

        def client() -> Any:
            role = self._registry.get(parse(mapping.function)).latest.role
            return self._host.roles.client(
                "sqs", role_arn=role, service=SERVICE_PRINCIPAL, session_name=mapping.function
            )

        def invoke(event: str) -> Outcome:
            function = self._registry.get(parse(mapping.function))
            invocation = Invocation(str(uuid.uuid4()), event.encode(), function.arn(mapping.qualifier), "")
            return self._run(function, mapping.qualifier, invocation)

        self._by_mapping[mapping.uuid] = Poller(mapping, self._host.region, self._host.clock, client, invoke)

    def stop(self, mapping: Mapping) -> None:
        """Read it no more."""
        poller = self._by_mapping.pop(mapping.uuid, None)
        if poller is not None:
            poller.stop()

    def close(self) -> None:
        """Read no queue any more."""
        for poller in list(self._by_mapping.values()):
            poller.stop()

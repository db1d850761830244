"""What a service is made of and what the house gives it: the base of all services, and the host they stand in.

A service is a class whose methods are the API's operations, named as boto3's client names them. It never sees
HTTP: the wire has parsed and validated the request against botocore's model, the gateway has authorised it,
and the returned dict is serialised by the operation's output shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.access.roles import Roles
from local_aws.announcer import Announcer
from local_aws.clock import Clock
from local_aws.logs.writer import LogWriter


@dataclass(frozen=True)
class Host:
    """What the house gives to a service; one for each server process.

    `directory` is scratch space of this process, removed when it stops: each service makes its own folder in it.
    """

    account: str
    region: str
    endpoint_url: str
    directory: Path
    clock: Clock
    roles: Roles
    logs: LogWriter
    announcer: Announcer


class Service:
    """Base of the embedded AWS's own services. An operation without a method is answered by name as not there."""

    name: str

    def __init__(self, host: Host):
        self.host = host

    def close(self) -> None:
        """Stop threads and child processes. Called once or more, when the server stops."""

    def resource_policy(self, operation: str, params: dict[str, Any]) -> Mapping[str, Any] | None:
        """The resource-based policy that applies to a call, as parsed JSON; None where there is none."""
        return None

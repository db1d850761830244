"""What a service is made of and what the house gives it: the base of all services, and the host they stand in.

A service stands in one region, as on AWS: what is made in it is seen there alone. Some stand in no region (IAM).

A service is a class whose methods are the API's operations, named as boto3's client names them. It never sees
HTTP: the wire has parsed and validated the request against botocore's model, the gateway has authorised it,
and the returned dict is serialised by the operation's output shape.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_aws.access.roles import Roles
from local_aws.announcer import Announcer
from local_aws.clock import Clock
from local_aws.lag import Lag
from local_aws.logs.writer import LogWriter


@dataclass(frozen=True)
class Host:
    """What the house gives to the services of a region.

    `roles` and `logs` lead to the same region. `directory` is scratch space of this process, removed when it stops:
    each service makes its own folder in it. `lag` says what is late.
    """

    account: str
    region: str
    endpoint_url: str
    directory: Path
    clock: Clock
    roles: Roles
    logs: LogWriter
    lag: Lag
    announcer: Announcer

    def in_region(self, region: str) -> Host:
        """The host of the same house's services in another region."""
        directory, roles = self.directory / region, self.roles.in_region(region)
        directory.mkdir(exist_ok=True)
        return replace(self, region=region, directory=directory, roles=roles, logs=LogWriter(roles, self.lag))


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


class Services:
    """The services of a house: those that stand in no region, and in each region its own.

    Those of another region than the house's own are made when the first request for them comes.

    Args:
        home: the host in the house's own region.
        everywhere: the services that all regions share.
        make: makes the services of a region.
    """

    def __init__(self, home: Host, everywhere: Iterable[Service], make: Callable[[Host], Iterable[Service]]):
        self._home, self._make = home, make
        self._everywhere = {service.name: service for service in everywhere}
        self._hosts = {home.region: home}
        self._regional = {home.region: {service.name: service for service in make(home)}}
        self._lock = threading.Lock()

    def find(self, api: str, region: str) -> Service | None:
        """The service that answers for an API ("stepfunctions") in a region; None for one that isn't ours."""
        return self._everywhere.get(api) or self._in_region(region).get(api)

    def at_home(self) -> tuple[Service, ...]:
        """The services of the house's own region, and those of no region."""
        return (*self._everywhere.values(), *self._in_region(self._home.region).values())

    def close(self) -> None:
        """Stop the threads and child processes of all of them."""
        with self._lock:
            regional = [service for services in self._regional.values() for service in services.values()]
        for service in (*self._everywhere.values(), *regional):
            service.close()

    def close_logs(self) -> None:
        """Stop writing logs, in every region."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            host.logs.close()

    def _in_region(self, region: str) -> dict[str, Service]:
        found = self._regional.get(region)
        if found is not None:
            return found
        with self._lock:
            if region not in self._regional:
                self._hosts[region] = self._home.in_region(region)
                self._regional[region] = {service.name: service for service in self._make(self._hosts[region])}
            return self._regional[region]

"""What a service is made of and what the house gives it: the base of all services, and the host they stand in.

A service stands in one region, as on AWS: what is made in it is seen there alone. Some stand in no region (IAM).

A service is a class whose methods are the API's operations, named as boto3's client names them. It never sees
HTTP: the wire has parsed and validated the request against botocore's model, the gateway has authorised it,
and the returned dict is serialised by the operation's output shape.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from local_aws.access.roles import Roles
from local_aws.announcer import Announcer
from local_aws.clock import Clock
from local_aws.lag import Lag
from local_aws.loading import undisturbed
from local_aws.logs.writer import LogWriter


class Content(Protocol):
    """What is kept beside a record because it may be large, and never changes: an object of S3, a package."""

    @property
    def size(self) -> int:
        """How many bytes."""

    def pieces(self) -> Iterator[bytes]:
        """The bytes, from the first to the last; each call begins anew."""


@dataclass(frozen=True)
class Kept:
    """A record as it outlives the process: plain data (or bytes), and the contents that it names by an id."""

    data: Any
    contents: Mapping[str, Content] = field(default_factory=dict)


class Contents(Protocol):
    """Where the contents are while records are read back."""

    def read(self, identity: str) -> bytes:
        """A content as bytes."""

    def path(self, identity: str) -> Path | None:
        """The file of a content that lies in one; None for one that is small. Never to be written to."""


class Shelf(Protocol):
    """Records of one kind that outlive the process: the one way in which a service offers its state.

    A shelf knows neither when nor how its records are written. `dump` is called from any thread, and takes no lock
    under which somebody may wait for an answer of this server.
    """

    @property
    def kind(self) -> str:
        """The kind of the records."""

    def dump(self, name: str) -> Kept | None:
        """A record; None where there is none of that name (any more)."""

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take a record back, as `dump` gave it. What was running when the process ended has ended."""


@dataclass(frozen=True)
class Records:
    """A shelf of plain records.

    Args:
        get: gives a record's data by its name, None where there is none.
        put: takes one back.
    """

    kind: str
    get: Callable[[str], Any]
    put: Callable[[str, Any], object]

    def dump(self, name: str) -> Kept | None:
        """A record."""
        data = self.get(name)
        return None if data is None else Kept(data)

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take a record back."""
        self.put(name, data)


class Bytes:
    """Bytes as a content."""

    def __init__(self, data: bytes):
        self._data, self.size = data, len(data)

    def pieces(self) -> Iterator[bytes]:
        """The whole."""
        yield self._data


class FileContent:
    """A file that nobody changes, as a content."""

    def __init__(self, path: Path):
        self._path, self.size = path, path.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """Piece by piece."""
        with self._path.open("rb") as file:
            yield from iter(lambda: file.read(1 << 20), b"")


class Keeper:
    """Is told what has changed, and sees that it outlives the process. This one keeps nothing.

    `keeps` says whether it is worth finding out what has changed.
    """

    keeps = False

    def load(self, shelves: Iterable[Shelf]) -> None:
        """Give shelves their records back, in the order of the shelves; from then on `changed` knows their kinds."""

    def kinds(self) -> Iterable[str]:
        """The kinds of which there are records."""
        return ()

    def changed(self, kind: str, name: str) -> None:
        """A record was made, changed or removed. Returns at once."""

    def settle(self) -> None:
        """Return when all that was told is written. Called before each answer leaves the house.

        Raises:
            OSError: there is no room for what the calling thread has told.
        """


@dataclass(frozen=True)
class Host:
    """What the house gives to the services of a region.

    `roles` and `logs` lead to the same region. `directory` is scratch space of this process, removed when it stops:
    each service makes its own folder in it. `lag` says what is late. `debug_port` is the first port on
    which a debugger may attach to a function; None where nobody may. `answers` says whether an operation of an API
    ("sqs", "SendMessage") is answered here.
    """

    account: str
    region: str
    endpoint_url: str
    directory: Path
    clock: Clock
    roles: Roles
    logs: LogWriter
    lag: Lag
    debug_port: int | None
    announcer: Announcer
    answers: Callable[[str, str], bool]
    keeper: Keeper = field(default_factory=Keeper)

    def kind(self, of: str) -> str:
        """The kind of records ("lambda/functions") of this region's services."""
        return f"{of}@{self.region}"

    def changed(self, of: str, name: str) -> None:
        """A record of this region's services was made, changed or removed. Returns at once."""
        self.keeper.changed(self.kind(of), name)

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

    def shelves(self) -> Iterable[Shelf]:
        """The records of this service that outlive the process."""
        return ()

    def loaded(self) -> None:
        """The records are back, and the door is still closed: end what the end of the process has ended."""

    def resumed(self) -> None:
        """The records are back and the door is open: begin again what a restart only interrupts."""

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """The records, as kind and name, that a call may have changed, whatever came of it."""
        return ()

    def resource_policy(self, operation: str, params: dict[str, Any]) -> Mapping[str, Any] | None:
        """The resource-based policy that applies to a call, as parsed JSON; None where there is none."""
        return None


Maker = Callable[[Host], Iterable[Service]]
"""Makes services of a region."""


class Services:
    """The services of a house: those that stand in no region, and in each region its own.

    What stands in a region is made when the first request for it comes: nobody waits for the code of what isn't used.

    Args:
        home: the host in the house's own region.
        everywhere: the services that all regions share.
        makers: by the name of an API, what makes its service in a region, with its records back; one for several
            APIs makes them together.
    """

    def __init__(self, home: Host, everywhere: Iterable[Service], makers: Mapping[str, Maker]):
        self._home, self._makers = home, makers
        self._everywhere = {service.name: service for service in everywhere}
        self._hosts = {home.region: home}
        self._made: dict[tuple[str, Maker], dict[str, Service]] = {}
        self._lock = threading.Lock()

    def find(self, api: str, region: str) -> Service | None:
        """The service that answers for an API ("stepfunctions") in a region; None for one that isn't ours."""
        if api in self._everywhere or api not in self._makers:
            return self._everywhere.get(api)
        return self._in_region(self._makers[api], region)[api]

    def in_region(self, region: str) -> tuple[Service, ...]:
        """All services of a region, and those of no region."""
        makers = dict.fromkeys(self._makers.values())
        regional = [service for maker in makers for service in self._in_region(maker, region).values()]
        return (*self._everywhere.values(), *regional)

    def resumed(self) -> None:
        """The records of all of them are back and the door is open."""
        for service in self._all():
            service.resumed()

    def close(self) -> None:
        """Stop the threads and child processes of all of them."""
        for service in self._all():
            service.close()

    def close_logs(self) -> None:
        """Stop writing logs, in every region."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            host.logs.close()

    def _all(self) -> list[Service]:
        with self._lock:
            regional = [service for services in self._made.values() for service in services.values()]
        return [*self._everywhere.values(), *regional]

    def _in_region(self, maker: Maker, region: str) -> dict[str, Service]:
        found = self._made.get((region, maker))
        if found is not None:
            return found
        with self._lock:
            if region not in self._hosts:
                self._hosts[region] = self._home.in_region(region)
            if (region, maker) not in self._made:
                with undisturbed():
                    made = maker(self._hosts[region])
                self._made[region, maker] = {service.name: service for service in made}
            return self._made[region, maker]

"""The server process: the house put together, listening on the loopback alone.

Threaded, with a thread for each kept-alive connection (a function that runs may call back while its caller waits).
It stops cleanly on SIGINT and SIGTERM, and when the process named as its parent is gone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore import xform_name

from local_aws import ACCOUNT, REGION
from local_aws.access import administrator
from local_aws.access.callers import Callers
from local_aws.access.roles import Roles
from local_aws.announcer import Announcer
from local_aws.clock import Clock
from local_aws.gateway.gateway import Gateway
from local_aws.gateway.throttle import Throttle
from local_aws.house import Host, Keeper, Maker, Service, Services
from local_aws.http_server import HttpServer
from local_aws.iam.service import IamService
from local_aws.iam.sts import StsService
from local_aws.isolation import kernel, scratch, system
from local_aws.lag import Lag
from local_aws.logs.writer import LogWriter
from local_aws.moto.backend import SERVICES as MOTO_SERVICES
from local_aws.moto.backend import Backends, secret_of
from local_aws.moto.coverage import operations
from local_aws.moto.inside import Moto
from local_aws.s3.bucket_defaults import BucketDefaults
from local_aws.s3.bucket_names import BucketNames
from local_aws.s3.bucket_policies import BucketPolicies
from local_aws.s3.encryption import Encryption
from local_aws.s3.events import S3Events
from local_aws.s3.listings import Listings
from local_aws.s3.object_lock import ObjectLock
from local_aws.s3.object_parts import ObjectParts
from local_aws.s3.service import S3
from local_aws.state.folder import one_waits, prepare, put_in_place, set_aside_notice, taken
from local_aws.state.keeper import Writer
from local_aws.state.store import Store

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_NO_ISOLATION = (
    "This system allows no namespaces: functions and jobs see the whole file system with your rights. "
    "Run only code here that you would run yourself."
)


@dataclass(frozen=True)
class LocalAws:
    """A running embedded AWS: where it answers, what its administrator signs with, and what its clock does."""

    endpoint_url: str
    admin_secret: str
    host: Host
    house: Services
    http: HttpServer

    @property
    def services(self) -> tuple[Service, ...]:
        """The services of the region of `host`, and those of no region; made, where nobody has asked for them."""
        return self.house.in_region(self.host.region)


@contextlib.contextmanager
def serve(
    port: int = 0,
    clock: float = 60.0,
    directory: Path | None = None,
    state: Path | None = None,
    lag: Lag | None = None,
    debug_port: int | None = None,
) -> Iterator[LocalAws]:
    """Serve the embedded AWS from threads of this process until the block ends.

    Args:
        port: on 127.0.0.1; 0 takes a free one.
        clock: how many times faster than the wall's clock waits pass.
        directory: scratch folder, emptied of this server's things at the end; a temporary one by default.
        state: the folder in which what is made outlives the process; without one, nothing does.
        lag: what of AWS is late; nothing by default.
        debug_port: where debuggers attach to functions, the first of them; nowhere by default.

    Raises:
        OSError: the port is taken.
        StateRefused: the folder is in use, or what is in it can't be read.
    """
    with scratch.folder(directory) as own, _serving(port, clock, own, state, lag or Lag(), debug_port) as aws:
        yield aws


@contextlib.contextmanager
def _serving(
    port: int, clock: float, directory: Path, state: Path | None, lag: Lag, debug_port: int | None
) -> Iterator[LocalAws]:
    http = HttpServer((LOOPBACK, port), _starting)
    url = f"http://{LOOPBACK}:{http.port}"
    secret = administrator.secret_on(http.port)
    roles = Roles(url, ACCOUNT, REGION, secret, lag)
    with _kept(state, url) as keeper:
        logs, announcer = LogWriter(roles, lag), Announcer(roles)

        def answers(api: str, operation: str) -> bool:
            own = services.find(api, REGION)
            if own is not None and hasattr(own, xform_name(operation)):
                return True
            return api in MOTO_SERVICES.values() and operation in operations(api)

        host = Host(
            ACCOUNT, REGION, url, directory, Clock(clock), roles, logs, lag, debug_port, announcer, answers, keeper
        )
        callers, moto = Callers(roles.identities, roles.iam, secret, secret_of), Backends(keeper)
        inside = Moto(moto, host.region)
        keeper.load(moto.shelves())
        services = Services(host, (StsService(host), IamService(host, inside)), MAKERS)
        for region in {kind.partition("@")[2] for kind in keeper.kinds()} - {""}:
            services.in_region(region)
        defaults = BucketDefaults(host, inside)
        policies = BucketPolicies(host, defaults)
        parts = (S3Events(host), policies, defaults)
        keeper.load([shelf for part in parts for shelf in part.shelves()])
        others = Encryption(host, inside), Listings(host, inside), ObjectParts(host), ObjectLock(host, inside)
        s3 = S3(roles, callers, parts, others, BucketNames(lag), moto)
        http.application = Gateway(roles, callers, services, s3, moto, Throttle(lag), keeper)
        thread = threading.Thread(target=http.serve_forever, name="http", daemon=True)
        thread.start()
        try:
            roles.iam.begin()
            services.resumed()
            for part in parts:
                part.resumed()
            with administrator.kept(secret, http.port):
                yield LocalAws(url, secret, host, services, http)
        finally:
            # Once while the door is open, since what a service ends may have a last line to log, and once for what
            # was let in meanwhile.
            services.close()
            http.shutdown()
            services.close_logs()
            host.announcer.close()
            services.close()
            for part in parts:
                part.close()
            lag.close()
            http.server_close()


@contextlib.contextmanager
def _kept(folder: Path | None, url: str) -> Iterator[Keeper]:
    """What keeps the state, as long as the block lasts.

    Raises:
        StateRefused, OSError: as `serve` raises them.
    """
    if folder is None:
        yield Keeper()
        return
    with taken(folder, url):
        put_in_place(folder)
        aside = prepare(folder)
        if aside is not None:
            log.warning("%s", set_aside_notice(aside))
            print(set_aside_notice(aside), flush=True)
        with contextlib.closing(Store(folder)) as store, contextlib.closing(Writer(store)) as keeper:
            yield keeper


def run(
    port: int,
    clock: float,
    parent: int | None = None,
    ready_file: Path | None = None,
    log_file: Path | None = None,
    state: Path | None = None,
    lag: Lag | None = None,
    debug_port: int | None = None,
) -> int | None:
    """Serve until interrupted, told to stop, left alone by the parent process, or given another state.

    Args:
        parent: a process id; the server stops when that process is gone.
        ready_file: where to write `{"endpoint_url", "pid", "clock", "log"}` once the server answers.
        log_file: where the server's own log goes; a temporary file by default.
        state: as for `serve`.
        lag: what of AWS is late; nothing by default.
        debug_port: where debuggers attach to functions, the first of them; nowhere by default.

    Returns:
        The port on which the process is to begin anew, with the state that waits; None where it is to end.
    """
    log_file = log_file or Path(tempfile.gettempdir()) / f"local-aws-{os.getpid()}.log"
    logging.basicConfig(filename=log_file, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # What functions and jobs are given must be readable to whom they run as.
    os.umask(0o022)
    stop = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stop.set())
    if kernel.known():
        # The administrator's secret, and whatever the environment of whoever started this holds.
        kernel.hide_memory()
    with serve(port, clock, state=state, lag=lag, debug_port=debug_port) as aws:
        speed = "real time" if clock == 1 else f"waits pass {clock:g} times as fast as on AWS"
        if aws.host.lag.is_late:
            speed += "; rights, names, events and logs are late, as on AWS"
        print(f"The embedded AWS answers at {aws.endpoint_url} ({speed}). Its log: {log_file}", flush=True)
        refusal = system.refusal()
        if refusal is not None:
            log.warning("%s (%s)", _NO_ISOLATION, refusal)
            print(f"{_NO_ISOLATION} ({refusal})", flush=True)
        if ready_file:
            _write_ready(ready_file, aws, log_file)
        try:
            replaced = False
            while not (replaced or stop.wait(0.5)):
                if parent is not None and not _alive(parent):
                    break
                replaced = state is not None and one_waits(state)
        finally:
            if ready_file:
                ready_file.unlink(missing_ok=True)
    if not replaced or stop.is_set():
        return None
    administrator.hand_on(aws.admin_secret, aws.http.port)
    return aws.http.port


def _with_records(host: Host, *services: Service) -> tuple[Service, ...]:
    """Services of a region, their records back."""
    host.keeper.load(shelf for service in services for shelf in service.shelves())
    for service in services:
        service.loaded()
    return services


# Each is imported when somebody first asks for it: together they take longer than all that a server needs to answer.


def _eventbridge(host: Host) -> tuple[Service, ...]:
    from local_aws.eventbridge.service import EventBridgeService

    return _with_records(host, EventBridgeService(host))


def _scheduler(host: Host) -> tuple[Service, ...]:
    from local_aws.eventbridge.scheduler.service import SchedulerService

    return _with_records(host, SchedulerService(host))


def _lambda(host: Host) -> tuple[Service, ...]:
    from local_aws.functions.service import LambdaService

    return _with_records(host, LambdaService(host))


def _states(host: Host) -> tuple[Service, ...]:
    from local_aws.states.service import StatesService

    return _with_records(host, StatesService(host))


def _logs(host: Host) -> tuple[Service, ...]:
    from local_aws.cloudwatch_logs.service import LogsService

    return _with_records(host, LogsService(host))


def _sagemaker(host: Host) -> tuple[Service, ...]:
    from local_aws.sagemaker import service as sagemaker

    return _with_records(host, *sagemaker.services(host))


def _tagging(host: Host) -> tuple[Service, ...]:
    from local_aws.tagging.service import TaggingService

    return _with_records(host, TaggingService(host))


MAKERS: dict[str, Maker] = {
    "events": _eventbridge,
    "scheduler": _scheduler,
    "lambda": _lambda,
    "stepfunctions": _states,
    "logs": _logs,
    "sagemaker": _sagemaker,
    "sagemaker-runtime": _sagemaker,
    "resourcegroupstaggingapi": _tagging,
}
"""What makes the services that stand in a region, by the names of their APIs."""


def _starting(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0"), ("Retry-After", "1")])
    return [b""]


def _write_ready(path: Path, aws: LocalAws, log_file: Path) -> None:
    ready = {
        "endpoint_url": aws.endpoint_url,
        "pid": os.getpid(),
        "clock": aws.host.clock.factor,
        "log": str(log_file),
    }
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(ready))
    partial.replace(path)


def _alive(pid: int) -> bool:
    import psutil  # its import is a twentieth of a server's start, which asks after nobody's life

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

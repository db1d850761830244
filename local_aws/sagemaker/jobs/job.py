"""The life cycle that processing, training and transform jobs share.

A kind of job is a subclass of `Job`: its `work` runs on a thread of the job's own and raises `JobFailed` where it
can't go on; `ended` writes down how it ended. The base class knows of Stop, of the time limit, of the server that
closes, of scratch space, and of the containers that the work starts.

Provisioning passes on the host's clock (`pause`); MaxRuntimeInSeconds is real time, as all limits of real work are.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.call import ApiError
from local_aws.lag import Kind
from local_aws.logs.writer import LogStream
from local_aws.sagemaker.collection import Record
from local_aws.sagemaker.containers.container import Container, ContainerFailed
from local_aws.sagemaker.platform import Platform
from local_aws.sagemaker.running_jobs import COMPLETED, FAILED, STOPPED
from local_aws.sagemaker.state_changes import announce

REASON_LENGTH = 1024
NO_SPACE = "No space left on device. Please use a larger volume, or reduce the size of the job's data."
ENDED_WITH_THE_SERVER = (
    "InternalServerError: The embedded AWS ended while this job was running. Start the job again under another name."
)
GRACE_SECONDS = 120
"""Between SIGTERM and SIGKILL when a job is stopped (SageMaker developer guide), on the host's clock."""

_log = logging.getLogger(__name__)
_LEAST_GRACE = 1.0
_CHECK_SECONDS = 0.05


class JobFailed(Exception):
    """The job ends as Failed; the text is its FailureReason."""


class JobStopped(Exception):
    """Stop was asked for, or the server closes."""


class OutOfTime(JobStopped):
    """MaxRuntimeInSeconds have passed."""


class Job(ABC):
    """One job and its thread.

    Args:
        platform: the SageMaker it runs on.
        record: what its Describe operation answers; its status is InProgress.
        role_arn: the role it works under.
        cluster: its InstanceType and InstanceCount.
        limit: its MaxRuntimeInSeconds, None for no limit.
    """

    status: ClassVar[str]
    """The member of the record that holds the job's status."""
    log_group: ClassVar[str]
    explanation: ClassVar[str] = "output/message"
    """The file under `/opt/ml` in which a container may explain its failure."""

    def __init__(
        self,
        platform: Platform,
        record: Record,
        role_arn: str,
        cluster: Mapping[str, Any],
        limit: float | None = None,
    ):
        self.platform, self.record, self.role_arn, self.cluster = platform, record, role_arn, cluster
        self.containers: list[Container] = []
        self._limit, self._deadline = limit, float("inf")
        self._told_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=record.arn, daemon=True)

    # ---- from outside --------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; the job is among the platform's running ones until it has ended."""
        self.platform.running.add(self)
        announce(self.platform.host, self.record)
        self._thread.start()

    def stop(self) -> None:
        """Tell the job to stop, without waiting for it."""
        self._told_to_stop.set()

    def join(self, timeout: float) -> None:
        """Wait until the job has ended."""
        self._thread.join(timeout)

    # ---- what a kind of job defines ------------------------------------------------------------------

    @abstractmethod
    def work(self, directory: Path) -> None:
        """Do the job, with a scratch folder that is removed afterwards.

        Raises:
            JobFailed: it can't be done.
            JobStopped: as `pause`, `check` and `execute` raise it.
        """

    @abstractmethod
    def ended(self, status: str, reason: str | None, out_of_time: bool) -> None:
        """Write down the end: Completed, Failed with a reason, or Stopped."""

    # ---- for the work --------------------------------------------------------------------------------

    def client(self, api: str) -> Any:
        """A client under the job's role."""
        return self.platform.client(api, self.role_arn)

    def begin(self) -> None:
        """Let the time limit run from now."""
        if self._limit is not None:
            self._deadline = time.monotonic() + self._limit

    def pause(self, seconds: float) -> None:
        """Let so many AWS seconds pass.

        Raises:
            JobStopped: told to stop meanwhile.
        """
        self.platform.host.clock.wait(self._told_to_stop, seconds)
        self.check()

    def provision(self, usual_seconds: float) -> None:
        """Let the time pass in which instances, or what runs on them, are made ready: usually so many AWS seconds.

        Raises:
            JobStopped: told to stop meanwhile.
        """
        with self.provisioning(usual_seconds):
            pass

    @contextlib.contextmanager
    def provisioning(self, usual_seconds: float) -> Iterator[None]:
        """As `provision`, with what is made ready meanwhile in the block: it takes longer where that does.

        Raises:
            JobStopped: told to stop meanwhile.
        """
        seconds = self.platform.host.lag.seconds(Kind.PROVISIONING, self.record.arn, usual_seconds)
        with self.platform.host.clock.at_least(self._told_to_stop, seconds):
            yield
        self.check()

    def check(self) -> None:
        """Raise where the job may not go on.

        Raises:
            JobStopped: told to stop, or (`OutOfTime`) at the end of its time.
        """
        if self._told_to_stop.is_set():
            raise JobStopped
        if time.monotonic() > self._deadline:
            raise OutOfTime

    def log_stream(self, name: str) -> LogStream:
        """A log stream of this job's group, written under its role."""
        return self.platform.log_stream(self.role_arn, self.log_group, name)

    def container(self, root: Path, host: str, watch: Callable[[str], None] | None = None) -> Container:
        """A new instance of this job, named as its containers know it ("algo-1"), with its log stream.

        `watch` is called with each line of its output.
        """
        log = self.log_stream(f"{self.record.name}/{host}-{int(time.time())}")
        self.containers.append(Container(root, host, log, self.explanation, watch))
        return self.containers[-1]

    def execute(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Wait until every started container has exited with 0, calling `meanwhile` now and then.

        The first container that fails ends the others. Where the job is stopped, each gets SIGTERM and some time.

        Raises:
            JobFailed: a container exited with another code.
            JobStopped: told to stop, or at the end of its time.
        """
        try:
            while running := [container for container in self.containers if not container.exited()]:
                running[0].wait(_CHECK_SECONDS)
                self.check()
                self._check_containers()
                meanwhile()
            self._check_containers()
        except JobStopped:
            self._end_gently()
            raise
        finally:
            self._close_containers()

    def _check_containers(self) -> None:
        for container in self.containers:
            try:
                container.check()
            except ContainerFailed as failure:
                raise JobFailed(failure.reason) from failure

    def _end_gently(self) -> None:
        for container in self.containers:
            container.terminate()
        closing = self.platform.closing.is_set()
        grace = 0.0 if closing else max(_LEAST_GRACE, self.platform.host.clock.wall(GRACE_SECONDS))
        deadline = time.monotonic() + grace
        for container in self.containers:
            container.wait(max(0.0, deadline - time.monotonic()))

    def _close_containers(self) -> None:
        for container in self.containers:
            container.close()

    # ---- the thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(
                dir=self.platform.directory, prefix=f"{self.record.name}-", ignore_cleanup_errors=True
            ) as directory:
                status, reason, out_of_time = self._outcome(Path(directory))
                self.ended(status, reason[:REASON_LENGTH] if reason else None, out_of_time)
        except OSError as error:
            # There is no room for the scratch folder, or its parent is gone: a job that hasn't begun ends, too.
            self.ended(FAILED, self._unforeseen(error), False)
        finally:
            self.platform.running.remove(self)

    def _outcome(self, directory: Path) -> tuple[str, str | None, bool]:
        try:
            self.work(directory)
        except JobStopped as stopped:
            if self.platform.closing.is_set():
                return FAILED, ENDED_WITH_THE_SERVER, False
            return STOPPED, None, isinstance(stopped, OutOfTime)
        except JobFailed as failure:
            return FAILED, str(failure), False
        except Exception as error:
            return FAILED, self._unforeseen(error), False
        finally:
            self._close_containers()
        return COMPLETED, None, False

    def _unforeseen(self, error: Exception) -> str:
        """The reason for a failure that the work didn't explain: a call of AWS, the disk, or a fault of ours."""
        if isinstance(error, ApiError):
            return f"ClientError: {error.message}"
        if isinstance(error, ClientError | BotoCoreError):
            return f"ClientError: {error}"
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return f"ClientError: {NO_SPACE}"
        _log.error("the job %s failed inside", self.record.arn, exc_info=error)
        return "InternalServerError: We encountered an internal error. Please try again."

"""The jobs that have not ended, whatever their kind: what a platform keeps of them, and how they end with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from local_aws.sagemaker.collection import Record

IN_PROGRESS, COMPLETED, FAILED, STOPPING, STOPPED = "InProgress", "Completed", "Failed", "Stopping", "Stopped"
ACTIVE = (IN_PROGRESS, STOPPING)


class RunningJob(Protocol):
    """A job, as those know it that only have to find and stop it."""

    status: ClassVar[str]
    record: Record
    cluster: Mapping[str, Any]

    def stop(self) -> None:
        """Tell the job to stop, without waiting for it."""

    def join(self, timeout: float) -> None:
        """Wait until the job has ended, so many seconds at most."""


class RunningJobs:
    """The jobs that have not ended, by ARN."""

    def __init__(self) -> None:
        self._jobs: dict[str, RunningJob] = {}
        self._lock = threading.Lock()

    def add(self, job: RunningJob) -> None:
        with self._lock:
            self._jobs[job.record.arn] = job

    def remove(self, job: RunningJob) -> None:
        with self._lock:
            if self._jobs.get(job.record.arn) is job:
                del self._jobs[job.record.arn]

    def find(self, arn: str) -> RunningJob | None:
        with self._lock:
            return self._jobs.get(arn)

    def instances(self, kind: type[RunningJob], instance_type: str) -> int:
        """How many instances of a type the jobs of one kind use."""
        with self._lock:
            jobs = list(self._jobs.values())
        clusters = [job.cluster for job in jobs if isinstance(job, kind) and job.record[job.status] in ACTIVE]
        return sum(cluster["InstanceCount"] for cluster in clusters if cluster["InstanceType"] == instance_type)

    def stop_all(self, timeout: float = 10.0) -> None:
        """Stop every job, and wait for all of them together at most so long."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        deadline = time.monotonic() + timeout
        for job in jobs:
            job.join(max(0.0, deadline - time.monotonic()))

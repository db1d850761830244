"""What the operations on processing, training and transform jobs have in common."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from local_aws.call import ApiError, Call
from local_aws.sagemaker.api.operations import Operations
from local_aws.sagemaker.collection import Collection, Record, now
from local_aws.sagemaker.jobs.job import Job
from local_aws.sagemaker.platform import Platform
from local_aws.sagemaker.running_jobs import ACTIVE, IN_PROGRESS, STOPPING


class JobOperations(Operations):
    """Launching a job within the quotas, stopping it, forgetting it."""

    def __init__(self, platform: Platform):
        super().__init__(platform)
        self._launching = threading.Lock()

    def check_new(self, jobs: Collection[Record], record: Record) -> None:
        """Raise where a job of this name exists, ended or not.

        Raises:
            ApiError: `ResourceInUse`.
        """
        if jobs.find(record.name) is not None:
            raise ApiError(
                "ResourceInUse",
                "Job name must be unique within an AWS account and region, and a job with this name already exists "
                f"({record.arn})",
            )

    def launch(
        self, call: Call, jobs: Collection[Record], job: Job, purpose: str, tags: list[Mapping[str, str]] | None
    ) -> None:
        """Start a job whose request has been checked.

        Args:
            purpose: the quota it counts for, such as `quotas.PROCESSING`.

        Raises:
            ApiError: `ResourceInUse`, `ResourceLimitExceeded`, or the caller may not set the tags.
        """
        kind, count = job.cluster["InstanceType"], job.cluster["InstanceCount"]
        with self._launching:
            self.check_new(jobs, job.record)
            limit = job.record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 0)
            self.platform.quotas.require_time(purpose, limit)
            used = self.platform.running.instances
            self.platform.quotas.require(kind, purpose, count, lambda: used(type(job), kind))
            self.platform.tag(call, job.record.arn, tags)
            jobs.add(job.record)
            job.start()

    def stop(self, record: Record, status: str, noun: str) -> None:
        """Tell a job to stop; one that is stopping already is left alone.

        Raises:
            ApiError: `ValidationException`, it has ended.
        """
        if record.change_if(status, (IN_PROGRESS,), **{status: STOPPING, "LastModifiedTime": now()}):
            job = self.platform.running.find(record.arn)
            if job is not None:
                job.stop()
        elif record[status] != STOPPING:
            raise ApiError(
                "ValidationException", f"The request was rejected because the {noun} is in status {record[status]}."
            )

    def delete(self, jobs: Collection[Record], record: Record, status: str, noun: str) -> None:
        """Forget a job and its tags; its name is free again.

        Raises:
            ApiError: `ResourceInUse`, it has not ended.
        """
        if record[status] in ACTIVE:
            raise ApiError(
                "ResourceInUse", f"The request was rejected because the {noun} is in status {record[status]}."
            )
        jobs.remove(record)
        self.platform.untag(record.arn)

"""A processing job at work: instances that share the inputs, the script in each, outputs that go to S3.

Source: SageMaker developer guide, "Build your own processing container" and "Create a processing job".
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from local_aws.sagemaker.collection import now
from local_aws.sagemaker.containers.sandbox import OPT_ML
from local_aws.sagemaker.jobs import transfer
from local_aws.sagemaker.jobs.job import Job
from local_aws.sagemaker.locations import parse

_PROVISIONING_SECONDS = 60


class ProcessingJob(Job):
    """One processing job. Outputs at the end of the job are sent only when every instance has done well."""

    status = "ProcessingJobStatus"
    log_group = "/aws/sagemaker/ProcessingJobs"

    def work(self, directory: Path) -> None:
        """Fetch, run, send, as `Job.work` says."""
        self.provision(_PROVISIONING_SECONDS)
        hosts = [f"algo-{number}" for number in range(1, self.cluster["InstanceCount"] + 1)]
        roots = [directory / host for host in hosts]
        s3 = self.client("s3")
        self._fetch(s3, roots)
        continuous, at_the_end = self._outputs(s3, roots)
        self.record.update(ProcessingStartTime=now(), LastModifiedTime=now())
        self.begin()
        for root, host in zip(roots, hosts, strict=True):
            self._write_configuration(root, host, hosts)
            self._start(root, host)

        def send() -> None:
            for output in continuous:
                output.sync()

        self.execute(send)
        for output in (*continuous, *at_the_end):
            self.check()
            output.finish()

    def ended(self, status: str, reason: str | None, out_of_time: bool) -> None:
        """Write down status, reason, the containers' message and the time."""
        message = next(filter(None, (each.explanation() for each in self.containers)), None)
        self.record.update(
            ProcessingJobStatus=status,
            FailureReason=reason,
            ExitMessage=message,
            ProcessingEndTime=now(),
            LastModifiedTime=now(),
        )

    def _fetch(self, s3: Any, roots: list[Path]) -> None:
        for each in self.record.get("ProcessingInputs", []):
            source = each["S3Input"]
            files = transfer.objects(s3, source)
            for index, root in enumerate(roots):
                self.check()
                part = transfer.shard(files, source["S3DataDistributionType"], index, len(roots))
                transfer.download(s3, part, root / _in_tree(source["LocalPath"]))

    def _outputs(self, s3: Any, roots: list[Path]) -> tuple[list[transfer.Upload], list[transfer.Upload]]:
        """Make the outputs' folders; those that are sent continuously, and those that are sent at the end."""
        continuous: list[transfer.Upload] = []
        at_the_end: list[transfer.Upload] = []
        for each in self.record.get("ProcessingOutputConfig", {"Outputs": []})["Outputs"]:
            target = each["S3Output"]
            for root in roots:
                (root / _in_tree(target["LocalPath"])).mkdir(parents=True, exist_ok=True)
                kind = continuous if target["S3UploadMode"] == "Continuous" else at_the_end
                kind.append(transfer.Upload(s3, root, _in_tree(target["LocalPath"]), parse(target["S3Uri"])))
        return continuous, at_the_end

    def _write_configuration(self, root: Path, host: str, hosts: list[str]) -> None:
        configuration = root / "config"
        configuration.mkdir(parents=True)
        (root / "output").mkdir(exist_ok=True)
        request = {key: value for key, value in self.record.describe().items() if key in _REQUEST}
        (configuration / "processingjobconfig.json").write_text(json.dumps(request, indent=2))
        (configuration / "resourceconfig.json").write_text(json.dumps({"current_host": host, "hosts": hosts}))

    def _start(self, root: Path, host: str) -> None:
        application = self.record["AppSpecification"]
        self.container(root, host).start(
            [*application["ContainerEntrypoint"], *application.get("ContainerArguments", [])],
            {**self.platform.environment(self.role_arn), **self.record.get("Environment", {})},
        )


_REQUEST = (
    "ProcessingJobArn",
    "ProcessingJobName",
    "AppSpecification",
    "Environment",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "RoleArn",
    "StoppingCondition",
)
"""The members of the record that `processingjobconfig.json` repeats."""


def _in_tree(local_path: str) -> str:
    """The place in an instance's tree of a container's path below `/opt/ml`."""
    return PurePosixPath(local_path[len(OPT_ML) :].strip("/")).as_posix()

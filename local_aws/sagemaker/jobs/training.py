"""A training job at work: channels into the instances, the image's program or the request's, the artifacts to S3.

What the containers leave in /opt/ml/model becomes `model.tar.gz`, what they leave in /opt/ml/output/data
`output.tar.gz`; several instances share both, and a job that leaves nothing there makes neither. A program of
SageMaker's own may have packed its model itself.

Statuses and the texts of their transitions are those that the real service records. Source: recorded executions;
SageMaker API reference, DescribeTrainingJob; developer guide, "How Amazon SageMaker AI Processes Training Output".
"""

from __future__ import annotations

import json
import math
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from local_aws.sagemaker import images
from local_aws.sagemaker.collection import Record, now
from local_aws.sagemaker.containers import tree
from local_aws.sagemaker.jobs import transfer
from local_aws.sagemaker.jobs.job import Job
from local_aws.sagemaker.jobs.metrics import Metrics
from local_aws.sagemaker.jobs.pipes import Pipe
from local_aws.sagemaker.locations import parse
from local_aws.sagemaker.platform import Platform
from local_aws.sagemaker.running_jobs import COMPLETED, FAILED, STOPPED, STOPPING

STARTING, DOWNLOADING, TRAINING, UPLOADING = "Starting", "Downloading", "Training", "Uploading"
OUT_OF_TIME = "MaxRuntimeExceeded"
MESSAGES = {
    STARTING: "Preparing the instances for training",
    DOWNLOADING: "Downloading the training image",
    TRAINING: "Training image download completed. Training in progress.",
    UPLOADING: "Uploading generated training model",
    COMPLETED: "Training job completed",
    FAILED: "Training job failed",
    STOPPING: "Stopping the training job",
    STOPPED: "Training job stopped",
    OUT_OF_TIME: "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
_UNDER_WAY = (STARTING, DOWNLOADING, TRAINING, UPLOADING, STOPPING)
_PROVISIONING_SECONDS, _IMAGE_SECONDS = 60, 30
_PACKED = "output/model.tar.gz"
"""Where a program that packs its model itself leaves it."""
_RESULTS = {"model.tar.gz": "model", "output.tar.gz": "output/data"}
_GROUP = "homogeneousCluster"


class TrainingJob(Job):
    """One training job."""

    status = "TrainingJobStatus"
    log_group = "/aws/sagemaker/TrainingJobs"
    explanation = "output/failure"

    def __init__(
        self, platform: Platform, record: Record, role_arn: str, cluster: Mapping[str, Any], limit: float | None
    ):
        super().__init__(platform, record, role_arn, cluster, limit)
        self._metrics = Metrics(record["AlgorithmSpecification"].get("MetricDefinitions", []))
        self._entering = threading.Lock()

    def stop(self) -> None:
        """Tell the job to stop; its secondary status shows it at once."""
        super().stop()
        self._enter(STOPPING, now())

    def work(self, directory: Path) -> None:
        """Fetch, train, send, as `Job.work` says."""
        self.provision(_PROVISIONING_SECONDS)
        self._next(DOWNLOADING)
        self.record.update(TrainingStartTime=self.record["SecondaryStatusTransitions"][-1]["StartTime"])
        self.begin()
        hosts = [f"algo-{number}" for number in range(1, self.cluster["InstanceCount"] + 1)]
        roots = [directory / host for host in hosts]
        s3 = self.client("s3")
        pipes: list[Pipe] = []
        try:
            self._fetch(s3, roots, pipes)
            self.pause(_IMAGE_SECONDS)
            self._next(TRAINING)
            for root, host in zip(roots, hosts, strict=True):
                self._write_configuration(root, host, hosts)
                self._start(root, host)
            self._run_with(pipes)
        finally:
            for pipe in pipes:
                pipe.close()
        self._next(UPLOADING)
        self._send(s3, roots, directory)

    def ended(self, status: str, reason: str | None, out_of_time: bool) -> None:
        """Write down status, reason, metrics and times."""
        end = now()
        changes: dict[str, Any] = {"FailureReason": reason, "FinalMetricDataList": self._metrics.last() or None}
        if start := self.record.get("TrainingStartTime"):
            seconds = math.ceil((end - start).total_seconds())
            changes |= {"TrainingEndTime": end, "TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        self._enter(OUT_OF_TIME if out_of_time else status, end, **changes, TrainingJobStatus=status)

    def _next(self, secondary: str) -> None:
        """Go on to the next status, unless the job may not go on.

        Raises:
            JobStopped: as `check` raises it.
        """
        self.check()
        self._enter(secondary, now())

    def _enter(self, secondary: str, moment: datetime, **changes: Any) -> None:
        """Let the secondary status be this one from a moment on; a job that has ended keeps its last one."""
        with self._entering:
            transitions = [dict(each) for each in self.record["SecondaryStatusTransitions"]]
            if "EndTime" in transitions[-1]:
                return
            transitions[-1]["EndTime"] = moment
            transitions.append({"Status": secondary, "StartTime": moment, "StatusMessage": MESSAGES[secondary]})
            if secondary not in _UNDER_WAY:
                transitions[-1]["EndTime"] = moment
            self.record.update(
                SecondaryStatus=secondary, SecondaryStatusTransitions=transitions, LastModifiedTime=moment, **changes
            )

    def _run_with(self, pipes: list[Pipe]) -> None:
        for pipe in pipes:
            pipe.start()

        def look() -> None:
            for pipe in pipes:
                pipe.check()

        self.execute(look)

    def _fetch(self, s3: Any, roots: list[Path], pipes: list[Pipe]) -> None:
        """Bring the channels into the instances; those in Pipe mode are added to `pipes`."""
        for each in self.record.get("InputDataConfig", []):
            source, name = each["DataSource"]["S3DataSource"], each["ChannelName"]
            files = transfer.objects(s3, source)
            for index, root in enumerate(roots):
                self.check()
                part = transfer.shard(files, source["S3DataDistributionType"], index, len(roots))
                if self._mode(each) == "Pipe":
                    pipes.append(Pipe(s3, part, root / "input" / "data", name))
                else:
                    # FastFile brings a file when it is opened; here it is there before, and reads the same.
                    transfer.download(s3, part, root / "input" / "data" / name)

    def _mode(self, channel: Mapping[str, Any]) -> str:
        """The channel's input mode: its own, else the job's."""
        return channel.get("InputMode") or self.record["AlgorithmSpecification"]["TrainingInputMode"]

    def _write_configuration(self, root: Path, host: str, hosts: list[str]) -> None:
        folder = root / "input" / "config"
        folder.mkdir(parents=True)
        (root / "output" / "data").mkdir(parents=True)
        (root / "model").mkdir()
        channels = {
            each["ChannelName"]: {
                "TrainingInputMode": self._mode(each),
                "S3DistributionType": each["DataSource"]["S3DataSource"]["S3DataDistributionType"],
                "RecordWrapperType": each["RecordWrapperType"],
                **({"ContentType": each["ContentType"]} if "ContentType" in each else {}),
            }
            for each in self.record.get("InputDataConfig", [])
        }
        contents = {
            "hyperparameters": self.record.get("HyperParameters", {}),
            "inputdataconfig": channels,
            "resourceconfig": self._resources(host, hosts),
        }
        for name, content in contents.items():
            (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")

    def _resources(self, host: str, hosts: list[str]) -> dict[str, Any]:
        kind = self.cluster["InstanceType"]
        return {
            "current_host": host,
            "current_instance_type": kind,
            "current_group_name": _GROUP,
            "hosts": hosts,
            "instance_groups": [{"instance_group_name": _GROUP, "instance_type": kind, "hosts": hosts}],
            "network_interface_name": "eth0",
        }

    def _start(self, root: Path, host: str) -> None:
        specification = self.record["AlgorithmSpecification"]
        environment = {
            **self.platform.environment(self.role_arn),
            "TRAINING_JOB_NAME": self.record.name,
            "TRAINING_JOB_ARN": self.record.arn,
            **self.record.get("Environment", {}),
        }
        container = self.container(root, host, self._metrics.read)
        if entrypoint := specification.get("ContainerEntrypoint"):
            container.start([*entrypoint, *specification.get("ContainerArguments", [])], environment)
            return
        family = images.resolve(specification["TrainingImage"], "training", self.platform.host.region)
        container.start([sys.executable, "-P", "-m", str(family.trains)], environment, built_in=True)

    def _send(self, s3: Any, roots: list[Path], directory: Path) -> None:
        place = parse(self.record["OutputDataConfig"]["S3OutputPath"]).below(f"{self.record.name}/output")
        for name, folder in _RESULTS.items():
            if name == "model.tar.gz" and (roots[0] / _PACKED).is_file():
                transfer.upload(s3, roots[0], _PACKED, place.below(name))
            elif tree.pack(roots, folder, directory / name):
                transfer.upload(s3, directory, name, place.below(name))
        self.record.update(ModelArtifacts={"S3ModelArtifacts": place.below("model.tar.gz").uri})

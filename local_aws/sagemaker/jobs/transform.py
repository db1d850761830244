"""A transform job at work: S3 objects cut into requests, the answers put together in order, an object a file.

Source: SageMaker developer guide, "Batch transform", and API reference, CreateTransformJob. A file of which a part
can't be transformed leaves no output, fails the job, and doesn't keep the other files from being transformed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local_aws.logs.writer import LogStream
from local_aws.sagemaker.collection import Record, now
from local_aws.sagemaker.containers.artifacts import Artifacts, ArtifactUnusable
from local_aws.sagemaker.hosting.fleet import Fleet, artifact_of
from local_aws.sagemaker.hosting.hosting import Reply, TimedOut, Unreachable
from local_aws.sagemaker.jobs import transfer
from local_aws.sagemaker.jobs.data_processing import DataProcessing, FilterError
from local_aws.sagemaker.jobs.job import Job, JobFailed
from local_aws.sagemaker.jobs.splitting import PayloadTooLarge, payloads
from local_aws.sagemaker.locations import parse
from local_aws.sagemaker.platform import Platform

_PROVISIONING_SECONDS = 60
_START_SECONDS = 600
_MEGABYTE = 1 << 20


class FileFailed(Exception):
    """A file can't be transformed; `fault` is whose fault it is, `ClientError` or `AlgorithmError`."""

    def __init__(self, fault: str, *lines: str):
        super().__init__(*lines)
        self.fault, self.lines = fault, lines


class TransformJob(Job):
    """One transform job of a model (what DescribeModel answers)."""

    status = "TransformJobStatus"
    log_group = "/aws/sagemaker/TransformJobs"

    def __init__(self, platform: Platform, record: Record, model: Mapping[str, Any]):
        super().__init__(platform, record, model["ExecutionRoleArn"], record["TransformResources"])
        self._model = model
        source, output = record["TransformInput"], record["TransformOutput"]
        self._processing = DataProcessing(
            record["DataProcessing"], source.get("ContentType", ""), output.get("Accept", "")
        )
        self._data_log: LogStream | None = None

    def work(self, directory: Path) -> None:
        """Start the model's instances and transform one file after the other, as `Job.work` says."""
        with self.provisioning(_PROVISIONING_SECONDS):
            files = transfer.objects(self.client("s3"), self.record["TransformInput"]["DataSource"]["S3DataSource"])
            fleet = self._fleet(directory)
        try:
            fleet.resize(self.cluster["InstanceCount"])
            self.record.update(TransformStartTime=now())
            if not fleet.wait_until_ready(_START_SECONDS):
                self.check()
                raise JobFailed("AlgorithmError: See job logs for more information")
            self._transform_all(files, fleet, directory)
        finally:
            fleet.close()
            if self._data_log is not None:
                self._data_log.flush()

    def ended(self, status: str, reason: str | None, out_of_time: bool) -> None:
        """Write down status, reason and time."""
        self.record.update(
            TransformJobStatus=status, FailureReason=reason, TransformEndTime=now(), LastModifiedTime=now()
        )

    def _fleet(self, directory: Path) -> Fleet:
        epoch = int(time.time())

        def log(instance_id: str) -> LogStream:
            if self._data_log is None:
                self._data_log = self.log_stream(f"{self.record.name}/{instance_id}-{epoch}/data-log")
            return self.log_stream(f"{self.record.name}/{instance_id}-{epoch}")

        try:
            artifact = artifact_of(self._model, Artifacts(directory / "artifacts"), self.platform)
        except ArtifactUnusable as error:
            raise JobFailed(f"ClientError: {error}") from error
        environment = {"SAGEMAKER_BATCH": "true", **self.record.get("Environment", {})}
        return Fleet(self.platform, self._model, artifact, directory / "instances", log, environment)

    def _transform_all(self, files: list[transfer.RemoteFile], fleet: Fleet, directory: Path) -> None:
        self._log(
            f"MaxConcurrentTransforms={self.record.get('MaxConcurrentTransforms', 1)}, "
            f"MaxPayloadInMB={self.record.get('MaxPayloadInMB', 6)}, "
            f"BatchStrategy={'SINGLE_RECORD' if self._single_record() else 'MULTI_RECORD'}"
        )
        fault = None
        for file in files:
            try:
                self._transform(file, fleet, directory)
            except FileFailed as failure:
                fault = fault or failure.fault
                for line in failure.lines:
                    self._log(f"{file.place.bucket}/{file.place.key}: {line}")
        if fault is not None:
            raise JobFailed(f"{fault}: See job logs for more information")

    def _transform(self, file: transfer.RemoteFile, fleet: Fleet, directory: Path) -> None:
        """Transform a file, and send what came out once all of it is there."""
        s3, output = self.client("s3"), self.record["TransformOutput"]
        transfer.download(s3, [transfer.RemoteFile(file.place, "input")], directory / "data")
        result = directory / "data" / "output"
        by_line = output.get("AssembleWith") == "Line"
        with result.open("wb") as out:
            for payload, reply in self._replies(directory / "data" / "input", fleet):
                answer = self._processed(payload, reply)
                out.write(answer)
                if by_line and not answer.endswith(b"\n"):
                    out.write(b"\n")
        transfer.upload(s3, result.parent, result.name, parse(output["S3OutputPath"]).below(f"{file.path}.out"))

    def _processed(self, payload: bytes, reply: Reply) -> bytes:
        """What stands in the output for a part of the file and the model's answer to it."""
        if self._processing.does_nothing:
            return reply.body
        records, answers = self._records(payload), self._records(reply.body)
        if len(records) != len(answers):
            raise FileFailed("AlgorithmError", f"The model gave {len(answers)} answers to {len(records)} records")
        try:
            kind = reply.content_type
            return b"".join(self._processing.result(*pair, kind) for pair in zip(records, answers, strict=True))
        except FilterError as error:
            raise FileFailed("ClientError", str(error)) from error

    def _request(self, payload: bytes) -> bytes:
        if self._processing.does_nothing:
            return payload
        return b"".join(map(self._processing.request, self._records(payload)))

    def _records(self, data: bytes) -> list[bytes]:
        if self.record["TransformInput"]["SplitType"] == "None":
            return [data]
        return [line for line in data.splitlines(keepends=True) if line.strip()]

    def _replies(self, path: Path, fleet: Fleet) -> Iterator[tuple[bytes, Reply]]:
        """The parts of a file and the answers to them, in the file's order."""
        at_once = self.record.get("MaxConcurrentTransforms", 1) * self.cluster["InstanceCount"]
        with ThreadPoolExecutor(at_once) as pool:
            waiting: deque[tuple[bytes, Future[Reply]]] = deque()
            try:
                for payload in self._payloads(path):
                    waiting.append((payload, pool.submit(self._ask, fleet, self._request(payload))))
                    if len(waiting) > at_once:
                        yield _settled(*waiting.popleft())
                    self.check()
                while waiting:
                    yield _settled(*waiting.popleft())
                    self.check()
            except FilterError as error:
                raise FileFailed("ClientError", str(error)) from error
            except PayloadTooLarge as error:
                raise FileFailed("ClientError", str(error)) from error
            finally:
                for _, future in waiting:
                    future.cancel()

    def _payloads(self, path: Path) -> Iterator[bytes]:
        """The requests' bodies. Records in JSON lines go many to a request even where one to a request is asked for:
        each line is answered for itself, so that the same answers come out."""
        source = self.record["TransformInput"]
        lines = source.get("ContentType", "").partition(";")[0].strip() == "application/jsonlines"
        limit = self.record.get("MaxPayloadInMB", 6) * _MEGABYTE
        return payloads(path, source["SplitType"], limit, one_record=self._single_record() and not lines)

    def _single_record(self) -> bool:
        return self.record.get("BatchStrategy") == "SingleRecord"

    def _ask(self, fleet: Fleet, payload: bytes) -> Reply:
        """One request, sent again after a fault of the server's as often as the job's settings allow.

        Raises:
            FileFailed: no answer, or none that says 200.
        """
        settings = self.record["ModelClientConfig"]
        failure = FileFailed("AlgorithmError", "Unable to get response from algorithm")
        for _ in range(1 + settings["InvocationsMaxRetries"]):
            self.check()
            try:
                reply = fleet.invoke(payload, self._headers(), settings["InvocationsTimeoutInSeconds"])
            except TimedOut:
                failure = FileFailed("AlgorithmError", "Model server did not respond to /invocations request in time")
                continue
            except Unreachable:
                failure = FileFailed("AlgorithmError", "Unable to get response from algorithm")
                fleet.wait_until_ready(settings["InvocationsTimeoutInSeconds"])
                continue
            if reply.status == 200:
                return reply
            failure = _refused(reply)
            if reply.status < 500:
                break
        raise failure

    def _headers(self) -> dict[str, str]:
        headers = {
            "Content-Type": self.record["TransformInput"].get("ContentType", "application/octet-stream"),
            "Accept": self.record["TransformOutput"].get("Accept"),
        }
        return {name: value for name, value in headers.items() if value}

    def _log(self, line: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        if self._data_log is not None:  # the first instance makes it
            self._data_log.write(f"{moment}:[sagemaker logs]: {line}")


def _settled(payload: bytes, future: Future[Reply]) -> tuple[bytes, Reply]:
    return payload, future.result()


def _refused(reply: Reply) -> FileFailed:
    fault = "ClientError" if reply.status < 500 else "AlgorithmError"
    text = reply.body.decode("utf-8", "replace").strip()
    heading = f"Bad HTTP status received from algorithm: {reply.status}"
    return FileFailed(fault, heading, "", "Message:", *text.splitlines())

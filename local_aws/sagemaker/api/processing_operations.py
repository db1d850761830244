"""Processing jobs: Create, Describe, List, Stop, Delete."""

from __future__ import annotations

import posixpath
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker import images, quotas
from local_aws.sagemaker.api.job_operations import JobOperations
from local_aws.sagemaker.collection import Record, now, page
from local_aws.sagemaker.jobs.processing import ProcessingJob
from local_aws.sagemaker.platform import location, not_implemented
from local_aws.sagemaker.running_jobs import IN_PROGRESS

_DAY = 86_400
_FOLDER = "/opt/ml/processing"
_SUMMARY = (
    "ProcessingJobName",
    "ProcessingJobArn",
    "CreationTime",
    "ProcessingEndTime",
    "LastModifiedTime",
    "ProcessingJobStatus",
    "FailureReason",
    "ExitMessage",
)


class ProcessingOperations(JobOperations):
    """Operations on processing jobs."""

    def create_processing_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """Check the request as AWS does before it answers, and start the job."""
        images.resolve(params["AppSpecification"]["ImageUri"], "processing", self.host.region)
        _check_implemented(params)
        if "ContainerEntrypoint" not in params["AppSpecification"]:
            raise not_implemented("CreateProcessingJob without AppSpecification.ContainerEntrypoint")
        inputs = [_input(each) for each in params.get("ProcessingInputs", [])]
        outputs = [_output(each) for each in params.get("ProcessingOutputConfig", {}).get("Outputs", [])]
        _check_unique("InputName", inputs)
        _check_unique("OutputName", outputs)
        _check_places(inputs, outputs)
        cluster = params["ProcessingResources"]["ClusterConfig"]
        for member in ("InstanceCount", "InstanceType"):
            if member not in cluster:
                raise ApiError("ValidationException", f"{member} must be specified in ClusterConfig.")
        self.platform.check_role(call, params["RoleArn"])
        arn = self.platform.arn("processing-job", params["ProcessingJobName"])
        record = _record(arn, params, inputs, outputs)
        self.check_new(self.platform.processing_jobs, record)
        for each in inputs:
            self.platform.check_objects(each["S3Input"]["S3Uri"], params["RoleArn"])
        limit = record["StoppingCondition"]["MaxRuntimeInSeconds"]
        job = ProcessingJob(self.platform, record, params["RoleArn"], cluster, limit)
        self.launch(call, self.platform.processing_jobs, job, quotas.PROCESSING, params.get("Tags"))
        return {"ProcessingJobArn": record.arn}

    def describe_processing_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of a job."""
        return self._processing_job(params).describe()

    def list_processing_jobs(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        summaries, token = page(
            self.platform.processing_jobs,
            params,
            name="ProcessingJobName",
            members=_SUMMARY,
            status="ProcessingJobStatus",
        )
        return {"ProcessingJobSummaries": summaries, **token}

    def stop_processing_job(self, call: Call, **params: Any) -> None:
        """End a job that runs."""
        self.stop(self._processing_job(params), "ProcessingJobStatus", "processing job")

    def delete_processing_job(self, call: Call, **params: Any) -> None:
        """Forget a job that has ended."""
        record = self._processing_job(params)
        self.delete(self.platform.processing_jobs, record, "ProcessingJobStatus", "processing job")

    def _processing_job(self, params: dict[str, Any]) -> Record:
        name = params["ProcessingJobName"]
        return self.platform.processing_jobs.get(name, f"Could not find requested job with name: {name}")


def _record(arn: str, params: dict[str, Any], inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Record:
    """The job as Describe gives it when it is new."""
    name, created = params["ProcessingJobName"], now()
    description = {
        **{key: value for key, value in params.items() if key != "Tags"},
        "StoppingCondition": params.get("StoppingCondition", {"MaxRuntimeInSeconds": _DAY}),
        "ExperimentConfig": {},
        "ProcessingJobArn": arn,
        "ProcessingJobStatus": IN_PROGRESS,
        "CreationTime": created,
        "LastModifiedTime": created,
    }
    if inputs:
        description["ProcessingInputs"] = inputs
    if "ProcessingOutputConfig" in params:
        description["ProcessingOutputConfig"] = {"Outputs": outputs}
    return Record(name, arn, description)


def _check_implemented(params: dict[str, Any]) -> None:
    """Refuse what would change the job and isn't there."""
    cluster = params["ProcessingResources"]["ClusterConfig"]
    network = params.get("NetworkConfig", {})
    asked = {
        "ExperimentConfig": params.get("ExperimentConfig"),
        "NetworkConfig.VpcConfig": network.get("VpcConfig"),
        "NetworkConfig.EnableNetworkIsolation": network.get("EnableNetworkIsolation"),
        "ClusterConfig.VolumeKmsKeyId": cluster.get("VolumeKmsKeyId"),
        "ClusterConfig.InstancePreferences": cluster.get("InstancePreferences"),
        "ProcessingOutputConfig.KmsKeyId": params.get("ProcessingOutputConfig", {}).get("KmsKeyId"),
    }
    for what, value in asked.items():
        if value:
            raise not_implemented(f"{what} of CreateProcessingJob")


def _input(each: dict[str, Any]) -> dict[str, Any]:
    """An input as Describe gives it: with its defaults, and without a compression of `None` (as recorded).

    Raises:
        ApiError: `ValidationException` or, for what isn't there, `NotImplemented`.
    """
    for member in ("DatasetDefinition", "AppManaged"):
        if each.get(member):
            raise not_implemented(f"{member} of a processing input")
    name = each["InputName"]
    if "S3Input" not in each:
        raise ApiError("ValidationException", f"The processing input {name} has no S3Input.")
    source = {"S3InputMode": "File", "S3DataDistributionType": "FullyReplicated"} | each["S3Input"]
    if source["S3InputMode"] != "File":
        raise not_implemented(f"S3InputMode {source['S3InputMode']} of a processing input")
    if source.pop("S3CompressionType", "None") != "None":
        raise ApiError(
            "ValidationException", f"The processing input {name}: S3CompressionType Gzip needs S3InputMode Pipe."
        )
    location(source["S3Uri"])
    _check_local_path(f"processing input {name}", source)
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _output(each: dict[str, Any]) -> dict[str, Any]:
    """An output as Describe gives it.

    Raises:
        ApiError: `ValidationException` or, for what isn't there, `NotImplemented`.
    """
    for member in ("FeatureStoreOutput", "AppManaged"):
        if each.get(member):
            raise not_implemented(f"{member} of a processing output")
    name = each["OutputName"]
    if "S3Output" not in each:
        raise ApiError("ValidationException", f"The processing output {name} has no S3Output.")
    location(each["S3Output"]["S3Uri"])
    _check_local_path(f"processing output {name}", each["S3Output"])
    return {"OutputName": name, "S3Output": each["S3Output"], "AppManaged": False}


def _check_local_path(owner: str, target: dict[str, Any]) -> None:
    """The documented rule: an absolute path below /opt/ml/processing (its wording on AWS isn't known)."""
    path = target.get("LocalPath")
    if path is None:
        raise ApiError("ValidationException", f"The {owner} has no LocalPath.")
    if not posixpath.normpath(path).startswith(_FOLDER + "/") or ".." in path.split("/"):
        raise ApiError("ValidationException", f"The LocalPath {path} of the {owner} must start with {_FOLDER}/.")


def _check_places(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> None:
    """No folder twice, as documented in "Create Processing Jobs" (how AWS says it isn't known).

    Raises:
        ApiError: `ValidationException`.
    """
    paths = [each["S3Input"]["LocalPath"] for each in inputs] + [each["S3Output"]["LocalPath"] for each in outputs]
    folders = [posixpath.normpath(path) for path in paths]
    for path, folder in zip(paths, folders, strict=True):
        if folders.count(folder) > 1:
            raise ApiError("ValidationException", f"LocalPath must be unique within a job: {path} is there twice.")


def _check_unique(member: str, each_with_name: list[dict[str, Any]]) -> None:
    names = [each[member] for each in each_with_name]
    for name in names:
        if names.count(name) > 1:
            raise ApiError("ValidationException", f"{member} must be unique within a job: {name} is there twice.")

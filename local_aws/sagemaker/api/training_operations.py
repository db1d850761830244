"""Training jobs: Create, Describe, List, Stop, Delete."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker import images, quotas
from local_aws.sagemaker.api.job_operations import JobOperations
from local_aws.sagemaker.collection import Record, now, page
from local_aws.sagemaker.jobs import pipes
from local_aws.sagemaker.jobs.metrics import Metrics
from local_aws.sagemaker.jobs.training import MESSAGES, STARTING, TrainingJob
from local_aws.sagemaker.platform import location, not_implemented
from local_aws.sagemaker.running_jobs import IN_PROGRESS

_DAY = 86_400
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)
_NOT_IMPLEMENTED = (
    "VpcConfig",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "DebugRuleConfigurations",
    "TensorBoardOutputConfig",
    "ExperimentConfig",
    "ProfilerRuleConfigurations",
    "RetryStrategy",
    "RemoteDebugConfig",
    "InfraCheckConfig",
    "SessionChainingConfig",
    "ServerlessJobConfig",
    "MlflowConfig",
    "ModelPackageConfig",
    "AlgorithmSpecification.AlgorithmName",
    "AlgorithmSpecification.TrainingImageConfig",
    "OutputDataConfig.KmsKeyId",
    "ResourceConfig.VolumeKmsKeyId",
    "ResourceConfig.KeepAlivePeriodInSeconds",
    "ResourceConfig.InstanceGroups",
    "ResourceConfig.TrainingPlanArn",
    "ResourceConfig.InstancePlacementConfig",
    "ResourceConfig.InstancePreferences",
)
_REQUIRED = (
    "AlgorithmSpecification.TrainingImage",
    "ResourceConfig.InstanceType",
    "ResourceConfig.InstanceCount",
    "ResourceConfig.VolumeSizeInGB",
    "StoppingCondition",
)
"""Optional in the API's model, and needed by a job that trains an algorithm in an image."""


class TrainingOperations(JobOperations):
    """Operations on training jobs."""

    def create_training_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """Check the request as AWS does before it answers, and start the job.

        Hyperparameters are the algorithm's own business: a bad one fails the job, not the request.
        """
        for member in _REQUIRED:
            if _member(params, member) is None:
                raise ApiError("ValidationException", f"{member} must be specified.")
        if params["ResourceConfig"]["InstanceCount"] < 1:
            raise ApiError(
                "ValidationException",
                "1 validation error detected: Value '0' at 'resourceConfig.instanceCount' failed to satisfy "
                "constraint: Member must have value greater than or equal to 1",
            )
        family = images.resolve(params["AlgorithmSpecification"]["TrainingImage"], "training", self.host.region)
        _check_implemented(params)
        if "MaxWaitTimeInSeconds" in params["StoppingCondition"]:
            message = "MaxWaitTimeInSeconds can be specified only where EnableManagedSpotTraining is true."
            raise ApiError("ValidationException", message)
        _check_modes(params, family)
        specification = _specification(params["AlgorithmSpecification"], family)
        location(params["OutputDataConfig"]["S3OutputPath"])
        channels = [_channel(each) for each in params.get("InputDataConfig", [])]
        names = [each["ChannelName"] for each in channels]
        if len(set(names)) < len(names):
            raise ApiError("ValidationException", f"The channel names must be unique: {', '.join(names)}.")
        self.platform.check_role(call, params["RoleArn"])
        arn = self.platform.arn("training-job", params["TrainingJobName"])
        record = _record(arn, params | {"AlgorithmSpecification": specification}, channels)
        self.check_new(self.platform.training_jobs, record)
        for each in channels:
            self.platform.check_objects(each["DataSource"]["S3DataSource"]["S3Uri"], params["RoleArn"])
        limit = record["StoppingCondition"]["MaxRuntimeInSeconds"]
        job = TrainingJob(self.platform, record, params["RoleArn"], params["ResourceConfig"], limit)
        self.launch(call, self.platform.training_jobs, job, quotas.TRAINING, params.get("Tags"))
        return {"TrainingJobArn": record.arn}

    def describe_training_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of a job."""
        return self._training_job(params).describe()

    def list_training_jobs(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        for member in ("WarmPoolStatusEquals", "TrainingPlanArnEquals"):
            if member in params:
                raise not_implemented(f"{member} of ListTrainingJobs")
        summaries, token = page(
            self.platform.training_jobs, params, name="TrainingJobName", members=_SUMMARY, status="TrainingJobStatus"
        )
        return {"TrainingJobSummaries": summaries, **token}

    def stop_training_job(self, call: Call, **params: Any) -> None:
        """End a job that runs."""
        self.stop(self._training_job(params), "TrainingJobStatus", "training job")

    def delete_training_job(self, call: Call, **params: Any) -> None:
        """Forget a job that has ended."""
        self.delete(self.platform.training_jobs, self._training_job(params), "TrainingJobStatus", "training job")

    def _training_job(self, params: dict[str, Any]) -> Record:
        return self.platform.training_jobs.get(params["TrainingJobName"], "Requested resource not found.")


def _record(arn: str, params: dict[str, Any], channels: list[dict[str, Any]]) -> Record:
    """The job as Describe gives it when it is new."""
    name, created = params["TrainingJobName"], now()
    first = {"Status": STARTING, "StartTime": created, "StatusMessage": MESSAGES[STARTING]}
    description = {
        **{key: value for key, value in params.items() if key != "Tags"},
        "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP", **params["OutputDataConfig"]},
        "ResourceConfig": {**params["ResourceConfig"], "KeepAlivePeriodInSeconds": 0},
        "StoppingCondition": {"MaxRuntimeInSeconds": _DAY, **params["StoppingCondition"]},
        "TrainingJobArn": arn,
        "TrainingJobStatus": IN_PROGRESS,
        "SecondaryStatus": STARTING,
        "SecondaryStatusTransitions": [first],
        "CreationTime": created,
        "LastModifiedTime": created,
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
    }
    if channels:
        description["InputDataConfig"] = channels
    return Record(name, arn, description)


def _member(params: dict[str, Any], path: str) -> Any:
    """A member of the request by its dotted path, None where it isn't given."""
    value: Any = params
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _check_implemented(params: dict[str, Any]) -> None:
    """Refuse what would change the job and isn't there.

    DebugHookConfig and ProfilerConfig are taken and shown: BlazingText writes nothing for either on AWS.
    """
    for member in _NOT_IMPLEMENTED:
        if _member(params, member):
            raise not_implemented(f"{member} of CreateTrainingJob")
    if params["OutputDataConfig"].get("CompressionType") == "NONE":
        raise not_implemented("OutputDataConfig.CompressionType NONE in a training job")


def _check_modes(params: dict[str, Any], family: images.ImageFamily) -> None:
    """Refuse the input modes that aren't there: an algorithm of SageMaker's reads files only, scripts all three.

    (On AWS, BlazingText reads augmented manifests in Pipe mode.)

    Raises:
        ApiError: `NotImplemented`.
    """
    channels = params.get("InputDataConfig", [])
    modes = {
        params["AlgorithmSpecification"]["TrainingInputMode"],
        *(each.get("InputMode", "File") for each in channels),
    }
    for mode in sorted(modes - {"File"}):
        if family.metrics:
            raise not_implemented(f"the input mode {mode} for {family.name} images")
        if mode == "Pipe" and not pipes.SUPPORTED:
            raise not_implemented("the input mode Pipe on a system without named pipes")


def _specification(asked: dict[str, Any], family: images.ImageFamily) -> dict[str, Any]:
    """AlgorithmSpecification as Describe gives it; a request may not change what an algorithm of SageMaker's brings.

    Raises:
        ApiError: `ValidationException` or, for what isn't there, `NotImplemented`.
    """
    if family.metrics and asked.get("MetricDefinitions"):
        raise ApiError(
            "ValidationException",
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions.",
        )
    if family.metrics and ("ContainerEntrypoint" in asked or "ContainerArguments" in asked):
        raise not_implemented(f"ContainerEntrypoint and ContainerArguments for {family.name} images")
    if "ContainerArguments" in asked and "ContainerEntrypoint" not in asked:
        raise not_implemented("ContainerArguments without ContainerEntrypoint in a training job")
    definitions = list(family.metrics) or asked.get("MetricDefinitions", [])
    try:
        Metrics(definitions)
    except ValueError as error:
        raise ApiError("ValidationException", f"{error}.") from error
    metrics = {"MetricDefinitions": definitions} if definitions else {}
    return {**asked, **metrics, "EnableSageMakerMetricsTimeSeries": False}


def _channel(each: dict[str, Any]) -> dict[str, Any]:
    """A channel as Describe gives it, with its defaults.

    Raises:
        ApiError: `ValidationException` or, for what isn't there, `NotImplemented`.
    """
    name, source = each["ChannelName"], each["DataSource"].get("S3DataSource")
    if source is None:
        raise not_implemented(f"the data source of the channel {name}: only S3DataSource is there")
    kinds = {
        "S3DataType": source["S3DataType"] not in ("S3Prefix", "ManifestFile"),
        "CompressionType": each.get("CompressionType", "None") != "None",
        "RecordWrapperType": each.get("RecordWrapperType", "None") != "None",
        "ShuffleConfig": "ShuffleConfig" in each,
        "AttributeNames": bool(source.get("AttributeNames")),
        "InstanceGroupNames": bool(source.get("InstanceGroupNames")),
    }
    for member, wanted in kinds.items():
        if wanted:
            raise not_implemented(f"this {member} of the channel {name}")
    location(source["S3Uri"])
    return {
        **each,
        "DataSource": {"S3DataSource": {"S3DataDistributionType": "FullyReplicated"} | source},
        "CompressionType": each.get("CompressionType", "None"),
        "RecordWrapperType": each.get("RecordWrapperType", "None"),
    }

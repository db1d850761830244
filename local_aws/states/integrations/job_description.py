"""A job's description as a `.sync` state hands it on.

AWS gives an object of its own making, near to the Describe answer: every absent member is null, times are
milliseconds since 1970, and enumerated values are names of Java constants. What doesn't follow from the API's
model is in the tables below, from a recorded execution (2024) of a processing and a training job; four members of
training jobs have been seen as null since.
"""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel, Shape

from local_aws.states.integrations.apis import upper_snake
from local_aws.states.integrations.shapes import epoch_milliseconds

_KEPT_ENDINGS = ("Status", "InstanceType")
"""Enumerations whose values stay as the API has them."""
_WITHOUT_UNDERSCORES = {"ProcessingS3DataDistributionType"}
_LOST = {("ProcessingS3CompressionType", "None")}
"""Values that come out as null."""
_WHOLE_SECONDS = {"DescribeProcessingJobResponse"}
"""Descriptions whose times are cut to the second."""
_NOT_HANDED_ON = {
    "DescribeTrainingJobResponse": {
        "FinalMetricDataList",
        "EnableNetworkIsolation",
        "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining",
        "TrainingTimeInSeconds",
        "BillableTimeInSeconds",
    },
    "AlgorithmSpecification": {"MetricDefinitions", "EnableSageMakerMetricsTimeSeries"},
    "OutputDataConfig": {"KmsKeyId", "CompressionType"},
}
"""Members that are null though the Describe answer has them: they must be asked for with a Task of their own."""
_MEMBERS = {
    name: members.split()
    for name, members in {
        "DescribeProcessingJobResponse": "ProcessingInputs ProcessingOutputConfig ProcessingJobName "
        "ProcessingResources StoppingCondition AppSpecification Environment NetworkConfig RoleArn ExperimentConfig "
        "ProcessingJobArn ProcessingJobStatus ExitMessage FailureReason ProcessingEndTime ProcessingStartTime "
        "LastModifiedTime CreationTime LastModifiedBy CreatedBy MonitoringScheduleArn AutoMLJobArn TrainingJobArn",
        "ProcessingClusterConfig": "InstanceCount InstanceType VolumeSizeInGB VolumeKmsKeyId",
        "DescribeTrainingJobResponse": "TrainingJobName TrainingJobArn ProcessingJobArn TuningJobArn LabelingJobArn "
        "AutoMLJobArn ModelArtifacts TrainingJobOutput TrainingJobStatus SecondaryStatus FailureReason "
        "HyperParameters AlgorithmSpecification RoleArn InputDataConfig OutputDataConfig ResourceConfig "
        "WarmPoolStatus VpcConfig StoppingCondition CreationTime TrainingStartTime TrainingEndTime LastModifiedTime "
        "SecondaryStatusTransitions FinalMetricDataList EnableNetworkIsolation "
        "EnableInterContainerTrafficEncryption EnableManagedSpotTraining CheckpointConfig TrainingTimeInSeconds "
        "BillableTimeInSeconds DebugHookConfig ExperimentConfig DebugRuleConfigurations TensorBoardOutputConfig "
        "DebugRuleEvaluationStatuses UpstreamPlatformConfig ProfilerConfig ProfilerRuleConfigurations "
        "ProfilerRuleEvaluationStatuses ProfilingStatus Environment RetryStrategy LastModifiedBy CreatedBy "
        "DisableEFA ProcessingJobConfig ImageMetadata RemoteDebugConfig ResourceTags InfraCheckConfig",
        "S3DataSource": "S3DataType S3Uri S3DataDistributionType AttributeNames InstanceGroupNames ModelAccessConfig "
        "HubAccessConfig",
        "DataSource": "S3DataSource FileSystemDataSource",
        "Channel": "ChannelName DataSource ContentType CompressionType RecordWrapperType InputMode ShuffleConfig "
        "EnableFFM",
        "OutputDataConfig": "KmsKeyId S3OutputPath CompressionType RemoveJobNameFromS3OutputPath DisableModelUpload "
        "Channels",
        "ResourceConfig": "InstanceType InstanceCount VolumeSizeInGB VolumeKmsKeyId KeepAlivePeriodInSeconds "
        "CapacityReservationIds InstanceGroups CapacitySchedulesConfig TrainingPlanArn",
    }.items()
}
"""The members of the structures in which AWS's object differs from the public model: it has some that the model
never had (`EnableFFM`), and lacks those that the model has gained since. One of the latter is there with its value
where the job has one, and not as null."""


def described(operation: OperationModel, description: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """The result of a job that has ended.

    Args:
        operation: the Describe operation.
        description: its answer.
        tags: the job's tags.
    """
    shape = operation.output_shape
    return {
        "SdkResponseMetadata": None,
        "SdkHttpMetadata": None,
        **_expanded(description, shape, 1000 if shape.name in _WHOLE_SECONDS else 1),
        "Tags": dict(sorted((tag["Key"], tag["Value"]) for tag in tags)),
    }


def _expanded(value: Any, shape: Shape, resolution: int) -> Any:
    """A value of the API's answer, its times cut to so many milliseconds."""
    if value is None:
        return None
    if shape.type_name == "structure":
        return _structure(value, shape, resolution)
    if shape.type_name == "list":
        return [_expanded(item, shape.member, resolution) for item in value]
    if shape.type_name == "map":
        return {name: _expanded(item, shape.value, resolution) for name, item in value.items()}
    if shape.type_name == "timestamp":
        return epoch_milliseconds(value) // resolution * resolution
    if shape.type_name == "string" and getattr(shape, "enum", None):
        return _constant(value, shape.name)
    return value


def _structure(value: dict[str, Any], shape: Shape, resolution: int) -> dict[str, Any]:
    recorded, lost = _MEMBERS.get(shape.name, shape.members), _NOT_HANDED_ON.get(shape.name, set())
    value = {name: member for name, member in value.items() if name not in lost}
    since = [name for name in shape.members if name not in recorded and value.get(name) is not None]
    return {
        name: _expanded(value[name], shape.members[name], resolution) if name in value else None
        for name in [*recorded, *since]
    }


def _constant(value: str, enumeration: str) -> str | None:
    if enumeration.endswith(_KEPT_ENDINGS):
        return value
    if (enumeration, value) in _LOST:
        return None
    return value.upper() if enumeration in _WITHOUT_UNDERSCORES else upper_snake(value)

"""Integrations without a server: resources, arguments, and a job's description as a `.sync` state hands it on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.states import integrations
from local_aws.states.errors import Cancelled, StateError
from local_aws.states.integrations.apis import OPTIMISED, sdk_api, sdk_name, sdk_service, upper_snake
from local_aws.states.integrations.job_description import described
from local_aws.states.integrations.task import Task
from local_aws.states.integrations.waiting import stopped_with, wait_for_end
from local_aws.states.work.signals import Signal
from tests.local_aws.states.integrations.integrations_support import EXECUTION, carried


def _task(cancelled: Signal | None = None) -> Task:
    return Task(None, "role", EXECUTION, cancelled or Signal(), lambda _output: None)


def _resolve(name: str) -> Any:
    return integrations.resolve(f"arn:aws:states:::{name}")


@pytest.mark.parametrize(
    ("name", "resource_type", "resource", "waits"),
    [
        ("lambda:invoke", "lambda", "invoke", (False, False)),
        ("lambda:invoke.waitForTaskToken", "lambda", "invoke.waitForTaskToken", (True, False)),
        ("sagemaker:createTrainingJob.sync", "sagemaker", "createTrainingJob.sync", (False, True)),
        ("sagemaker:createTransformJob", "sagemaker", "createTransformJob", (False, False)),
        ("sagemaker:updateEndpoint", "sagemaker", "updateEndpoint", (False, False)),
        ("states:startExecution.sync:2", "states", "startExecution.sync:2", (False, True)),
        ("states:startExecution.sync", "states", "startExecution.sync", (False, True)),
        ("sqs:sendMessage.waitForTaskToken", "sqs", "sendMessage.waitForTaskToken", (True, False)),
        ("aws-sdk:sagemaker:describeEndpoint", "aws-sdk:sagemaker", "describeEndpoint", (False, False)),
        ("aws-sdk:sagemakerruntime:invokeEndpoint", "aws-sdk:sagemakerruntime", "invokeEndpoint", (False, False)),
    ],
)
def test_resources(name, resource_type, resource, waits):
    found = _resolve(name)
    assert (found.resource_type, found.resource, found.style) == (resource_type, resource, "task")
    assert (found.waits_for_token, found.waits_for_job) == waits


@pytest.mark.parametrize(
    "name",
    [
        "lambda:invoke.sync",
        "lambda:Invoke",
        "sagemaker:createEndpoint.sync",
        "sagemaker:createTrainingJob.waitForTaskToken",
        "sagemaker:createTrainingJob.sync:2",
        "dynamodb:query",
        "aws-sdk:s3:GetObject",
        "aws-sdk:s3:getNothing",
        "aws-sdk:nothing:getObject",
        "aws-sdk:s3:getObject.sync",
        "aws-sdk:s3",
        "nothing",
        "",
    ],
)
def test_what_aws_would_not_recognise(name):
    assert _resolve(name) is None
    assert integrations.resolve(name) is None


def test_a_functions_arn_is_a_resource():
    arn = "arn:aws:lambda:us-east-1:123456789012:function:prepare:live"
    found = integrations.resolve(arn)
    assert (found.resource_type, found.resource, found.style) == ("lambda", arn, "lambda-function")


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        ("ecs:runTask", ("", ".sync", ".waitForTaskToken")),
        ("glue:startJobRun", ("", ".sync")),
        ("batch:submitJob", ("", ".sync")),
        ("athena:getQueryResults", ("",)),
        ("http:invoke", ("",)),
        ("apigateway:invoke", ("", ".waitForTaskToken")),
        ("sagemaker:createLabelingJob", ("", ".sync")),
        ("glue:dance", ()),
        ("lambda:invoke", ()),
    ],
)
def test_an_integration_that_only_aws_has_is_known_in_its_forms_alone(name, patterns):
    """The forms are those of the table in "Integrating optimized services with Step Functions"."""
    forms = ("", ".sync", ".sync:2", ".waitForTaskToken")
    assert (
        tuple(form for form in forms if integrations.is_known_elsewhere(f"arn:aws:states:::{name}{form}")) == patterns
    )


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("aws-sdk:rekognition:listCollections", True),
        ("aws-sdk:rekognition:listCollections.waitForTaskToken", True),
        ("aws-sdk:cloudwatchlogs:describeLogGroups", True),
        ("aws-sdk:sqs:listQueues", False),
        ("aws-sdk:sqs:listQueueTags", True),
        ("aws-sdk:sfn:listStateMachines", False),
        ("sqs:sendMessage", False),
        ("batch:submitJob.sync", True),
    ],
)
def test_what_is_no_operation_of_a_service_that_is_there(name, absent):
    here = {("sqs", "ListQueues"), ("sqs", "SendMessage"), ("stepfunctions", "ListStateMachines")}
    assert integrations.is_absent(f"arn:aws:states:::{name}", lambda *asked: asked in here) is absent


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("Bucket", "Bucket"),
        ("stateMachineArn", "StateMachineArn"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ETag", "ETag"),
        ("MD5OfMessageBody", "Md5OfMessageBody"),
        ("VolumeSizeInGB", "VolumeSizeInGB"),
        ("BOOL", "Bool"),
        ("ACL", "Acl"),
        ("S", "S"),
        ("S3Uri", "S3Uri"),
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
    ],
)
def test_members_are_named_as_in_the_java_sdk(member, name):
    assert sdk_name(member) == name


def test_services_are_named_as_in_the_java_sdk():
    names = {"sfn": "stepfunctions", "cloudwatchlogs": "logs", "s3": "s3", "sagemakerruntime": "sagemaker-runtime"}
    assert {name: sdk_service(name) for name in names} == names
    assert {sdk_api(name).service for name in ("stepfunctions", "dynamodb", "s3", "sagemaker", "logs")} == {
        "Sfn",
        "DynamoDb",
        "S3",
        "SageMaker",
        "CloudWatchLogs",
    }


def test_constants():
    words = {"S3Prefix": "S3_PREFIX", "EndOfJob": "END_OF_JOB", "File": "FILE", "None": "NONE"}
    words |= {"FullyReplicated": "FULLY_REPLICATED", "ShardedByS3Key": "SHARDED_BY_S3_KEY", "RecordIO": "RECORD_IO"}
    assert {word: upper_snake(word) for word in words} == words


def test_names_of_errors():
    sagemaker = OPTIMISED["sagemaker"]
    assert sagemaker.error_name("ResourceInUse") == "SageMaker.ResourceInUseException"
    assert sagemaker.error_name("ResourceLimitExceeded") == "SageMaker.ResourceLimitExceededException"
    assert sagemaker.error_name("ValidationException") == "SageMaker.AmazonSageMakerException"
    assert sagemaker.cause("No.", "ResourceInUse", 400, "id") == (
        "No. (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceInUse; Request ID: id; Proxy: null)"
    )
    assert OPTIMISED["states"].error_name("ExecutionAlreadyExists") == "StepFunctions.ExecutionAlreadyExistsException"
    assert sdk_api("s3").error_name("SlowDown") == "S3.S3Exception"
    assert sdk_api("sagemaker").error_name("ResourceNotFound") == "SageMaker.ResourceNotFoundException"


def test_unknown_and_missing_arguments():
    job = _resolve("sagemaker:createTrainingJob.sync")
    arguments = {
        "TrainingJobName": "{% $name %}",
        "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File", "Mode": "x"},
        "HyperParameters": {"mode": "supervised"},
        "Tags": [{"key": "a", "Value": "b"}],
        "InputDataConfig": "{% $channels %}",
        "Unknown": 1,
    }
    assert job.unknown_arguments(arguments) == ["Mode", "key", "Unknown"]
    assert job.missing_arguments(arguments) == ["RoleArn", "OutputDataConfig"]
    assert _resolve("aws-sdk:sfn:startExecution").unknown_arguments({"stateMachineArn": "x"}) == ["stateMachineArn"]
    assert _resolve("aws-sdk:sfn:startExecution").missing_arguments({"StateMachineArn": "x"}) == []
    assert _resolve("sqs:sendMessage").unknown_arguments({"QueueUrl": "q", "MessageBody": {"anything": 1}}) == []


def test_a_job_is_scheduled_with_the_tag_of_step_functions():
    job = _resolve("sagemaker:createProcessingJob.sync")
    resources = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}
    arguments = {
        "ProcessingJobName": "prepare",
        "ProcessingResources": resources,
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": "role",
        "Tags": [{"Key": "mine", "Value": "1"}],
    }
    managed = {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}
    assert job.scheduled_parameters(arguments, _task()) == {**arguments, "Tags": [*arguments["Tags"], managed]}
    assert arguments["Tags"] == [{"Key": "mine", "Value": "1"}]
    plain = _resolve("sagemaker:createProcessingJob")
    assert plain.scheduled_parameters(arguments, _task()) == arguments


def _described(kind: str, description: dict[str, Any]) -> dict[str, Any]:
    operation = OPTIMISED["sagemaker"].model.operation_model(f"Describe{kind}")
    return described(operation, description, [{"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}])


def test_description_of_a_processing_job():
    moment = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
    uri = "s3://amzn-s3-demo-bucket/in"
    s3_input = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/input", "S3DataType": "S3Prefix", "S3InputMode": "File"}
    s3_input |= {"S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None"}
    output = {"S3Uri": "s3://amzn-s3-demo-bucket/out", "LocalPath": "/opt/ml/processing/out"}
    result = _described(
        "ProcessingJob",
        {
            "ProcessingJobName": "prepare",
            "ProcessingJobStatus": "Completed",
            "CreationTime": moment,
            "ProcessingInputs": [{"InputName": "in", "AppManaged": False, "S3Input": s3_input}],
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": "out", "S3Output": {**output, "S3UploadMode": "EndOfJob"}}]
            },
            "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large"}},
            "ExperimentConfig": {},
        },
    )
    assert list(result)[:3] == ["SdkResponseMetadata", "SdkHttpMetadata", "ProcessingInputs"]
    assert result["SdkResponseMetadata"] is None and result["SdkHttpMetadata"] is None
    assert result["ProcessingJobStatus"] == "Completed"
    assert result["CreationTime"] == 1772366400000, "times of a processing job are cut to the second"
    assert {"LastModifiedBy", "CreatedBy"} <= set(result)
    assert set(result["ProcessingResources"]["ClusterConfig"]) == {
        "InstanceCount",
        "InstanceType",
        "VolumeSizeInGB",
        "VolumeKmsKeyId",
    }
    taken = result["ProcessingInputs"][0]
    assert taken["DatasetDefinition"] is None and taken["AppManaged"] is False
    assert taken["S3Input"] == {
        "S3Uri": uri,
        "LocalPath": "/opt/ml/processing/input",
        "S3DataType": "S3_PREFIX",
        "S3InputMode": "FILE",
        "S3DataDistributionType": "FULLYREPLICATED",
        "S3CompressionType": None,
    }
    assert result["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3UploadMode"] == "END_OF_JOB"
    assert result["ProcessingOutputConfig"]["KmsKeyId"] is None
    assert result["ProcessingResources"]["ClusterConfig"]["InstanceType"] == "ml.m5.large"
    assert result["ExperimentConfig"]["TrialName"] is None
    assert result["NetworkConfig"] is None and result["Environment"] is None
    assert result["Tags"] == {"MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS"}


def test_description_of_a_training_job():
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://amzn-s3-demo-bucket/train"}
    channel = {
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {**source, "S3DataDistributionType": "FullyReplicated"}},
        "CompressionType": "None",
    }
    moment = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
    result = _described(
        "TrainingJob",
        {
            "CreationTime": moment,
            "BillableTimeInSeconds": 49,
            "EnableNetworkIsolation": False,
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "HyperParameters": {"mode": "supervised"},
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "InputDataConfig": [channel],
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": moment}],
            "FinalMetricDataList": [{"MetricName": "train:accuracy", "Value": 0.5, "Timestamp": moment}],
        },
    )
    assert (result["TrainingJobStatus"], result["SecondaryStatus"]) == ("Completed", "Completed")
    assert result["HyperParameters"] == {"mode": "supervised"}
    assert result["AlgorithmSpecification"]["TrainingInputMode"] == "FILE"
    described_channel = result["InputDataConfig"][0]
    s3_source = described_channel["DataSource"]["S3DataSource"]
    assert (s3_source["S3DataDistributionType"], s3_source["AttributeNames"]) == ("FULLY_REPLICATED", None)
    assert (described_channel["CompressionType"], described_channel["RecordWrapperType"]) == ("NONE", None)
    transition = result["SecondaryStatusTransitions"][0]
    assert transition == {"Status": "Starting", "StartTime": 1772366400250, "EndTime": None, "StatusMessage": None}
    assert result["CreationTime"] == 1772366400250
    assert result["ModelArtifacts"] is None
    for name in ("FinalMetricDataList", "BillableTimeInSeconds", "EnableNetworkIsolation"):
        assert result[name] is None, "recorded as null, though DescribeTrainingJob has it"
    assert list(described_channel)[-1] == "EnableFFM", "a member that only AWS's own model has"
    assert {"LastModifiedBy", "CreatedBy", "DisableEFA"} <= set(result)
    for name in ("ModelAccessConfig", "HubAccessConfig"):
        assert s3_source[name] is None
    for name in ("CapacitySchedulesConfig", "TrainingPlanArn"):
        assert result["ResourceConfig"][name] is None
    assert not {"MlflowConfig", "ServerlessJobConfig"} & set(result), "members that came after the recording"


def test_a_member_that_came_after_the_recording_is_handed_on_where_it_has_a_value():
    assert "MlflowConfig" not in _described("TrainingJob", {})
    set_up = {"MlflowResourceArn": "arn", "MlflowExperimentName": "reviews", "MlflowRunName": "first"}
    assert _described("TrainingJob", {"MlflowConfig": set_up})["MlflowConfig"] == set_up


def test_waiting_ends_with_the_description_of_the_end():
    statuses = iter(["InProgress", "Stopping", "Stopped"])

    async def describe() -> dict[str, str]:
        return {"status": next(statuses)}

    found = carried(wait_for_end(describe, lambda description: description["status"] == "Stopped", _task()))
    assert found == {"status": "Stopped"}


def test_a_cancelled_wait_stops_what_it_waited_for():
    cancelled, stopped = Signal(), []

    async def describe() -> dict[str, str]:
        cancelled.set()
        return {"status": "InProgress"}

    async def stop(last: Task) -> None:
        stopped.append(last.cancelled.is_set())

    async def waiting() -> None:
        async with stopped_with(_task(cancelled), stop):
            await wait_for_end(describe, lambda _description: False, _task(cancelled))

    with pytest.raises(Cancelled):
        carried(waiting())
    assert stopped == [False]


def test_a_stop_that_is_refused_leaves_the_attempt_cancelled():
    async def refused(_task: Task) -> None:
        raise StateError("SageMaker.AmazonSageMakerException", "no right to stop it")

    async def waiting() -> None:
        async with stopped_with(_task(), refused):
            raise Cancelled

    with pytest.raises(Cancelled):
        carried(waiting())

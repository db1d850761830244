"""`sagemaker:create…Job.sync` with jobs that really run."""

from __future__ import annotations

import json
import threading

import pytest

from local_aws.states.errors import Cancelled, StateError
from tests.local_aws.sagemaker.hosting_support import IMAGE, Hosting, packed, train
from tests.local_aws.sagemaker.jobs_support import Bench
from tests.local_aws.states.integrations.integrations_support import EXECUTION, Attempt

MANAGED = {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}
RESOURCE = "sagemaker:createProcessingJob.sync"


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def test_a_job_that_completes(bench, attempt):
    request = bench.processing("print('done')", Tags=[{"Key": "course", "Value": "1"}])
    result = attempt.run(RESOURCE, request)
    name = request["ProcessingJobName"]
    assert attempt.scheduled == {**request, "Tags": [{"Key": "course", "Value": "1"}, MANAGED]}
    submitted = attempt.submitted[0]
    assert submitted["ProcessingJobArn"] == f"arn:aws:sagemaker:us-east-1:123456789012:processing-job/{name}"
    assert submitted["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert (result["ProcessingJobName"], result["ProcessingJobStatus"]) == (name, "Completed")
    assert (result["SdkHttpMetadata"], result["FailureReason"]) == (None, None)
    assert result["ProcessingInputs"][0]["S3Input"]["S3DataType"] == "S3_PREFIX"
    assert isinstance(result["ProcessingEndTime"], int) and result["ProcessingEndTime"] > 1_600_000_000_000
    tags = {"course": "1", "MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS", "AWS_STEP_FUNCTIONS_EXECUTION_ARN": EXECUTION}
    assert result["Tags"] == tags
    json.dumps(result)


def test_a_job_that_fails_gives_its_description_as_the_cause(bench, attempt):
    with pytest.raises(StateError) as raised:
        attempt.run(RESOURCE, bench.processing("import sys; sys.exit(2)"))
    assert raised.value.error == "States.TaskFailed"
    cause = json.loads(raised.value.cause)
    assert (cause["ProcessingJobStatus"], cause["FailureReason"]) == ("Failed", "AlgorithmError: , exit code: 2")
    assert cause["Tags"]["AWS_STEP_FUNCTIONS_EXECUTION_ARN"] == EXECUTION


def test_a_cancelled_attempt_stops_its_job(bench, attempt, wait_until):
    request = bench.processing("import time; time.sleep(600)")
    ended: list[BaseException] = []

    def work() -> None:
        try:
            attempt.run(RESOURCE, request)
        except BaseException as error:
            ended.append(error)

    threading.Thread(target=work, daemon=True).start()
    wait_until(lambda: attempt.submitted)
    attempt.cancelled.set()
    wait_until(lambda: ended)
    assert isinstance(ended[0], Cancelled)
    assert bench.processed(request["ProcessingJobName"])["ProcessingJobStatus"] == "Stopped"


def test_without_sync_the_answer_comes_at_once(bench, attempt):
    request = bench.processing("print('done')")
    result = attempt.run("sagemaker:createProcessingJob", request)
    assert list(result) == ["ProcessingJobArn", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert attempt.scheduled == request and attempt.submitted == []
    bench.processed(request["ProcessingJobName"])
    described = attempt.run(
        "aws-sdk:sagemaker:describeProcessingJob", {"ProcessingJobName": request["ProcessingJobName"]}
    )
    assert described["ProcessingJobStatus"] == "Completed" and described["CreationTime"].endswith("Z")


def test_a_name_that_was_used_before(bench, attempt):
    request = bench.processing("print('done')")
    attempt.run(RESOURCE, request)
    with pytest.raises(StateError) as raised:
        attempt.run(RESOURCE, request)
    assert raised.value.error == "SageMaker.ResourceInUseException"
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:processing-job/{request['ProcessingJobName']}"
    assert raised.value.cause.startswith(
        "Job name must be unique within an AWS account and region, and a job with this name already exists "
        f"({arn}) (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceInUse; Request ID: "
    )
    assert raised.value.cause.endswith("; Proxy: null)")


def test_a_name_that_breaks_its_pattern(bench, attempt):
    with pytest.raises(StateError) as raised:
        attempt.run(RESOURCE, bench.processing("", ProcessingJobName="a_b"))
    assert raised.value.error == "SageMaker.AmazonSageMakerException"
    assert raised.value.cause.startswith(
        "1 validation error detected: Value 'a_b' at 'processingJobName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62} (Service: AmazonSageMaker; "
        "Status Code: 400; Error Code: ValidationException; Request ID: "
    )


def test_nothing_under_an_inputs_uri(bench, attempt):
    request = bench.processing("")
    request["ProcessingInputs"][0]["S3Input"]["S3Uri"] = bench.uri("nowhere")
    with pytest.raises(StateError) as raised:
        attempt.run(RESOURCE, request)
    assert raised.value.error == "SageMaker.AmazonSageMakerException"
    assert raised.value.cause.startswith(f'No S3 objects found under S3 URL "{bench.uri("nowhere")}" given in input')


def test_a_role_without_the_right_to_tag(aws, bench):
    allowed = {"Effect": "Allow", "Action": ["sagemaker:CreateProcessingJob", "iam:PassRole"], "Resource": "*"}
    with pytest.raises(StateError) as raised:
        Attempt(aws, aws.role("states.amazonaws.com", allowed)).run(RESOURCE, bench.processing(""))
    assert raised.value.error == "SageMaker.AmazonSageMakerException"
    assert "is not authorized to perform: sagemaker:AddTags" in raised.value.cause


@pytest.mark.slow
def test_a_model_is_made_and_answers_in_a_transform_job(aws, attempt, wait_until, tmp_path):
    hosting = Hosting(aws, wait_until)
    fast_text = train(tmp_path / "model.bin", ("good", "bad"), seed=1)
    artifact = hosting.put(packed(model_bin=(tmp_path / "model.bin").read_bytes()))
    container = {"Image": IMAGE, "ModelDataUrl": artifact}
    model = {"ModelName": "transformed", "ExecutionRoleArn": hosting.role, "PrimaryContainer": container}
    made = attempt.run("sagemaker:createModel", model)
    assert made["ModelArn"] == "arn:aws:sagemaker:us-east-1:123456789012:model/transformed"
    assert made["SdkHttpMetadata"]["HttpStatusCode"] == 200
    source = {"S3DataType": "S3Prefix", "S3Uri": hosting.put(b'{"source": "lovely clear sound"}\n', "questions.jsonl")}
    job = {
        "TransformJobName": "transformed-at-once",
        "ModelName": "transformed",
        "TransformInput": {
            "DataSource": {"S3DataSource": source},
            "ContentType": "application/jsonlines",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": f"s3://{hosting.bucket}/answers"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    result = attempt.run("sagemaker:createTransformJob.sync", job)
    assert (result["TransformJobStatus"], result["FailureReason"]) == ("Completed", None)
    assert result["Tags"]["MANAGED_BY_AWS"] == "STARTED_BY_STEP_FUNCTIONS"
    answer = hosting.s3.get_object(Bucket=hosting.bucket, Key="answers/questions.jsonl.out")["Body"].read()
    assert json.loads(answer)["label"] == list(fast_text.predict("lovely clear sound")[0])

"""Drafts, executions, leftovers and clean-up together, on the embedded AWS: what lessons 05, 06 and 09 do."""

from __future__ import annotations

import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

import course
from course.account.endpoint_ends import GROUP, ROLE, lifetime
from course.account.sweep import sweep
from course.errors import CourseError
from tests.course.conftest import LESSON, machine, role

pytestmark = pytest.mark.slow

SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
BLAZINGTEXT = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
SCRIPT = """
from pathlib import Path
print("writing the training set")
lines = ["__label__1 good strings and a good sound"] * 40 + ["__label__2 bad box"] * 40
Path("/opt/ml/processing/output/train/train.txt").write_text("\\n".join(lines) + "\\n")
"""
FASTER = 600
"""So many times faster do waits pass on the AWS of these tests."""
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


def processing(settings: course.Settings, script: str = "code/script.py") -> course.Draft:
    draft = course.Draft("createProcessingJob")
    pieces = [
        {"ProcessingJobName": "{% 'Process-' & $millis() %}", "RoleArn": settings.sagemaker_role_arn},
        {"ProcessingResources": {"ClusterConfig": CLUSTER}},
        {
            "ProcessingInputs": [
                {
                    "InputName": "code",
                    "S3Input": {
                        "S3Uri": f"s3://{settings.bucket}/{script}",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                        "LocalPath": "/opt/ml/processing/input/code",
                    },
                }
            ]
        },
        {
            "AppSpecification": {
                "ImageUri": SCIKIT_LEARN,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
            }
        },
        {
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "train_set",
                        "S3Output": {
                            "S3Uri": f"s3://{settings.bucket}/{LESSON}/train",
                            "S3UploadMode": "EndOfJob",
                            "LocalPath": "/opt/ml/processing/output/train",
                        },
                    }
                ]
            }
        },
    ]
    for piece in pieces:
        assert not draft.add(json.dumps(piece)).mistakes
    assert draft.missing == ()
    return draft


def training(settings: course.Settings) -> course.Draft:
    draft = course.Draft("createTrainingJob")
    piece = {
        "TrainingJobName": "{% 'train-' & $millis() %}",
        "RoleArn": settings.sagemaker_role_arn,
        "AlgorithmSpecification": {"TrainingImage": BLAZINGTEXT, "TrainingInputMode": "File"},
        "HyperParameters": {"mode": "supervised", "buckets": "1000000", "vector_dim": "32", "min_count": "1"},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{settings.bucket}/{LESSON}/train"}
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{settings.bucket}/{LESSON}/models/"},
        "ResourceConfig": CLUSTER,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    assert draft.add(json.dumps(piece)).complete
    return draft


def deployment(settings: course.Settings) -> list[course.Draft]:
    pieces = {
        "createModel": {
            "ModelName": "course-test",
            "ExecutionRoleArn": settings.sagemaker_role_arn,
            "PrimaryContainer": {"Image": BLAZINGTEXT, "ModelDataUrl": "{% $artifact %}"},
        },
        "createEndpointConfig": {
            "EndpointConfigName": "course-test",
            "ProductionVariants": [
                {
                    "VariantName": "all",
                    "ModelName": "course-test",
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
        },
        "createEndpoint": {"EndpointName": "course-test", "EndpointConfigName": "course-test"},
    }
    drafts = []
    for action, piece in pieces.items():
        drafts.append(course.Draft(action))
        assert drafts[-1].add(json.dumps(piece)).complete
    return drafts


@pytest.fixture(scope="module")
def states_role(settings: course.Settings) -> str:
    actions = ("sagemaker:*", "iam:PassRole", "events:PutTargets", "events:PutRule", "events:DescribeRule")
    return role("course-test-states", "states.amazonaws.com", *actions)


@pytest.fixture(scope="module")
def execution(settings: course.Settings, states_role: str) -> course.state_machines.execution.Execution:
    """The whole workflow, run once: process, train, deploy."""
    boto3.client("s3").put_object(Bucket=settings.bucket, Key="code/script.py", Body=SCRIPT)
    model, config, endpoint = deployment(settings)
    arn = machine(
        "course-test",
        {
            "Process": processing(settings).state("Train", output='{"done": true}'),
            "Train": training(settings).state(
                "Model", assign='{"artifact": "{% $states.result.ModelArtifacts.S3ModelArtifacts %}"}'
            ),
            "Model": model.state("Config"),
            "Config": config.state("Endpoint"),
            "Endpoint": endpoint.state(),
        },
        states_role,
    )
    return course.run(arn, {"any": "input"})


def test_the_workflow_runs_to_its_end_and_shows_every_state(execution):
    assert execution.status == "SUCCEEDED", execution
    assert set(execution.table()["status"]) == {"succeeded"}
    assert execution.transitions == 6


def test_what_the_machine_made_is_written_down_once_its_history_was_read(execution, ledger):
    """So it is found even if somebody deletes the machine by hand."""
    made = {(one.kind, one.name) for one in ledger.resources(LESSON)}
    assert {
        ("processing job", execution.state("Process").job),
        ("training job", execution.state("Train").job),
        ("SageMaker model", "course-test"),
        ("endpoint configuration", "course-test"),
        ("endpoint", "course-test"),
        ("log group", "/aws/sagemaker/Endpoints/course-test"),
    } <= made


def test_what_the_machine_made_has_tags_and_is_found_by_them(execution):
    """From another computer, and when machine and ledger are gone; by its own name, whose letters an ARN has small."""
    found = {(one.kind, one.name) for one in sweep("administrator", LESSON).resources}
    assert {
        ("processing job", execution.state("Process").job),
        ("training job", execution.state("Train").job),
        ("SageMaker model", "course-test"),
        ("endpoint configuration", "course-test"),
        ("endpoint", "course-test"),
    } <= found


def test_a_state_knows_its_job_and_the_jobs_log(execution):
    state = execution.state("Process")
    assert state.job.startswith("Process-")
    assert state.arguments["AppSpecification"]["ImageUri"] == SCIKIT_LEARN
    assert state.result["ProcessingJobStatus"] == "Completed"
    assert state.output == {"done": True}
    log = state.log()
    assert "writing the training set" in log.lines
    assert log.group == "/aws/sagemaker/ProcessingJobs"
    assert all(stream.startswith(f"{state.job}/") for stream in log.streams)
    assert execution.state("Train").assigned["artifact"].endswith("model.tar.gz")


def test_what_the_machine_made_is_left_with_its_cost(execution, settings):
    course.wait_until(lambda: _status("course-test") == "InService", "the endpoint")
    left = course.left()
    found = {(item.resource.kind, item.resource.name): item for item in left.items}
    assert found["endpoint", "course-test"].state == "InService"
    assert found["endpoint", "course-test"].dollars_an_hour == pytest.approx(0.115)
    assert left.items[0].resource.kind == "endpoint", "what costs most comes first"
    assert ("processing job", execution.state("Process").job) in found
    assert ("training job", execution.state("Train").job) in found
    assert ("SageMaker model", "course-test") in found
    assert found["S3 bucket", settings.bucket].state.endswith("objects")
    assert left.dollars_an_hour == pytest.approx(0.115, abs=0.001)
    assert "endpoint course-test: InService, 0.1150 USD an hour" in repr(left)
    assert "| endpoint | `course-test` | InService | 0.1150 USD an hour |" in left._repr_markdown_()


def test_an_endpoint_left_alone_ends_by_itself(execution, settings):
    """And its schedule with it. Until then, the schedule is among what is left."""
    scheduler, sagemaker = boto3.client("scheduler"), boto3.client("sagemaker")
    assert course.keep_endpoint("course-test", settings) == "course-test ends by itself in 2 hours."
    first = scheduler.get_schedule(GroupName=GROUP, Name="course-test")
    assert json.loads(first["Target"]["Input"]) == {"EndpointName": "course-test"}
    assert first["ActionAfterCompletion"] == "DELETE"
    left = {(item.resource.kind, item.resource.name) for item in course.left().items}
    assert {("schedule", f"{GROUP}/course-test"), ("schedule group", GROUP), ("IAM role", ROLE)} <= left
    # So soon that it comes while this test waits, where hours pass faster.
    course.keep_endpoint("course-test", settings, hours=5 / 60 / 60 * FASTER / lifetime(settings, 1))
    endpoints = {"NameContains": "course-test"}
    course.wait_until(lambda: not sagemaker.list_endpoints(**endpoints)["Endpoints"], "the endpoint to end", 60)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(GroupName=GROUP, Name="course-test")


@pytest.mark.parametrize("hours", [0, -1, float("nan")])
def test_an_end_that_is_over_is_none(settings, hours):
    with pytest.raises(CourseError, match=r"it must be above 0. To delete the endpoint now: course.clean_up\(\)"):
        course.keep_endpoint("course-test", settings, hours=hours)


def test_no_endpoint_is_made_where_nothing_would_end_it(settings):
    """The schedule comes first; and a second one of its name is a conflict, which lesson 07 catches."""
    flow = course.workflow(settings)["States"]
    assert flow["Configure endpoint"]["Next"] == "Schedule its end"
    assert flow["Schedule its end"]["Next"] == "Create endpoint"
    alone = {name: value for name, value in flow["Schedule its end"].items() if name != "Next"} | {"End": True}
    arn = machine("course-test-ends", {"Schedule its end": alone}, course.workflow_role("course-test-role", settings))
    assert course.run(arn, {"name": "ends"}).status == "SUCCEEDED"
    assert course.run(arn, {"name": "ends"}).error == "Scheduler.ConflictException"
    boto3.client("scheduler").delete_schedule_group(Name=GROUP)
    assert course.run(arn, {"name": "ends"}).error == "Scheduler.ResourceNotFoundException"


def test_a_job_that_fails_tells_its_reason(settings, states_role):
    boto3.client("s3").put_object(Bucket=settings.bucket, Key="broken/script.py", Body="raise SystemExit(3)")
    arn = machine("course-test-fails", {"Process": processing(settings, "broken/script.py").state()}, states_role)
    failed = course.run(arn, "{}")
    assert failed.status == "FAILED"
    assert failed.reason == failed.state("Process").reason == "AlgorithmError: , exit code: 3"
    assert failed.state("Process").status == "failed"


def test_a_name_that_somebody_elses_job_has_stays_theirs(settings, states_role):
    client = boto3.client("sagemaker")
    foreign = processing(settings).arguments | {"ProcessingJobName": "somebody-elses"}
    boto3.session.Session().client("sagemaker").create_processing_job(**foreign)
    draft = processing(settings)
    draft.add('{"ProcessingJobName": "somebody-elses"}')
    refused = course.run(machine("course-test-refused", {"Process": draft.state()}, states_role), {})
    assert refused.error == "SageMaker.ResourceInUseException"
    assert "(Service:" not in refused.reason
    assert "somebody-elses" not in repr(course.left())
    course.wait_until(
        lambda: (
            client.describe_processing_job(ProcessingJobName="somebody-elses")["ProcessingJobStatus"] != "InProgress"
        )
    )
    client.delete_processing_job(ProcessingJobName="somebody-elses")


def test_an_execution_that_runs_is_shown_as_it_is_and_a_look_does_not_wait(settings, states_role):
    arn = machine("course-test-waits", {"Wait": {"Type": "Wait", "Seconds": 600_000, "End": True}}, states_role)
    begun = time.monotonic()
    running = course.run(arn, {}, name="waits", seconds=0)
    assert time.monotonic() - begun < 60
    assert (running.status, running.name) == ("RUNNING", "waits")
    # AWS answers StartExecution before the first state is entered.
    course.wait_until(lambda: "Wait" in course.follow(running.arn, seconds=0).table().index)
    assert course.follow(running.arn, seconds=0).table().loc["Wait", "status"] == "in progress"
    assert f"state machine {arn}: 1 executions running" in repr(course.left())
    boto3.client("stepfunctions").stop_execution(executionArn=running.arn)
    stopped = course.follow(running.arn)
    assert stopped.status == "ABORTED"
    assert stopped.table().loc["Wait", "status"] == "cancelled"


def test_clean_up_removes_all_of_it_while_something_runs_and_twice(execution, settings, states_role):
    waits = machine("course-test-runs", {"Wait": {"Type": "Wait", "Seconds": 600_000, "End": True}}, states_role)
    running = course.run(waits, {}, seconds=0)
    # On any state of the account: something is gone already.
    boto3.client("sagemaker").delete_endpoint_config(EndpointConfigName="course-test")
    process = execution.state("Process")
    done = course.clean_up(LESSON)
    assert done.done, done
    removed = {(one.resource.kind, one.resource.name) for one in done.removals}
    assert {("endpoint", "course-test"), ("SageMaker model", "course-test"), ("processing job", process.job)} <= removed
    assert ("log group", "/aws/sagemaker/Endpoints/course-test") in removed
    assert ("IAM role", "course-test-states") in removed
    sagemaker, states = boto3.client("sagemaker"), boto3.client("stepfunctions")
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="course-test")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="course-test")
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.describe_processing_job(ProcessingJobName=process.job)
    with pytest.raises(CourseError):
        process.log(seconds=0)
    with pytest.raises(states.exceptions.StateMachineDoesNotExist):
        states.describe_state_machine(stateMachineArn=waits)
    assert running.status == "RUNNING"
    assert repr(course.clean_up(LESSON)) == "Nothing was left to remove."
    assert {item.resource.kind for item in course.left().items} <= {"S3 bucket", "IAM role"}


def _status(endpoint: str) -> str:
    return boto3.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointStatus"]

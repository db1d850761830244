"""One upload followed through the chain: what is done, what waits, what has failed, and where it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

import course
from tests.course.conftest import machine, role
from tests.kernels import run_cells

STARTER = """
import json, os, boto3

def lambda_handler(event, context):
    [record] = event["Records"]
    key = record["s3"]["object"]["key"]
    if "broken" in key:
        raise ValueError("no data set")
    states = boto3.client("stepfunctions")
    name = "upload-" + key.replace("/", "-").replace(".", "-")
    data = json.dumps({"dataset": key.rpartition("/")[2]})
    try:
        states.start_execution(stateMachineArn=os.environ["ARN"], name=name, input=data)
    except states.exceptions.ExecutionAlreadyExists:
        print("already started")
"""
NAME = "course-chain"
LOOK_UP = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint"}
STATES = {
    "Preprocess": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:listEndpoints",
        "Arguments": {},
        "Output": "{% $states.input %}",
        "Next": "Is there one?",
    },
    "Is there one?": {
        **LOOK_UP,
        "Arguments": {"EndpointName": "course-chain-endpoint"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": "Well?"}],
        "Next": "Other way",
    },
    "Other way": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:listEndpoints",
        "Arguments": {},
        "End": True,
    },
    "Well?": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $contains($states.input.dataset, 'bad') %}", "Next": "Bad"}],
        "Default": "Good",
    },
    "Bad": {"Type": "Fail", "Error": "BadData", "Cause": "no"},
    "Good": {"Type": "Succeed"},
}


@pytest.fixture(scope="module")
def arn(settings: course.Settings) -> Iterator[str]:
    """A machine, and the function that starts it for an upload."""
    may_look = ("sagemaker:DescribeEndpoint", "sagemaker:ListEndpoints")
    made = machine(NAME, STATES, role(f"{NAME}-machine-role", "states.amazonaws.com", *may_look))
    role_arn = course.logging_role(f"{NAME}-role")
    may = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": made}
    boto3.client("iam").put_role_policy(
        RoleName=f"{NAME}-role",
        PolicyName="start",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    how = {"Runtime": "python3.13", "Role": role_arn, "Handler": "lambda_function.lambda_handler"}
    course.deploy(NAME, course.package(STARTER), **how, Environment={"Variables": {"ARN": made}})
    return made


def upload(bucket: str, key: str) -> None:
    """Put an object, and tell the function as S3 does."""
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1234")
    event = {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]}
    boto3.client("lambda").invoke(FunctionName=NAME, InvocationType="Event", Payload=json.dumps(event))


def stands(chain: course.Steps) -> list[tuple[str, str]]:
    return [(step.name, step.status) for step in chain.steps]


def test_before_the_upload_everything_waits(settings: course.Settings, arn: str) -> None:
    chain = course.follow_upload(settings.bucket, "chain/never.zip", NAME, arn, seconds=0)
    assert [name for name, _ in stands(chain)] == [
        *("Upload", f"Function {NAME}", "Preprocess", "Is there one?", "Other way", "Endpoint"),
    ]
    assert {status for _, status in stands(chain)} == {"waits"}
    assert chain.execution is None


def test_an_upload_is_followed_to_the_end_of_its_execution(settings: course.Settings, arn: str) -> None:
    """A failure that is an answer counts as done, and a way that was not taken waits no more."""
    upload(settings.bucket, "chain/good.zip")
    chain = course.follow_upload(settings.bucket, "chain/good.zip", NAME, arn, seconds=60)
    # The log may come a little later than what the function does.
    course.invocations(NAME)
    chain = course.follow_upload(settings.bucket, "chain/good.zip", NAME, arn, seconds=0)
    done = [(name, "done") for name in ("Upload", f"Function {NAME}", "Preprocess", "Is there one?")]
    assert stands(chain) == [*done, ("Endpoint course-chain-endpoint", "waits")]
    assert chain.execution is not None and chain.execution.status == "SUCCEEDED"
    assert repr(chain).splitlines()[1].endswith("done, 4 bytes")


def test_the_same_upload_again_leads_to_what_it_has_started_before(settings: course.Settings, arn: str) -> None:
    for _ in range(2):
        before = course.invocations(NAME, at_least=0) if _ else []
        upload(settings.bucket, "chain/twice.zip")
        course.invocations(NAME, at_least=len(before) + 1)
        chain = course.follow_upload(settings.bucket, "chain/twice.zip", NAME, arn, seconds=60)
        assert chain.execution is not None and chain.execution.input == {"dataset": "twice.zip"}


def test_what_has_failed_is_named_and_ends_the_waiting(settings: course.Settings, arn: str) -> None:
    upload(settings.bucket, "chain/bad.zip")
    chain = course.follow_upload(settings.bucket, "chain/bad.zip", NAME, arn, seconds=60)
    assert ("Execution", "failed") in stands(chain)
    assert "BadData" in repr(chain)
    upload(settings.bucket, "chain/broken.zip")
    chain = course.follow_upload(settings.bucket, "chain/broken.zip", NAME, arn, seconds=60)
    assert (f"Function {NAME}", "failed") in stands(chain)
    assert chain.execution is None


def test_whoever_interrupts_it_is_told_how_to_look_again(endpoint_url: str, tmp_path: Path) -> None:
    environment = os.environ | {"AWS_ENDPOINT_URL": endpoint_url, "COURSE_TARGET": "local"}
    interrupts = "import os, signal, threading\n"
    interrupts += "threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
    look = f'course.follow_upload(settings.bucket, "never.zip", "nobody", "{"arn:aws:states:us-east-1:123456789012"}'
    look += f':stateMachine:{NAME}")'
    said = run_cells(
        environment, tmp_path, "import course\nsettings = course.start('98', keep=True)", interrupts + look
    )
    assert said[1].startswith("You have stopped looking; the chain goes on.")
    assert "To look again: course.follow_upload(" in said[1]
    assert "Traceback" not in said[1]

"""The course waits where AWS is late: each of these calls is refused on the same AWS without it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from course.account import lateness
from course.errors import CourseError
from course.state_machines.deployment import make_state_machine
from local_aws.__main__ import environment
from tests.served import served

pytestmark = pytest.mark.slow

PASS = {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
TRUST = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(600.0, "--lag", "3", "--lag-scale", "0.1") as url:
        yield url


@pytest.fixture
def late(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that boto3 makes leads to an AWS that is late, and nobody waits for it yet."""
    for name, value in environment(address).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COURSE_LAG", "3")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.session.Session())


def a_machine_with_a_new_role() -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    role = boto3.client("iam").create_role(RoleName=f"role-{secrets.token_hex(4)}", AssumeRolePolicyDocument=trust)
    make_state_machine(f"machine-{secrets.token_hex(4)}", PASS, role["Role"]["Arn"])


def a_machine_made_again() -> None:
    states = boto3.client("stepfunctions")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    name, iam = f"machine-{secrets.token_hex(4)}", boto3.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    arn = until_accepted(lambda: make_state_machine(name, PASS, role))
    states.delete_state_machine(stateMachineArn=arn)
    make_state_machine(name, PASS, role)


def a_bucket_made_again() -> None:
    s3, name = boto3.client("s3"), f"bucket-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=name)
    s3.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)


def test_an_execution_after_an_update_runs_what_the_machine_is_now(late: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waited for as long as it is here, where wall seconds are a tenth."""
    monkeypatch.setattr(lateness, "DEFINITION_SECONDS", lateness.DEFINITION_SECONDS / 10)
    lateness.ask_again_when_too_early()
    name, trust = f"machine-{secrets.token_hex(4)}", json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    make_state_machine(name, PASS, role)
    states, ran = boto3.client("stepfunctions"), []
    for number in range(3):
        states_now = {"Only": {"Type": "Pass", "Output": number, "End": True}}
        arn = make_state_machine(name, PASS | {"States": states_now}, role)
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]
        definition = states.describe_state_machine_for_execution(executionArn=execution)["definition"]
        ran.append(json.loads(definition)["States"]["Only"]["Output"])
    assert ran == [0, 1, 2]


def until_accepted(make: Callable[[], str]) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            return make()
        except ClientError as error:
            assert "authorized to assume" in str(error) and time.monotonic() < deadline, error
            time.sleep(0.1)


@pytest.mark.parametrize("work", [a_machine_with_a_new_role, a_machine_made_again, a_bucket_made_again])
def test_a_call_that_comes_too_early_is_made_again(late: None, work: Callable[[], None]) -> None:
    with pytest.raises(ClientError):
        work()
    lateness.ask_again_when_too_early()
    work()


def test_nothing_waits_where_aws_is_on_time(late: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_LAG")
    lateness.ask_again_when_too_early()
    lateness.let_pass(3600)
    with pytest.raises(ClientError):
        a_machine_with_a_new_role()


@pytest.mark.parametrize(("said", "seed"), [("", None), ("0", None), (" 7 ", 7)])
def test_the_number_says_when_aws_is_late(said: str, seed: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LAG", said)
    assert lateness.seed() == seed


def test_what_is_no_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LAG", "yes")
    with pytest.raises(CourseError, match="COURSE_LAG is 'yes'"):
        lateness.seed()

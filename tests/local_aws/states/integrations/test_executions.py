"""`states:startExecution` in its four forms, with executions that really run."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

import pytest

from local_aws.states.errors import Cancelled, StateError

END = {"Type": "Pass", "End": True}


@pytest.fixture(scope="module")
def create(aws, role) -> Any:
    """Makes a machine of one state; gives its ARN."""

    def make(**state: Any) -> str:
        definition = {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": state}}
        name = f"machine-{secrets.token_hex(4)}"
        client = aws.client("stepfunctions")
        return client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)[
            "stateMachineArn"
        ]

    return make


def test_starting_gives_the_arn_and_goes_on(aws, attempt, create):
    machine = create(**END)
    result = attempt.run("states:startExecution", {"StateMachineArn": machine, "Name": "once", "Input": {"a": "é"}})
    assert result["ExecutionArn"].endswith(":once")
    assert isinstance(result["StartDate"], int) and result["SdkHttpMetadata"]["HttpStatusCode"] == 200
    description = aws.client("stepfunctions").describe_execution(executionArn=result["ExecutionArn"])
    assert json.loads(description["input"]) == {"a": "é"}
    assert attempt.submitted == []


def test_sync_gives_texts_and_sync_2_gives_data(attempt, create):
    machine = create(**END, Output={"got": "{% $states.input %}"})
    arguments = {"StateMachineArn": machine, "Input": {"a": 1}}
    text = attempt.run("states:startExecution.sync", arguments)
    assert (text["Status"], json.loads(text["Output"])) == ("SUCCEEDED", {"got": {"a": 1}})
    assert json.loads(text["Input"]) == {"a": 1}
    assert isinstance(text["StartDate"], int) and isinstance(text["StopDate"], int)
    data = attempt.run("states:startExecution.sync:2", arguments)
    assert (data["Input"], data["Output"]) == ({"a": 1}, {"got": {"a": 1}})
    assert "ExecutionArn" in attempt.submitted[0] and "SdkHttpMetadata" in attempt.submitted[0]


def test_a_nested_execution_that_fails(attempt, create):
    machine = create(Type="Fail", Error="Broken", Cause="by design")
    with pytest.raises(StateError) as raised:
        attempt.run("states:startExecution.sync:2", {"StateMachineArn": machine, "Input": {"a": 1}})
    assert raised.value.error == "States.TaskFailed"
    cause = json.loads(raised.value.cause)
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Broken", "by design")
    assert (cause["Input"], list(cause)) == ('{"a":1}', sorted(cause))


def test_a_cancelled_attempt_stops_its_execution(aws, attempt, create, wait_until):
    machine = create(Type="Wait", Seconds=90_000_000, End=True)
    ended: list[BaseException] = []

    def work() -> None:
        try:
            attempt.run("states:startExecution.sync", {"StateMachineArn": machine})
        except BaseException as error:
            ended.append(error)

    threading.Thread(target=work, daemon=True).start()
    wait_until(lambda: attempt.submitted)
    attempt.cancelled.set()
    wait_until(lambda: ended)
    assert isinstance(ended[0], Cancelled)
    arn = attempt.submitted[0]["ExecutionArn"]
    assert aws.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_a_name_that_is_taken(attempt, create):
    machine = create(**END)
    attempt.run("states:startExecution.sync", {"StateMachineArn": machine, "Name": "taken", "Input": {"n": 1}})
    with pytest.raises(StateError) as raised:
        attempt.run("states:startExecution", {"StateMachineArn": machine, "Name": "taken", "Input": {"n": 2}})
    assert raised.value.error == "StepFunctions.ExecutionAlreadyExistsException"
    assert "(Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists;" in raised.value.cause


def test_an_execution_that_waits_for_a_token(attempt, create):
    arguments = {"StateMachineArn": create(**END), "Input": {"token": "a-token"}}
    result = attempt.run("states:startExecution.waitForTaskToken", arguments, await_token=lambda: "approved")
    assert result == "approved" and "ExecutionArn" in attempt.submitted[0]


def test_the_sdks_names(attempt, create):
    machine = create(**END)
    answer = attempt.run("aws-sdk:sfn:startExecution", {"StateMachineArn": machine, "Input": "{}"})
    assert set(answer) == {"ExecutionArn", "StartDate"} and answer["StartDate"].endswith("Z")

"""Activities: tasks that a worker fetches. The events are those of executions recorded on AWS in March 2024."""

from __future__ import annotations

import json
import secrets
import threading

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_aws.states.states_support import one


@pytest.fixture
def client(workflows):
    return workflows.client


@pytest.fixture
def activity(client):
    return client.create_activity(name=f"activity-{secrets.token_hex(4)}")["activityArn"]


@pytest.fixture(scope="module")
def worker(aws):
    """A client that waits as long as a poll may take."""
    return aws.client("stepfunctions", config=Config(read_timeout=90))


def task(activity: str, **fields) -> dict:
    return one(Type="Task", Resource=activity, **fields)


def told(events: list[dict]) -> list[tuple]:
    """Type and details of the events between entering and leaving the state."""
    details = [
        (event["type"], next((value for key, value in event.items() if key.endswith("Details")), {}))
        for event in events
    ]
    return [each for each in details if each[0].startswith("Activity")]


def test_a_worker_does_the_task(client, workflows, worker, activity):
    execution = workflows.start(workflows.create(task(activity, TimeoutSeconds=60, HeartbeatSeconds=10)), {"n": 1})
    got = worker.get_activity_task(activityArn=activity, workerName="Ada")
    assert json.loads(got["input"]) == {"n": 1}
    client.send_task_heartbeat(taskToken=got["taskToken"])
    client.send_task_success(taskToken=got["taskToken"], output='{"done":true}')
    assert json.loads(workflows.wait(execution)["output"]) == {"done": True}
    assert told(workflows.history(execution)) == [
        (
            "ActivityScheduled",
            {
                "resource": activity,
                "input": '{"n": 1}',
                "inputDetails": {"truncated": False},
                "timeoutInSeconds": 60,
                "heartbeatInSeconds": 10,
            },
        ),
        ("ActivityStarted", {"workerName": "Ada"}),
        ("ActivitySucceeded", {"output": '{"done":true}', "outputDetails": {"truncated": False}}),
    ]


def test_a_worker_fails(client, workflows, worker, activity):
    execution = workflows.start(workflows.create(task(activity)))
    token = worker.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_failure(taskToken=token, error="Lost", cause="no map")
    described = workflows.wait(execution)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Lost", "no map")
    assert told(workflows.history(execution))[1:] == [
        ("ActivityStarted", {}),
        ("ActivityFailed", {"error": "Lost", "cause": "no map"}),
    ]


def test_a_worker_that_sends_no_heartbeat(workflows, worker, activity):
    execution = workflows.start(workflows.create(task(activity, HeartbeatSeconds=1)))
    worker.get_activity_task(activityArn=activity)
    described = workflows.wait(execution)
    assert (described["status"], described["error"]) == ("FAILED", "States.Timeout")
    assert told(workflows.history(execution))[-1][0] == "ActivityTimedOut"


def test_a_task_that_no_worker_takes_in_time(workflows, client, activity):
    execution = workflows.start(workflows.create(task(activity, TimeoutSeconds=1)))
    described = workflows.wait(execution)
    assert (described["status"], described["error"]) == ("FAILED", "States.Timeout")
    assert [event for event, _ in told(workflows.history(execution))] == ["ActivityScheduled", "ActivityTimedOut"]


def test_a_worker_that_waits_gets_the_next_task(workflows, worker, activity):
    """The poll is long: the task comes after the worker has asked."""
    got = {}
    waiting = threading.Thread(target=lambda: got.update(worker.get_activity_task(activityArn=activity)))
    waiting.start()
    execution = workflows.start(workflows.create(task(activity)), "next")
    waiting.join(60)
    assert json.loads(got["input"]) == "next"
    workflows.client.send_task_success(taskToken=got["taskToken"], output="1")
    workflows.wait(execution)


def test_an_execution_that_was_stopped_gives_no_task(workflows, worker, activity):
    machine = workflows.create(task(activity))
    stopped = workflows.start(machine, "stopped")
    workflows.client.stop_execution(executionArn=stopped)
    workflows.start(machine, "running")
    assert json.loads(worker.get_activity_task(activityArn=activity)["input"]) == "running"


def test_an_activity_that_is_not_there_fails_the_execution(workflows, activity):
    machine = workflows.create(task(activity))
    workflows.client.delete_activity(activityArn=activity)
    described = workflows.run(machine)
    name = next(iter(task(activity)["States"]))
    assert described["error"] == "States.Runtime"
    assert described["cause"] == (
        f"An error occurred while executing the state '{name}' (entered at the event id #2). "
        f"The activity {activity} does not exist."
    )


def test_made_described_listed_deleted(client):
    name = f"activity.name-{secrets.token_hex(4)}"
    created = client.create_activity(name=name, tags=[{"key": "team", "value": "a"}])
    assert client.create_activity(name=name)["creationDate"] == created["creationDate"]
    described = client.describe_activity(activityArn=created["activityArn"])
    assert (described["name"], described["encryptionConfiguration"]) == (name, {"type": "AWS_OWNED_KEY"})
    assert client.list_tags_for_resource(resourceArn=created["activityArn"])["tags"] == [{"key": "team", "value": "a"}]
    pages = client.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 1})
    assert name in [each["name"] for page in pages for each in page["activities"]]
    client.delete_activity(activityArn=created["activityArn"])
    client.delete_activity(activityArn=created["activityArn"])
    with pytest.raises(ClientError) as refused:
        client.describe_activity(activityArn=created["activityArn"])
    assert refused.value.response["Error"] == {
        "Code": "ActivityDoesNotExist",
        "Message": f"Activity Does Not Exist: '{created['activityArn']}'",
    }


@pytest.mark.parametrize("name", ["activity*name", "activity/name", "a b"])
def test_names_that_an_activity_may_not_have(client, name):
    with pytest.raises(ClientError) as refused:
        client.create_activity(name=name)
    assert refused.value.response["Error"] == {"Code": "InvalidName", "Message": f"Invalid Name: '{name}'"}


def test_no_activity_has_such_an_arn(client):
    with pytest.raises(ClientError) as refused:
        client.get_activity_task(activityArn="not_an_arn")
    assert refused.value.response["Error"] == {
        "Code": "InvalidArn",
        "Message": "Invalid Arn: 'Invalid ARN prefix: not_an_arn'",
    }

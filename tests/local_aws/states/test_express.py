"""Machines of type EXPRESS, and the logs of both types. Answers recorded on AWS in June and July 2024."""

from __future__ import annotations

import json
import secrets
import socket
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from local_aws import ADMIN_ACCESS_KEY, REGION
from tests.local_aws.states.states_support import one
from tests.refusals import refusal

FAILS = one(Type="Fail", Error="Some", Cause="thing")


@pytest.fixture
def client(workflows):
    return workflows.client


@pytest.fixture
def group(aws):
    name = f"/aws/vendedlogs/states/{secrets.token_hex(4)}"
    aws.client("logs").create_log_group(logGroupName=name)
    return name


def logged_to(group: str, level: str, data: bool = True) -> dict:
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    return {"level": level, "includeExecutionData": data, "destinations": destinations}


def events_in(aws, group: str) -> list[dict]:
    answer = aws.client("logs").filter_log_events(logGroupName=group)
    return sorted((json.loads(event["message"]) for event in answer["events"]), key=lambda event: int(event["id"]))


class TestExpress:
    def test_the_caller_waits(self, client, workflows):
        machine = workflows.create(one(Type="Pass", Output={"Arg1": "argument1"}), type="EXPRESS")
        answer = client.start_sync_execution(stateMachineArn=machine, name="mine", input='{"a": 1}')
        assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"Arg1": "argument1"})
        assert answer["executionArn"].startswith(machine.replace(":stateMachine:", ":express:") + ":mine:")
        assert (answer["name"], answer["stateMachineArn"], answer["input"]) == ("mine", machine, '{"a": 1}')
        assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
        assert answer["billingDetails"]["billedDurationInMilliseconds"] % 100 == 0
        assert client.describe_state_machine(stateMachineArn=machine)["type"] == "EXPRESS"

    def test_a_tool_may_put_sync_before_the_host(self, aws, workflows, monkeypatch):
        """As AWS's tools do where nothing keeps them from it; the name has then to lead here, as by /etc/hosts."""
        machine, find = workflows.create(one(Type="Pass"), type="EXPRESS"), socket.getaddrinfo
        known = {"sync-localhost": "127.0.0.1"}
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **o: find(known.get(host, host), *more, **o))
        port = urlsplit(aws.endpoint_url).port
        session = boto3.session.Session(ADMIN_ACCESS_KEY, aws.secret, region_name=REGION)
        config = Config(inject_host_prefix=True)
        client = session.client("stepfunctions", endpoint_url=f"http://localhost:{port}", config=config)
        assert client.start_sync_execution(stateMachineArn=machine)["status"] == "SUCCEEDED"
        assert client.test_state(definition='{"Type": "Pass", "End": true}')["status"] == "SUCCEEDED"

    def test_the_caller_waits_for_a_failure(self, client, workflows):
        machine = workflows.create(FAILS, type="EXPRESS")
        answer = client.start_sync_execution(stateMachineArn=machine)
        assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "Some", "thing")
        assert "output" not in answer

    def test_the_caller_waits_until_time_runs_out(self, client, workflows):
        machine = workflows.create({**one(Type="Wait", Seconds=100_000), "TimeoutSeconds": 1}, type="EXPRESS")
        answer = client.start_sync_execution(stateMachineArn=machine)
        assert (answer["status"], answer["error"]) == ("TIMED_OUT", "States.Timeout")

    def test_there_is_no_history(self, client, workflows):
        machine = workflows.create(one(Type="Pass"), type="EXPRESS")
        execution = client.start_execution(stateMachineArn=machine, name="same")["executionArn"]
        assert client.start_execution(stateMachineArn=machine, name="same")["executionArn"] != execution
        for call in (client.describe_execution, client.stop_execution, client.get_execution_history):
            assert refusal(call, executionArn=execution) == (
                "InvalidArn",
                "Invalid Arn: 'Resource type not valid in this context: express'",
            )
        assert refusal(client.list_executions, stateMachineArn=machine) == (
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )

    @pytest.mark.parametrize(
        ("resource", "words"),
        [
            ("arn:aws:states:::states:startExecution.sync:2", "'.sync' service integration "),
            ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "'.waitForTaskToken' service integration "),
            ("arn:aws:states:us-east-1:123456789012:activity:a", "Activity ARN"),
        ],
    )
    def test_what_it_can_not_do_is_refused_at_creation(self, client, workflows, resource, words):
        definition = json.dumps(one(Type="Task", QueryLanguage="JSONata", Resource=resource))
        code, message = refusal(
            client.create_state_machine, name="x", definition=definition, roleArn=workflows.role, type="EXPRESS"
        )
        assert code == "InvalidDefinition"
        assert f"Express state machine does not support {words} at /States/State/Resource" in message

    def test_the_same_name_for_another_type(self, client, workflows):
        name, definition = f"machine-{secrets.token_hex(4)}", json.dumps(one(Type="Pass"))
        client.create_state_machine(name=name, definition=definition, roleArn=workflows.role)
        settings = {"name": name, "definition": definition, "roleArn": workflows.role, "type": "EXPRESS"}
        assert refusal(client.create_state_machine, **settings)[0] == "StateMachineAlreadyExists"


class TestLogs:
    def test_every_event_of_an_express_execution(self, aws, client, workflows, wait_until, group):
        machine = workflows.create(
            one(Type="Pass", Output={"b": 2}), type="EXPRESS", loggingConfiguration=logged_to(group, "ALL")
        )
        arn = client.start_execution(stateMachineArn=machine, input='{"a": 1}')["executionArn"]
        wait_until(lambda: len(events_in(aws, group)) == 4)
        events = events_in(aws, group)
        assert [event["type"] for event in events] == [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
        last = events[-1]
        assert last["details"] == {"output": '{"b":2}', "outputDetails": {"truncated": False}}
        assert {name: last[name] for name in ("id", "previous_event_id", "redrive_count", "execution_arn")} == {
            "id": "4",
            "previous_event_id": "3",
            "redrive_count": "0",
            "execution_arn": arn,
        }
        streams = aws.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
        assert streams[0]["logStreamName"].startswith(f"states/{machine.rpartition(':')[2]}/")

    @pytest.mark.parametrize(
        ("level", "types"), [("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"])]
    )
    def test_levels(self, aws, workflows, wait_until, group, level, types):
        machine = workflows.create(FAILS, loggingConfiguration=logged_to(group, level))
        workflows.run(machine)
        wait_until(lambda: len(events_in(aws, group)) >= len(types))
        assert [event["type"] for event in events_in(aws, group)] == types

    def test_without_the_data(self, aws, workflows, wait_until, group):
        machine = workflows.create(one(Type="Pass"), loggingConfiguration=logged_to(group, "ALL", data=False))
        workflows.run(machine, {"secret": 1})
        wait_until(lambda: len(events_in(aws, group)) == 4)
        assert "secret" not in json.dumps([event["details"] for event in events_in(aws, group)])

    def test_a_change_of_the_level_is_a_revision(self, client, workflows, group):
        machine = workflows.create(one(Type="Pass"), loggingConfiguration=logged_to(group, "ALL"))
        described = client.describe_state_machine(stateMachineArn=machine)
        assert described["loggingConfiguration"] == logged_to(group, "ALL")
        change = {"stateMachineArn": machine, "loggingConfiguration": logged_to(group, "FATAL")}
        revision = client.update_state_machine(**change)["revisionId"]
        assert client.update_state_machine(**change)["revisionId"] == revision

    @pytest.mark.parametrize(
        ("configuration", "reason"),
        [
            ({"level": "ALL"}, "Must specify exactly one Log Destination."),
            ({"level": "ALL", "destinations": []}, "Must specify exactly one Log Destination."),
            ({"level": "ALL", "destinations": [{}]}, "Must specify exactly one Log Destination."),
            (logged_to("/not/there", "ALL"), "Log Destination not found."),
        ],
    )
    def test_configurations_that_are_refused(self, client, workflows, configuration, reason):
        settings = {"name": "logged", "definition": json.dumps(one(Type="Pass")), "roleArn": workflows.role}
        assert refusal(client.create_state_machine, **settings, loggingConfiguration=configuration) == (
            "InvalidLoggingConfiguration",
            f"Invalid Logging Configuration: {reason}",
        )

    def test_a_role_without_rights_on_logs(self, aws, client, group):
        role = aws.role("states.amazonaws.com")
        settings = {"name": "logged", "definition": json.dumps(one(Type="Pass")), "roleArn": role}
        assert refusal(client.create_state_machine, **settings, loggingConfiguration=logged_to(group, "ALL")) == (
            "AccessDeniedException",
            "The state machine IAM Role is not authorized to access the Log Destination",
        )

    def test_nothing_is_logged_by_default(self, client, workflows):
        machine = workflows.create(one(Type="Pass"), loggingConfiguration={})
        described = client.describe_state_machine(stateMachineArn=machine)
        assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}

"""State machines: created, changed, listed, deleted, tagged; which roles they may have."""

from __future__ import annotations

import json
import secrets

import pytest

from tests.local_aws.states.states_support import EVERYTHING, one, passing
from tests.refusals import refusal

PASS = json.dumps(one(Type="Pass"))
OTHER = json.dumps(one(Type="Succeed"))
SYNC = json.dumps(
    one(
        Type="Task",
        QueryLanguage="JSONata",
        Resource="arn:aws:states:::states:startExecution.sync:2",
        Arguments={"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:x"},
    )
)


@pytest.fixture
def name():
    return f"machine-{secrets.token_hex(4)}"


@pytest.fixture
def client(workflows):
    return workflows.client


class TestCreate:
    def test_what_describe_shows(self, client, workflows, name):
        created = client.create_state_machine(name=name, definition=PASS, roleArn=workflows.role)
        described = client.describe_state_machine(stateMachineArn=created["stateMachineArn"])
        del described["ResponseMetadata"]
        assert described == {
            "stateMachineArn": f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}",
            "name": name,
            "status": "ACTIVE",
            "definition": PASS,
            "roleArn": workflows.role,
            "type": "STANDARD",
            "creationDate": created["creationDate"],
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }

    def test_the_same_again_is_the_same_machine(self, client, workflows, name):
        first = client.create_state_machine(name=name, definition=PASS, roleArn=workflows.role)
        again = client.create_state_machine(name=name, definition=PASS, roleArn=workflows.role)
        assert (again["stateMachineArn"], again["creationDate"]) == (first["stateMachineArn"], first["creationDate"])
        assert refusal(client.create_state_machine, name=name, definition=OTHER, roleArn=workflows.role) == (
            "StateMachineAlreadyExists",
            f"State Machine Already Exists: '{first['stateMachineArn']}'",
        )

    def test_a_name_that_it_may_not_have(self, client, workflows):
        code, message = refusal(client.create_state_machine, name="a b", definition=PASS, roleArn=workflows.role)
        assert (code, message) == ("InvalidName", "Invalid Name: 'a b'")

    def test_an_invalid_definition(self, client, workflows, name):
        code, message = refusal(client.create_state_machine, name=name, definition="{}", roleArn=workflows.role)
        assert code == "InvalidDefinition"
        assert message.startswith("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ")

    def test_what_is_not_there_says_so(self, client, workflows, name):
        key = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "mine"}
        settings = {"name": name, "definition": PASS, "roleArn": workflows.role, "encryptionConfiguration": key}
        assert refusal(client.create_state_machine, **settings)[0] == "NotImplemented"


class TestRole:
    def test_it_must_be_assumable(self, client, aws, name):
        code, message = refusal(
            client.create_state_machine, name=name, definition=PASS, roleArn=aws.role("lambda.amazonaws.com")
        )
        assert code == "AccessDeniedException"
        assert message == (
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            "the provided role."
        )

    def test_the_caller_must_be_allowed_to_pass_it(self, aws, workflows, name):
        caller = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "states:*", "Resource": "*"})
        client = aws.client("stepfunctions", role_arn=caller)
        code, message = refusal(client.create_state_machine, name=name, definition=PASS, roleArn=workflows.role)
        assert code == "AccessDeniedException"
        assert f"is not authorized to perform: iam:PassRole on resource: {workflows.role}" in message

    def test_sync_needs_rights_on_events(self, client, aws, workflows, name):
        role = aws.role("states.amazonaws.com", {"Effect": "Allow", "Action": "states:*", "Resource": "*"})
        code, message = refusal(client.create_state_machine, name=name, definition=SYNC, roleArn=role)
        assert (code, message) == ("AccessDeniedException", f"'{role}' is not authorized to create managed-rule.")
        client.create_state_machine(name=name, definition=SYNC, roleArn=aws.role("states.amazonaws.com", EVERYTHING))


class TestUpdate:
    def test_a_running_execution_keeps_the_old_definition(self, client, workflows):
        machine = workflows.states(Wait={"Type": "Wait", "Seconds": 300, "Next": "End"}, End=passing(Output="old"))
        execution = workflows.start(machine)
        updated = client.update_state_machine(stateMachineArn=machine, definition=PASS)
        assert client.describe_state_machine(stateMachineArn=machine)["revisionId"] == updated["revisionId"]
        assert json.loads(workflows.wait(execution)["output"]) == "old"
        kept = client.describe_state_machine_for_execution(executionArn=execution)
        assert "old" in kept["definition"]
        assert workflows.output(machine, 1) == 1

    def test_nothing_to_update(self, client, workflows):
        machine = workflows.create(one(Type="Pass"))
        assert refusal(client.update_state_machine, stateMachineArn=machine) == (
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
            "specified",
        )


class TestDelete:
    def test_waits_for_running_executions(self, client, workflows, wait_until):
        machine = workflows.create(one(Type="Wait", Seconds=900_000))
        execution = workflows.start(machine)
        client.delete_state_machine(stateMachineArn=machine)
        assert client.describe_state_machine(stateMachineArn=machine)["status"] == "DELETING"
        code, _ = refusal(client.start_execution, stateMachineArn=machine)
        assert code == "StateMachineDeleting"
        client.stop_execution(executionArn=execution)
        code, message = refusal(client.describe_state_machine, stateMachineArn=machine)
        assert (code, message) == ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine}'")
        assert refusal(client.describe_execution, executionArn=execution)[0] == "ExecutionDoesNotExist"

    def test_one_that_is_not_there(self, client):
        client.delete_state_machine(stateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:nothing")

    def test_what_is_no_machine(self, client):
        assert refusal(client.delete_state_machine, stateMachineArn="nothing") == (
            "InvalidArn",
            "Invalid Arn: 'Invalid ARN prefix: nothing'",
        )


@pytest.mark.parametrize("operation", ["describe_state_machine", "delete_state_machine", "start_execution"])
def test_a_distributed_map_of_a_machine_is_no_machine(client, workflows, operation):
    """As the API reference has it for an ARN with the label of a Distributed Map."""
    machine = workflows.create(one(Type="Pass"))
    code, _ = refusal(getattr(client, operation), stateMachineArn=f"{machine}/label")
    assert code == "ValidationException"


@pytest.mark.parametrize("role", ["role", "arn:aws:iam::123456789012:user/me", "arn:aws:iam::aws:policy/Some"])
def test_a_role_that_is_none(client, role):
    refused = ("InvalidArn", f"Invalid Role Arn: '{role}'")
    assert refusal(client.create_state_machine, name="no-role", definition=PASS, roleArn=role) == refused
    assert refusal(client.test_state, definition='{"Type": "Succeed"}', roleArn=role) == refused


@pytest.mark.parametrize("arn", ["nothing", "arn:aws:states:us-east-1:123456789012:execution:machine:name"])
def test_tags_of_what_can_have_none(client, arn):
    assert refusal(client.list_tags_for_resource, resourceArn=arn)[0] == "InvalidArn"
    assert refusal(client.tag_resource, resourceArn=arn, tags=[])[0] == "InvalidArn"
    assert refusal(client.untag_resource, resourceArn=arn, tagKeys=[])[0] == "InvalidArn"


def test_list_in_pages(client, workflows):
    machines = {workflows.create(one(Type="Pass")) for _ in range(3)}
    pages = client.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2})
    listed = [machine for page in pages for machine in page["stateMachines"]]
    assert machines <= {machine["stateMachineArn"] for machine in listed}
    assert [machine["name"] for machine in listed] == sorted(machine["name"] for machine in listed)


def test_tags(client, workflows):
    machine = workflows.create(one(Type="Pass"), tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    client.tag_resource(resourceArn=machine, tags=[{"key": "b", "value": "3"}])
    client.untag_resource(resourceArn=machine, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "b", "value": "3"}]
    code, message = refusal(client.tag_resource, resourceArn=machine, tags=[{"key": "c"}, {"value": "4"}])
    assert (code, "Value null at 'tags.2.member.key' failed" in message) == ("ValidationException", True)


def test_validation_takes_express(client):
    answer = client.validate_state_machine_definition(definition=PASS, type="EXPRESS")
    assert (answer["result"], answer["diagnostics"]) == ("OK", [])


def test_variable_references(client, workflows):
    machine = workflows.states(Set={"Type": "Pass", "Assign": {"x": 1}, "Next": "Get"}, Get=passing(Output="{% $x %}"))
    assert client.describe_state_machine(stateMachineArn=machine)["variableReferences"] == {"Get": ["x"]}


@pytest.mark.parametrize("arn", ["nonsense", "arn:aws:states:us-east-1:123456789012:execution:a:b"])
def test_an_arn_of_something_else(client, arn):
    assert refusal(client.describe_state_machine, stateMachineArn=arn)[0] == "InvalidArn"


def test_a_stopped_server_leaves_nothing_running():
    from local_aws.server import serve
    from tests.local_aws.conftest import Aws
    from tests.local_aws.states.states_support import Workflows

    with serve(clock=1) as server:
        workflows = Workflows(Aws(server))
        machine = workflows.create(one(Type="Wait", Seconds=3600))
        arn = workflows.start(machine)
        service = next(one for one in server.services if one.name == "stepfunctions")
        service.close()
        assert workflows.client.describe_execution(executionArn=arn)["status"] == "ABORTED"

"""Versions and aliases of state machines. Codes, texts and order: answers recorded on AWS in 2023 and 2025."""

from __future__ import annotations

import json
import secrets
from collections import Counter

import pytest

from tests.local_aws.states.states_support import one
from tests.refusals import refusal


def definition(comment: str) -> str:
    return json.dumps({"Comment": comment, **one(Type="Pass")})


@pytest.fixture
def client(workflows):
    return workflows.client


@pytest.fixture
def machine(client, workflows):
    """A machine that has never been published."""
    name = f"machine-{secrets.token_hex(4)}"
    created = client.create_state_machine(name=name, definition=definition("first"), roleArn=workflows.role)
    assert "stateMachineVersionArn" not in created
    return created["stateMachineArn"]


def versions(client, machine) -> list[str]:
    listed = client.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    return [each["stateMachineVersionArn"].rpartition(":")[2] for each in listed]


def published(client, machine, count: int) -> list[str]:
    """The ARNs of versions one to `count`."""
    arns = []
    for number in range(1, count + 1):
        client.update_state_machine(stateMachineArn=machine, definition=definition(f"revision {number}"))
        arns.append(client.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"])
    return arns


def routed(*weights: tuple[str, int]) -> list[dict]:
    return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in weights]


class TestVersions:
    def test_published_with_the_machine(self, client, workflows):
        settings = {"name": f"machine-{secrets.token_hex(4)}", "definition": definition("x"), "roleArn": workflows.role}
        created = client.create_state_machine(**settings, publish=True, versionDescription="first of all")
        arn = created["stateMachineVersionArn"]
        assert arn == created["stateMachineArn"] + ":1"
        version = client.describe_state_machine(stateMachineArn=arn)
        assert (version["stateMachineArn"], version["name"]) == (arn, settings["name"])
        assert version["description"] == "first of all"
        assert "description" not in client.describe_state_machine(stateMachineArn=created["stateMachineArn"])

    def test_a_description_needs_a_version(self, client, workflows):
        settings = {"name": "described", "definition": definition("x"), "roleArn": workflows.role}
        assert refusal(client.create_state_machine, **settings, versionDescription="x") == (
            "ValidationException",
            "Version description can only be set when publish is true",
        )

    def test_a_change_gives_a_revision_and_no_change_gives_none(self, client, machine):
        same = client.update_state_machine(stateMachineArn=machine, definition=definition("first"), publish=True)
        assert "revisionId" not in same
        again = client.update_state_machine(stateMachineArn=machine, definition=definition("first"), publish=True)
        assert again["stateMachineVersionArn"] == same["stateMachineVersionArn"] == f"{machine}:1"
        changed = client.update_state_machine(stateMachineArn=machine, definition=definition("second"), publish=True)
        assert changed["stateMachineVersionArn"] == f"{machine}:2"
        described = client.describe_state_machine(stateMachineArn=f"{machine}:2")
        assert described["revisionId"] == changed["revisionId"]
        assert versions(client, machine) == ["2", "1"]

    def test_what_is_published_already_is_not_published_twice(self, client, machine):
        first = client.publish_state_machine_version(stateMachineArn=machine)
        again = client.publish_state_machine_version(stateMachineArn=machine)
        assert first["stateMachineVersionArn"] == again["stateMachineVersionArn"]
        assert versions(client, machine) == ["1"]

    def test_a_number_is_never_given_twice(self, client, machine):
        first, second = published(client, machine, 2)
        client.delete_state_machine_version(stateMachineVersionArn=second)
        client.delete_state_machine_version(stateMachineVersionArn=second)
        assert versions(client, machine) == ["1"]
        again = client.publish_state_machine_version(stateMachineArn=machine)
        assert again["stateMachineVersionArn"] == f"{machine}:3"
        assert refusal(client.describe_state_machine, stateMachineArn=second)[0] == "StateMachineDoesNotExist"
        assert client.describe_state_machine(stateMachineArn=first)["definition"] == definition("revision 1")

    def test_a_revision_that_is_not_the_latest(self, client, machine):
        old = client.update_state_machine(stateMachineArn=machine, definition=definition("a"))["revisionId"]
        new = client.update_state_machine(stateMachineArn=machine, definition=definition("b"))["revisionId"]
        assert refusal(client.publish_state_machine_version, stateMachineArn=machine, revisionId=old) == (
            "ConflictException",
            f"Failed to publish the State Machine version for revision {old}. The current State Machine revision is "
            f"{new}.",
        )

    def test_a_version_can_not_be_changed(self, client, machine):
        [version] = published(client, machine, 1)
        assert refusal(client.update_state_machine, stateMachineArn=version, definition=definition("x")) == (
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{version}'",
        )

    def test_an_execution_of_a_version(self, client, workflows, machine):
        [version] = published(client, machine, 1)
        client.update_state_machine(stateMachineArn=machine, definition=definition("later"))
        plain, of_version = workflows.start(machine), workflows.start(version)
        described = workflows.wait(of_version)
        assert (described["stateMachineArn"], described["stateMachineVersionArn"]) == (machine, version)
        assert "stateMachineVersionArn" not in workflows.wait(plain)
        program = client.describe_state_machine_for_execution(executionArn=of_version)
        assert (program["stateMachineArn"], program["definition"]) == (machine, definition("revision 1"))
        listed = client.list_executions(stateMachineArn=version)["executions"]
        assert [each["executionArn"] for each in listed] == [of_version]
        assert len(client.list_executions(stateMachineArn=machine)["executions"]) == 2

    def test_a_machine_that_is_not_there_has_no_versions(self, client, machine):
        assert versions(client, machine + "-not") == []


class TestAliases:
    def test_from_its_creation_to_its_end(self, client, machine):
        first, second = published(client, machine, 2)
        created = client.create_state_machine_alias(name="live", routingConfiguration=routed((first, 100)))
        arn = created["stateMachineAliasArn"]
        assert arn == f"{machine}:live"
        client.update_state_machine_alias(stateMachineAliasArn=arn, description="both")
        both = routed((first, 50), (second, 50))
        client.update_state_machine_alias(stateMachineAliasArn=arn, routingConfiguration=both)
        described = client.describe_state_machine_alias(stateMachineAliasArn=arn)
        assert (described["name"], described["description"]) == ("live", "both")
        assert described["routingConfiguration"] == both
        assert described["updateDate"] >= described["creationDate"]
        for where in (machine, second):
            listed = client.list_state_machine_aliases(stateMachineArn=where)["stateMachineAliases"]
            assert [each["stateMachineAliasArn"] for each in listed] == [arn]
        client.delete_state_machine_alias(stateMachineAliasArn=arn)
        client.delete_state_machine_alias(stateMachineAliasArn=arn)
        assert client.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"] == []
        assert refusal(client.update_state_machine_alias, stateMachineAliasArn=arn, description="x") == (
            "ResourceNotFound",
            "Request references a resource that does not exist.",
        )

    def test_asked_for_again(self, client, machine):
        first, second = published(client, machine, 2)
        settings = {"name": "same", "routingConfiguration": routed((first, 100)), "description": "a"}
        created = client.create_state_machine_alias(**settings)
        assert client.create_state_machine_alias(**settings)["creationDate"] == created["creationDate"]
        for change in ({"description": "b"}, {"routingConfiguration": routed((second, 100))}):
            assert refusal(client.create_state_machine_alias, **settings | change) == (
                "ConflictException",
                "Failed to create alias because an alias with the same name and a different routing configuration "
                "already exists.",
            )

    def test_routes_that_are_none(self, client, machine):
        first, second = published(client, machine, 2)
        for routes, message in (
            (
                routed((first, 50), (first, 50)),
                f"Routing configuration must contain distinct state machine version ARNs. Received: [{first}, {first}]",
            ),
            (
                routed((machine, 50), (second, 50)),
                f"Routing configuration must contain state machine version ARNs. Received: [{machine}, {second}]",
            ),
            (
                routed((first, 70), (second, 29)),
                "Sum of routing configuration weights must equal 100. Received: [70, 29]",
            ),
        ):
            code, said = refusal(client.create_state_machine_alias, name="none", routingConfiguration=routes)
            assert (code, said) == ("ValidationException", message)
        missing = routed((f"{machine}:77", 100))
        assert refusal(client.create_state_machine_alias, name="x", routingConfiguration=missing)[0] == (
            "ResourceNotFound"
        )

    def test_a_version_that_an_alias_names_stays(self, client, machine):
        [version] = published(client, machine, 1)
        client.create_state_machine_alias(name="live", routingConfiguration=routed((version, 100)))
        assert refusal(client.delete_state_machine_version, stateMachineVersionArn=version) == (
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this "
            "version: [live]",
        )

    def test_executions_go_by_the_weights(self, client, workflows, machine):
        first, second = published(client, machine, 2)
        arn = client.create_state_machine_alias(name="split", routingConfiguration=routed((first, 0), (second, 100)))[
            "stateMachineAliasArn"
        ]
        ran = Counter()
        for _ in range(5):
            described = workflows.wait(workflows.start(arn))
            assert described["stateMachineAliasArn"] == arn
            ran[described["stateMachineVersionArn"]] += 1
        assert ran == {second: 5}
        assert len(client.list_executions(stateMachineArn=arn)["executions"]) == 5

"""What the tests of state machines share: a machine made from its states, run, and read back."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

ENDED = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")
NO_INPUT: dict[str, Any] = {}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Workflows:
    """State machines of a running embedded AWS, all with a role that may do everything."""

    def __init__(self, aws: Any):
        self.aws = aws
        self.client = aws.client("stepfunctions")
        self.role = aws.role("states.amazonaws.com", EVERYTHING)

    def create(self, definition: dict[str, Any], **options: Any) -> str:
        """Make a machine in JSONata; gives its ARN."""
        definition = {"QueryLanguage": "JSONata"} | definition
        settings = {"name": f"machine-{secrets.token_hex(4)}", "roleArn": self.role} | options
        return self.client.create_state_machine(definition=json.dumps(definition), **settings)["stateMachineArn"]

    def states(self, **states: dict[str, Any]) -> str:
        """Make a machine of states, which begins with the first."""
        return self.create({"StartAt": next(iter(states)), "States": states})

    def start(self, machine: str, document: Any = NO_INPUT, **options: Any) -> str:
        """Start an execution; gives its ARN."""
        text = json.dumps(document)
        return self.client.start_execution(stateMachineArn=machine, input=text, **options)["executionArn"]

    def wait(self, execution: str, seconds: float = 60) -> dict[str, Any]:
        """The description of an execution that has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            description = self.client.describe_execution(executionArn=execution)
            if description["status"] in ENDED:
                return description
            time.sleep(0.005)
        raise AssertionError(f"{execution} has not ended: {self.types(execution)}")

    def run(self, machine: str, document: Any = NO_INPUT) -> dict[str, Any]:
        """Run a machine to its end; gives the description of the execution."""
        return self.wait(self.start(machine, document))

    def output(self, machine: str, document: Any = NO_INPUT) -> Any:
        """Run a machine that succeeds; gives its output."""
        description = self.run(machine, document)
        assert description["status"] == "SUCCEEDED", description
        return json.loads(description["output"])

    def history(self, execution: str, **options: Any) -> list[dict[str, Any]]:
        """The events of an execution."""
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=execution, **options)
        return [event for page in pages for event in page["events"]]

    def types(self, execution: str) -> list[str]:
        """The types of its events, in order."""
        return [event["type"] for event in self.history(execution)]


def one(**fields: Any) -> dict[str, Any]:
    """The definition of a machine with this one state, `State`, which ends it."""
    ends = {} if fields["Type"] in ("Succeed", "Fail") or "Choices" in fields else {"End": True}
    return {"StartAt": "State", "States": {"State": ends | fields}}


def passing(**fields: Any) -> dict[str, Any]:
    """A Pass state that ends its workflow."""
    return {"Type": "Pass", "End": True, **fields}


def workflow(**states: dict[str, Any]) -> dict[str, Any]:
    """States as a branch or an item processor, which begins with the first."""
    return {"StartAt": next(iter(states)), "States": states}


def details(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says beside type, time and ids."""
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})

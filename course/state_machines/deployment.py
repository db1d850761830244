"""A state machine made, or changed where it is there: a cell may be run again after a correction."""

from __future__ import annotations

import json
from typing import Any

import boto3

from course.account import prefix


def make_state_machine(name: str, definition: dict[str, Any], role_arn: str) -> str:
    """Make a Standard state machine; one of that name gets the definition and the role.

    Args:
        name: of the machine.
        definition: in the States Language.
        role_arn: of the role under which it runs.

    Returns:
        Its ARN.
    """
    states, text = boto3.client("stepfunctions"), json.dumps(definition)
    try:
        return states.create_state_machine(name=name, definition=text, roleArn=role_arn)["stateMachineArn"]
    except states.exceptions.StateMachineAlreadyExists:
        pages = states.get_paginator("list_state_machines").paginate()
        own = prefix.named(name)
        [arn] = [one["stateMachineArn"] for page in pages for one in page["stateMachines"] if one["name"] == own]
        states.update_state_machine(stateMachineArn=arn, definition=text, roleArn=role_arn)
        return arn

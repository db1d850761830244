"""State machines that the Execution panel is tried on."""

from __future__ import annotations

import json
import secrets
from typing import Any

import boto3

TWICE = {
    "Type": "Pass",
    "Assign": {"item": "{% $states.input %}"},
    "Output": "{% $states.input * 2 %}",
    "End": True,
}
BRANCHES = {
    "Each": {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemProcessor": {"StartAt": "Twice", "States": {"Twice": TWICE}},
        "Next": "Both",
    },
    "Both": {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Output": "left", "End": True}}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "Output": "right", "End": True}}},
        ],
        "End": True,
    },
}
"""A Map, then a Parallel; its input has `items`, numbers."""

RETRIED = {
    "Missing": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "not-there"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        "End": True,
    },
    "Sorry": {"Type": "Succeed"},
}
"""A task that fails three times, and is caught."""

_ODD = {
    "Check": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input % 2 = 1 %}", "Next": "Odd"}],
        "Default": "Even",
    },
    "Odd": {"Type": "Fail", "Error": "odd", "Cause": "{% $states.input & ' is odd' %}"},
    "Even": {"Type": "Pass", "End": True},
}
ODD_ONES_FAIL = {
    "Outer": {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemProcessor": {
            "StartAt": "Inner",
            "States": {
                "Inner": {
                    "Type": "Map",
                    "ItemProcessor": {"StartAt": "Check", "States": _ODD},
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}],
                    "Next": "After",
                },
                "After": {"Type": "Pass", "End": True},
            },
        },
        "End": True,
    },
}
"""A Map of Maps, whose input has `items`, lists of numbers: one with an odd number fails, and is caught."""

ONE_FAILS = {
    "Each": {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemProcessor": {"StartAt": "Check", "States": _ODD},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        "End": True,
    },
    "Sorry": {"Type": "Succeed"},
}
"""A Map that an odd number among its `items` fails; the machine goes on."""

FIFTY = {
    f"Step {number:02}": {"Type": "Pass", **({"Next": f"Step {number + 1:02}"} if number < 50 else {"End": True})}
    for number in range(1, 51)
}
"""Fifty states, one after the other."""


def make_machine(states: dict[str, Any], name: str | None = None, actions: str = "lambda:InvokeFunction") -> str:
    """A JSONata state machine whose role may call Lambda, or what else is named; gives its ARN."""
    name = name or f"machine-{secrets.token_hex(4)}"
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=f"{name}-role", PolicyName="call", PolicyDocument=_document(may))
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    made = boto3.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=role
    )
    return made["stateMachineArn"]


def _document(statement: dict[str, str]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

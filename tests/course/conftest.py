"""One embedded AWS with a fast clock for all tests of a worker process, and a lesson that works on it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

import course
from course.account.foundation import open_ledger
from course.account.ledger import Ledger
from course.account.target import connect
from tests.served import served

LESSON = "98"


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """What a lesson does to this process's environment and to boto3 ends with the module's tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
    boto3.setup_default_session()


@pytest.fixture(scope="module")
def ledger(endpoint_url: str, environment: None) -> Ledger:
    """The ledger of the lesson's AWS."""
    os.environ["COURSE_TARGET"] = "local"
    os.environ["AWS_ENDPOINT_URL"] = endpoint_url
    return open_ledger(connect(LESSON))


@pytest.fixture(scope="module")
def settings(ledger: Ledger) -> Iterator[course.Settings]:
    """A lesson that has begun, and is cleaned up after the module's tests."""
    yield course.start(LESSON)
    assert course.clean_up().done


def role(name: str, service: str, *actions: str) -> str:
    """Make a role that a service may take on, and that may do these actions on anything; gives its ARN."""
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_document(may))
    return arn


def machine(name: str, states: dict[str, Any], role_arn: str) -> str:
    """Make a JSONata state machine that begins with the first of these states; gives its ARN."""
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    answer = boto3.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=role_arn
    )
    return answer["stateMachineArn"]


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

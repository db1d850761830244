"""`docs/rights.md`: with the least policies all lessons pass, without any part of them one doesn't."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from course.proving import needed
from course.run_lessons import execute, lessons
from docs.rights import MOST_CHARACTERS, PAGE, page, policies
from local_aws import ACCOUNT, REGION
from local_aws.__main__ import environment
from local_aws.access.policy import Policies, evaluate
from tests.served import served
from tests.test_boto3_calls import CALLS, Made, client

LONGEST_REGION = "ap-southeast-1"
WITHOUT = {"Functions": "01", "PassRoles": "01", "Logs": "01", "Objects": "02", "Queues": "03", "Workflows": "04"}
"""Statements, and a lesson that needs each."""

UNRECORDED = {"iam:ListEntitiesForPolicy", "iam:DeletePolicy", "sns:DeleteTopic", "servicequotas:ListServiceQuotas"}
"""What clean-up does about things that only the console makes, or a learner who leaves the road; and what lesson 00
asks besides."""


def test_the_page_is_what_the_recorded_rights_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python -m docs.rights"


@pytest.mark.slow
def test_every_recorded_right_is_allowed_and_nothing_can_be_left_out() -> None:
    found = policies(ACCOUNT, REGION)
    rights = [*needed.rights(ACCOUNT, REGION), ("servicequotas:ListServiceQuotas", "*")]
    assert [right for right in rights if not allowed(found, *right)] == []
    for number, policy in enumerate(found):
        for index, statement in enumerate(policy["Statement"]):
            for part in ("Action", "Resource"):
                for text in statement[part]:
                    less = copy.deepcopy(found)
                    less[number]["Statement"][index][part].remove(text)
                    assert any(not allowed(less, *right) for right in rights), f"{statement['Sid']}: {text}"


def test_every_call_that_is_written_down_is_allowed_also_where_a_first_run_does_not_come() -> None:
    written = [made for made in CALLS if ".ipynb:" in made.where or made.where.startswith("course/")]
    recorded = {action for action, _ in needed.rights(ACCOUNT, REGION)} | UNRECORDED
    without = {f"{made.where}: {action}" for made in written for action in actions(made) if action not in recorded}
    assert without == set()


def actions(made: Made) -> set[str]:
    """The actions of IAM's that a call asks for, where it is one of an operation."""
    operation = client(made.service).meta.method_to_api_mapping.get(made.name)
    if operation is None:
        return set()
    call = {"service": made.service, "operation": operation, "params": {}, "status": 200}
    return {action for action, _ in needed.rights_of([call], REGION)}


def test_each_policy_is_as_short_as_iam_wants_it() -> None:
    for policy in policies(ACCOUNT, LONGEST_REGION):
        assert len(json.dumps(policy, separators=(",", ":"))) <= MOST_CHARACTERS


def allowed(found: list[dict[str, Any]], action: str, resource: str) -> bool:
    # The recorded name of what every run names anew ends in a star, which stands for some name.
    context = {"iam:PassedToService": "lambda.amazonaws.com"}
    return evaluate(Policies(list(found)), {}, action, resource, context).allowed


# ---- the lessons themselves ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    with served(600.0) as url:
        yield url


@pytest.mark.long
def test_all_lessons_pass_as_a_user_with_these_policies_and_nothing_else(stand_in: str) -> None:
    learner = user(stand_in, "ada", policies(ACCOUNT, REGION))
    failures = {path.name: failure for path in lessons() if (failure := run(path, stand_in, learner))}
    assert failures == {}


@pytest.mark.long
@pytest.mark.parametrize("name", WITHOUT)
def test_without_a_statement_a_lesson_fails(stand_in: str, name: str) -> None:
    less = policies(ACCOUNT, REGION)
    for policy in less:
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Sid"] != name]
    learner = user(stand_in, f"ada-without-{name}", less)
    (path,) = lessons([WITHOUT[name]])
    assert "not authorized to perform" in run(path, stand_in, learner)


def run(path: Any, url: str, who: Mapping[str, str]) -> str:
    """Run a lesson as on a real account, for which an embedded AWS stands in; gives what failed."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    return execute(path, environment=own | {"COURSE_TARGET": "aws", "COURSE_STAND_IN": url} | dict(who))


def user(url: str, name: str, documents: list[dict[str, Any]]) -> dict[str, str]:
    """Make a user with these managed policies; gives the variables by which a program is that user."""
    variables = environment(url)
    iam = boto3.session.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=REGION
    ).client("iam", endpoint_url=url)
    iam.create_user(UserName=name)
    for number, document in enumerate(documents):
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(document))
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

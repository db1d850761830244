"""In an account where nobody may make a role, lessons use roles that are there: as they are, and for good."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import course
from course.account import given_roles
from course.account.endpoint_ends import ROLE as ENDS_ROLE
from course.account.foundation import SAGEMAKER_ROLE
from course.account.sessions import new_session, renew_default_session
from course.errors import CourseError
from course.lesson import look

pytestmark = pytest.mark.slow

GIVEN = {
    "COURSE_SAGEMAKER_ROLE": "lab-sagemaker",
    "COURSE_LAMBDA_ROLE": "lab-lambda",
    "COURSE_STATES_ROLE": "lab-states",
    "COURSE_SCHEDULER_ROLE": "lab-scheduler",
}
PUT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def iam() -> Any:
    """A client for which a role's name means that role."""
    return new_session(own_roles=True).client("iam")


def trust(*services: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": ["sts:AssumeRole"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def inside(name: str) -> tuple[Any, ...]:
    """All that is of a role."""
    role = iam().get_role(RoleName=name)["Role"]
    policies = iam().list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam().list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return role["AssumeRolePolicyDocument"], policies, attached, role.get("Tags", []), role.get("PermissionsBoundary")


@pytest.fixture
def lab(settings: course.Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with four roles, given to the course."""
    for variable, name in GIVEN.items():
        service = given_roles.ROLES[variable][0]
        iam().create_role(RoleName=name, AssumeRolePolicyDocument=trust("ec2.amazonaws.com", service))
        monkeypatch.setenv(variable, name)
    yield
    monkeypatch.undo()
    look()  # a start that was refused leads nowhere
    for name in GIVEN.values():
        iam().delete_role(RoleName=name)


def test_a_lesson_works_with_the_given_roles_and_leaves_them_as_they_are(
    lab: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: inside(name) for name in GIVEN.values()}
    begun = course.start("01")
    assert begun.sagemaker_role_arn.endswith(":role/lab-sagemaker")
    client, name = boto3.client("iam"), "review-sentences-role"
    made = client.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]
    assert made["RoleName"] == "lab-lambda"
    assert made["Arn"] == client.get_role(RoleName=name)["Role"]["Arn"]
    client.update_assume_role_policy(RoleName=name, PolicyDocument=trust("ec2.amazonaws.com"))
    client.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=PUT)
    assert client.get_role_policy(RoleName=name, PolicyName="all")["PolicyDocument"] == json.loads(PUT)
    client.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    client.detach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    client.delete_role(RoleName="lab-lambda")
    assert course.logging_role("preprocess-reviews-role") == made["Arn"]
    assert course.workflow_role("review-workflow-role", begun).endswith(":role/lab-states")
    definition = json.dumps(course.workflow(begun))
    assert ":role/lab-sagemaker" in definition
    assert ":role/lab-scheduler" in definition
    assert {name: inside(name) for name in GIVEN.values()} == before
    said = capsys.readouterr().out
    told = (
        "The role lab-lambda, which stands for review-sentences-role, is not the course's: PutRolePolicy was not sent"
    )
    assert said.count(told) == 1
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam().get_role(RoleName=name)


def test_the_clean_up_leaves_them_also_where_nobody_says_that_they_are_given(
    lab: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.start("01")
    course.logging_role("review-sentences-role")
    boto3.client("iam").create_role(
        RoleName="review-states-role", AssumeRolePolicyDocument=trust("states.amazonaws.com")
    )
    before = {name: inside(name) for name in GIVEN.values()}
    assert not {one.name for one in look()[1].resources() if one.kind == "IAM role"} & set(GIVEN.values())
    with monkeypatch.context() as unset:
        for variable in GIVEN:
            unset.delenv(variable)
        course.clean_up("01")
    course.clean_up("01")
    assert {name: inside(name) for name in GIVEN.values()} == before


def test_a_role_of_the_lesson_made_before_is_still_removed(lab: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as unset:
        unset.delenv("COURSE_LAMBDA_ROLE")
        course.start("01")
        course.logging_role("review-sentences-role")
    assert course.clean_up("01").done
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam().get_role(RoleName="review-sentences-role")
    assert iam().get_role(RoleName="lab-lambda")


@pytest.mark.parametrize(
    ("variable", "said", "words"),
    [
        (
            "COURSE_LAMBDA_ROLE",
            "nobody",
            "COURSE_LAMBDA_ROLE names the role nobody, which can't be used: .*NoSuchEntity",
        ),
        ("COURSE_STATES_ROLE", "lab-lambda", "role lab-lambda, and states.amazonaws.com may not take it on"),
        ("COURSE_SAGEMAKER_ROLE", "arn:aws:iam::111122223333:role/lab", "names a role of account 111122223333"),
        ("COURSE_SCHEDULER_ROLE", "arn:aws:iam::123456789012:user/lab", "it is the name of a role, or its ARN"),
        ("COURSE_BOUNDARY", "some-policy", "COURSE_BOUNDARY is 'some-policy': it is the ARN of a policy"),
        ("COURSE_BOUNDARY", "arn:aws:iam::123456789012:policy/absent", "which can't be used: .*NoSuchEntity"),
        ("COURSE_BOUNDARY", "arn:aws:iam::aws:policy/Absent", "which can't be used: .*NoSuchEntity"),
        ("COURSE_BOUNDARY", "arn:aws:iam::111122223333:policy/p", "names a policy of account 111122223333"),
    ],
)
def test_what_can_not_be_used_is_refused_by_name(
    lab: None, monkeypatch: pytest.MonkeyPatch, variable: str, said: str, words: str
) -> None:
    monkeypatch.setenv(variable, said)
    with pytest.raises(CourseError, match=words):
        course.start("01")


def test_a_path_before_the_name_is_no_part_of_it(lab: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iam().create_role(Path="/team/", RoleName="deep", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    monkeypatch.setenv("COURSE_LAMBDA_ROLE", made["Role"]["Arn"])
    course.start("01")
    assert course.logging_role("review-sentences-role") == made["Role"]["Arn"]
    iam().delete_role(RoleName="deep")


def test_each_role_of_the_lessons_can_be_stood_for() -> None:
    notebooks = (Path(course.__file__).parents[1] / "notebooks").glob("0*.ipynb")
    named = {name for path in notebooks for name in re.findall(r'\\"([a-z-]+-role)\\"', path.read_text("utf-8"))}
    known = {name for _, names in given_roles.ROLES.values() for name in names}
    assert named
    assert named <= known, named - known
    assert SAGEMAKER_ROLE in known
    assert ENDS_ROLE in known


def test_every_role_that_is_made_gets_the_boundary(settings: course.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = iam().create_policy(PolicyName="limits", PolicyDocument=PUT)["Policy"]["Arn"]
    monkeypatch.setenv("COURSE_BOUNDARY", arn)
    renew_default_session()
    course.logging_role("bounded-role")
    boto3.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    for name in ("bounded-role", "other"):
        assert inside(name)[-1]["PermissionsBoundaryArn"] == arn

"""All lessons in an account where nobody may make a role, with those of `docs/class/roles.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from course.account.given_roles import CHANGES, ROLES
from course.run_lessons import COPIES, lessons
from docs.real_account import CHECKS_WITH_A_ROLE
from docs.rights import policies
from local_aws import ACCOUNT, REGION
from tests.class_templates import template
from tests.course.proving.account import client
from tests.served import served
from tests.test_rights import run, user

TEMPLATE = template("roles.yaml")
NO_ROLES = {"Effect": "Deny", "Action": [f"iam:{name}" for name in CHANGES], "Resource": "*"}


def given() -> dict[str, str]:
    """The variables, as the template's outputs say it."""
    resources = TEMPLATE["Resources"]
    names = {
        output["Description"].removeprefix("For ").rstrip("."): resources[output["Value"]]["Properties"]["RoleName"]
        for output in TEMPLATE["Outputs"].values()
    }
    assert names.keys() == ROLES.keys()
    return names


@pytest.fixture
def account() -> Iterator[str]:
    """An account with the roles of the template."""
    with served(600.0) as url:
        iam = client("iam", url)
        for resource in TEMPLATE["Resources"].values():
            role = resource["Properties"]
            trust = json.dumps(role["AssumeRolePolicyDocument"])
            iam.create_role(RoleName=role["RoleName"], AssumeRolePolicyDocument=trust)
            for arn in role.get("ManagedPolicyArns", []):
                iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
            for policy in role["Policies"]:
                document = json.dumps(policy["PolicyDocument"])
                iam.put_role_policy(RoleName=role["RoleName"], PolicyName=policy["PolicyName"], PolicyDocument=document)
        yield url


@pytest.mark.long
def test_all_lessons_run_to_their_end_and_the_roles_stay_as_they_are(
    account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, name in given().items():
        monkeypatch.setenv(variable, name)
    # The least rights are fewer here: nothing changes a given role.
    least = policies(ACCOUNT, REGION)
    learner = user(account, "ada", [*least, {"Version": "2012-10-17", "Statement": [NO_ROLES]}])
    before = roles(account)
    failures = {path.name: failure for path in lessons() if (failure := run(path, account, learner | given()))}
    assert failures == {}
    assert roles(account) == before
    assert checks() == set(CHECKS_WITH_A_ROLE)


def roles(url: str) -> list[Any]:
    """All roles, and what they may do."""
    iam = client("iam", url)
    return [
        (
            role["RoleName"],
            role["AssumeRolePolicyDocument"],
            iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"],
            iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"],
        )
        for role in iam.list_roles()["Roles"]
    ]


def checks() -> set[str]:
    """The checks that were not right, by the copies that have run; each says that it could not be made."""
    found = set()
    for path in lessons():
        for cell in nbformat.read(COPIES / path.name, as_version=4).cells:
            if "check" in cell.metadata.get("tags", ()):
                said = cell.outputs[0]["data"]["text/plain"]
                if ": right" not in said:
                    assert "not authorized to perform: iam:CreateRole" in said, said
                    found.add(said.split(" ")[0].rstrip(":,"))
    return found

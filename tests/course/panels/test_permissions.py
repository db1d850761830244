"""The Permissions panel, driven by its widgets' Python side, on a real embedded AWS."""

from __future__ import annotations

import json
import secrets

import boto3
import pytest

import course
from course.account.roles import logging_role
from tests.course.panels.resources import document, statement

READ = statement("Allow", "s3:GetObject", "arn:aws:s3:::box/data/*")
DENY = statement("Deny", "s3:*", "arn:aws:s3:::box/data/secret/*")


@pytest.fixture
def role() -> str:
    name = f"role-{secrets.token_hex(4)}"
    logging_role(name)
    return name


@pytest.fixture
def panel(role):
    made = course.permissions_panel(role)
    made.wait()
    return made


def ask(panel, action: str, resource: str):
    panel.action.value, panel.resource.value = action, resource
    panel.ask.click()
    panel.wait()
    return panel.verdict


def attached(role: str) -> list[str]:
    policies = boto3.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [policy["PolicyName"] for policy in policies]


def test_shows_who_takes_the_role_on_and_its_policies(panel):
    text = repr(panel)
    assert "Taken on by: lambda.amazonaws.com" in text
    assert "AWSLambdaBasicExecutionRole | AWS managed | 1" in text


def test_attach_by_name_and_remove(panel, role):
    panel.managed.value = "AmazonS3FullAccess"
    panel.attach.click()
    panel.wait()
    assert "AmazonS3FullAccess" in attached(role)
    panel.policy.value = "AmazonS3FullAccess"
    assert json.loads(panel.copy_policy.text)["Statement"][0]["Action"] == ["s3:*", "s3-object-lambda:*"]
    panel.remove.click()
    panel.remove.click()
    panel.wait()
    assert attached(role) == ["AWSLambdaBasicExecutionRole"]
    assert panel.status.words == "Removed AmazonS3FullAccess."


def test_a_call_is_judged_by_statement(panel):
    denied = ask(panel, "s3:GetObject", "arn:aws:s3:::box/data/a")
    assert not denied.allowed
    assert "No statement allows it" in repr(panel)
    panel.name.value, panel.document.value = "preprocess", document(READ, DENY)
    panel.save.click()
    panel.wait()
    # The question is asked anew by itself, now that the role has changed.
    assert panel.verdict.allowed
    assert "Allowed: s3:GetObject on arn:aws:s3:::box/data/a, by statement 1 of preprocess." in repr(panel)
    applying = [(one.policy, one.number) for one in panel.verdict.statements if one.applies]
    assert applying == [("preprocess", 1)]


def test_a_deny_wins_and_is_named(panel, role):
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName="two", PolicyDocument=document(READ, DENY))
    verdict = ask(panel, "s3:GetObject", "arn:aws:s3:::box/data/secret/a")
    assert verdict.decision == "explicitDeny"
    assert "by statement 2 of two. A Deny always wins." in repr(panel)


def test_the_verdict_is_what_really_happens(panel, role, bucket):
    iam, sts = boto3.client("iam"), boto3.client("sts")
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    trust = statement("Allow", "sts:AssumeRole", "*") | {"Principal": {"AWS": "*"}}
    del trust["Resource"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=document(trust))
    read = document(statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/open/*"))
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=read)
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    for key in ("open/a", "closed/a"):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a")
        try:
            s3.get_object(Bucket=bucket, Key=key)
            happened = True
        except s3.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            happened = False
        assert ask(panel, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}").allowed is happened


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda p: setattr(p.managed, "value", "NoSuchPolicy") or p.attach.click(), "No managed policy is called"),
        (lambda p: setattr(p.document, "value", "{") or p.save.click(), "not valid JSON. Line 1, column 2"),
        (lambda p: setattr(p.name, "value", "") or p.save.click(), "needs a name"),
        (lambda p: setattr(p.action, "value", "GetObject") or p.ask.click(), "is not an action"),
    ],
)
def test_what_can_not_be_done_is_refused_with_the_reason(panel, role, act, words):
    before = attached(role)
    act(panel)
    panel.wait()
    assert words in repr(panel)
    assert attached(role) == before
    assert boto3.client("iam").list_role_policies(RoleName=role)["PolicyNames"] == []


def test_an_error_of_iam_is_shown_with_a_remedy(panel):
    panel.name.value, panel.document.value = "wrong", '{"Statement": 1}'
    panel.save.click()
    panel.wait()
    assert "MalformedPolicyDocument: " in repr(panel)
    assert "it needs Version, and Statement" in repr(panel)


def test_what_is_copied_is_accepted_as_it_stands(panel, role):
    panel.document.value = document(READ)
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=panel.copy_policy.text)
    assert boto3.client("iam").list_role_policies(RoleName=role)["PolicyNames"] == ["p"]

"""Which AWS a lesson works on: `local` can't reach a real account, `aws` asks first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

import account_guard
import local_aws
from course.account import target
from course.errors import CourseError
from tests.real_account import ROOT_KEY, counted

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[3]

# What a kernel of somebody's computer may hold when the course begins: every way that boto3 knows to an account.
HOSTILE = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "work",
    "AWS_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com",
    "AWS_ENDPOINT_URL_SFN": "https://states.eu-west-1.amazonaws.com",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/tmp/token",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/work",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "example.com",
}
SERVICES = ("s3", "iam", "sts", "lambda", "logs", "sqs", "sns", "stepfunctions", "sagemaker", "sagemaker-runtime")
REPORT = f"""
import json, boto3, course
settings = course.start("01")
credentials = boto3.DEFAULT_SESSION.get_credentials()
print(json.dumps({{
    "account": settings.account,
    "target": settings.target,
    "clock": settings.clock,
    "caller": boto3.client("sts").get_caller_identity()["Arn"],
    "key": credentials.access_key,
    "found": credentials.method,
    "endpoints": [boto3.client(name).meta.endpoint_url for name in {SERVICES!r}],
}}))
"""


@pytest.mark.parametrize("endpoint", [None, "https://sts.amazonaws.com", "http://127.0.0.1:9"])
def test_local_reaches_no_real_account_whatever_the_computer_holds(tmp_path, endpoint):
    """A kernel of its own, in a home whose AWS configuration names real credentials and endpoints."""
    (tmp_path / ".aws").mkdir()
    keys = "aws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    (tmp_path / ".aws" / "credentials").write_text(f"[default]\n{keys}[work]\n{keys}")
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nregion=eu-west-1\nendpoint_url=https://example.com\n"
        "[profile work]\nregion=eu-west-1\nservices=mine\n[services mine]\nsagemaker =\n  endpoint_url=https://example.com\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    environment |= HOSTILE | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    environment |= {"AWS_ENDPOINT_URL": endpoint} if endpoint else {}
    done = subprocess.run(
        [sys.executable, "-c", REPORT], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])  # above it, what an earlier lesson has left is spoken of
    assert (found["target"], found["account"], found["clock"]) == ("local", local_aws.ACCOUNT, 60.0)
    assert (found["key"], found["found"]) == (local_aws.ADMIN_ACCESS_KEY, "env")
    assert found["caller"] == f"arn:aws:iam::{local_aws.ACCOUNT}:user/administrator"
    assert {url.rpartition(":")[0] for url in found["endpoints"]} == {"http://127.0.0.1"}


def test_local_uses_the_server_that_the_learner_has_started(endpoint_url, environment, monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint_url)
    monkeypatch.setattr(target.embedded, "find_or_start", lambda: pytest.fail("started another one"))
    found = target.connect("01")
    assert (found.kind, found.account) == ("local", local_aws.ACCOUNT)
    assert endpoint_url.rpartition(":")[2] in found.ledger.name, "each server has a ledger of its own"


def test_an_unknown_target_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "moon")
    with pytest.raises(CourseError, match="COURSE_TARGET is 'moon'"):
        target.connect("01")


@pytest.fixture
def account(environment, monkeypatch, tmp_path) -> Iterator[None]:
    """An account that answers at STS as a real one does: reached by credentials of the learner's own environment."""
    monkeypatch.setenv("COURSE_TARGET", "aws")
    monkeypatch.setattr(target, "_STATE", tmp_path / "state")
    monkeypatch.setattr(account_guard, "_since", {})  # what other tests have set is not this learner's
    account_guard.close()
    with counted() as real:
        for name, value in real.way().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(target, "_ORIGINAL", real.variables() | real.way() | {"AWS_DEFAULT_REGION": "eu-west-1"})
        yield


def test_aws_says_account_region_and_cost_and_goes_on_only_when_agreed(account):
    with pytest.raises(CourseError) as refused:
        target.connect("06")
    for text in (local_aws.ACCOUNT, "eu-west-1", "0.115 USD an hour", f"course.agree('{local_aws.ACCOUNT}')"):
        assert text in str(refused.value)
    target.agree("111122223333")
    with pytest.raises(CourseError, match="your own AWS account"):
        target.connect("06")
    target.agree(local_aws.ACCOUNT)
    found = target.connect("06")
    assert (found.kind, found.account, found.region, found.clock) == ("aws", local_aws.ACCOUNT, "eu-west-1", 1.0)
    assert target.connect("07").account == local_aws.ACCOUNT, "agreed once, not for every lesson"
    assert f"{local_aws.ACCOUNT}-eu-west-1" in found.ledger.name


def test_aws_leads_to_its_own_endpoints(account):
    target.agree(local_aws.ACCOUNT)
    target.connect("01")
    assert boto3.client("s3").meta.endpoint_url == "https://s3.eu-west-1.amazonaws.com"


def test_aws_without_a_region_or_without_credentials_says_so(account, monkeypatch, tmp_path):
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "no"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no")}
    nowhere |= {"AWS_EC2_METADATA_DISABLED": "true"}
    monkeypatch.setattr(target, "_ORIGINAL", nowhere)
    with pytest.raises(CourseError, match="No region"):
        target.connect("01")
    monkeypatch.setattr(target, "_ORIGINAL", nowhere | {"AWS_DEFAULT_REGION": "eu-west-1"})
    with pytest.raises(CourseError, match="does not know who you are"):
        target.connect("01")


def test_the_root_user_is_warned_before_they_agree_and_in_lesson_00(account, monkeypatch):
    monkeypatch.setattr(target, "_ORIGINAL", target._ORIGINAL | {"AWS_ACCESS_KEY_ID": ROOT_KEY})
    with pytest.raises(CourseError, match="You are the root user of this account"):
        target.connect("00")
    target.agree(local_aws.ACCOUNT)
    assert target.connect("00").as_root


def test_the_closed_door_of_a_parent_process_is_no_setting_of_the_learner(account, monkeypatch):
    monkeypatch.setattr(target, "_ORIGINAL", target._ORIGINAL | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert target.whose() == (local_aws.ACCOUNT, "eu-west-1")


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890123", "my-account", "１２３４５６７８９０１２x"])
def test_what_is_no_account_number_is_not_agreed_to(text):
    with pytest.raises(CourseError, match="twelve digits"):
        target.agree(text)

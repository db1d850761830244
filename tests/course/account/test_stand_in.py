"""A stand-in for a real account is an embedded AWS on this computer, and opens no way to anything else."""

from __future__ import annotations

import os

import boto3
import pytest

import account_guard
import local_aws
from course.account import stand_in, target
from course.errors import CourseError
from local_aws import __main__ as command_line
from tests.kernels import run_cells

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.amazonaws.com",
        "http://sts.amazonaws.com:80",
        "http://10.0.0.1:4566",
        "http://localhost.example.com:4566",
        "http://localhost:4566",
        "https://127.0.0.1:4566",
        "http://127.0.0.1",
        "http://127.0.0.1.nip.io:4566",
        "127.0.0.1:4566",
        "yes",
    ],
)
def test_only_an_address_of_this_computer_is_one(monkeypatch, url):
    monkeypatch.setenv(stand_in.VARIABLE, url)
    with pytest.raises(CourseError, match="COURSE_STAND_IN is"):
        stand_in.address()


def test_nobody_has_one_by_default(monkeypatch):
    monkeypatch.delenv(stand_in.VARIABLE, raising=False)
    assert stand_in.address() == ""


@pytest.fixture
def own(endpoint_url, environment, monkeypatch) -> dict[str, str]:
    """The variables of somebody who has keys for the stand-in, and more ways to AWS than that."""
    keys = command_line.environment(endpoint_url)
    more = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com", "AWS_CONFIG_FILE": "/tmp/config"}
    variables = {name: keys[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")} | more
    monkeypatch.setattr(target, "_ORIGINAL", variables)
    monkeypatch.setenv("COURSE_TARGET", "aws")
    monkeypatch.setenv(stand_in.VARIABLE, endpoint_url)
    return variables


def test_it_is_worked_on_as_on_an_account(own, endpoint_url):
    found = target.connect("01")
    assert (found.kind, found.account, found.region) == ("aws", local_aws.ACCOUNT, local_aws.REGION)
    assert boto3.client("s3").meta.endpoint_url == endpoint_url
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3"} & set(os.environ)
    assert os.environ["AWS_CONFIG_FILE"] == account_guard.NOWHERE
    assert target.whose() == (local_aws.ACCOUNT, local_aws.REGION)
    assert boto3.client("s3").meta.endpoint_url == account_guard.CLOSED["AWS_ENDPOINT_URL"], "closed again"


def test_an_account_that_is_somebodys_is_none():
    with pytest.raises(CourseError, match="no embedded AWS: its account is 111122223333"):
        stand_in.require("111122223333")


def test_in_a_kernel_calls_to_anything_else_are_refused(own, endpoint_url, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | own
    elsewhere = 'boto3.client("s3", endpoint_url="https://s3.amazonaws.com").list_buckets()'
    first = "import boto3\nfrom course.account import target\ntarget.connect('01').kind"
    begun, refused = run_cells(environment, tmp_path, first, elsewhere)
    assert begun == "'aws'"
    assert "Nothing was sent: this call would have gone to s3.amazonaws.com" in refused

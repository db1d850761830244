"""One embedded AWS for all tests of a worker process, with a fast clock."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local_aws import ADMIN_ACCESS_KEY, REGION
from local_aws.access import administrator
from local_aws.server import LocalAws, serve
from tests import targets
from tests.local_aws import required_members
from tests.local_aws.sagemaker.hosting_support import Hosting, packed, train
from tests.local_aws.states.states_support import Workflows

CLOCK = 600.0
_SESSION = boto3.session.Session()


@dataclass
class Aws:
    """What a test gets: clients of a running embedded AWS."""

    server: LocalAws

    @property
    def endpoint_url(self) -> str:
        return self.server.endpoint_url

    @property
    def account(self) -> str:
        return self.server.host.account

    @property
    def secret(self) -> str:
        """What the administrator signs with."""
        return administrator.secret_for(self.endpoint_url)

    def client(self, service: str, role_arn: str | None = None, *, region: str = REGION, **options: Any) -> Any:
        """A boto3 client as administrator, or under a role."""
        credentials = {"aws_access_key_id": ADMIN_ACCESS_KEY, "aws_secret_access_key": self.secret}
        if role_arn:
            answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
            credentials = {
                "aws_access_key_id": answer["AccessKeyId"],
                "aws_secret_access_key": answer["SecretAccessKey"],
                "aws_session_token": answer["SessionToken"],
            }
        config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, max_pool_connections=64)
        config = config.merge(options.pop("config")) if "config" in options else config
        made = _SESSION.client(
            service, region_name=region, endpoint_url=self.endpoint_url, config=config, **credentials, **options
        )
        return required_members.watch(made) if service in required_members.OWN else made

    def role(self, service: str, *statements: dict, name: str | None = None, managed: tuple[str, ...] = ()) -> str:
        """Make a role that a service (and the account's own principals) may assume; gives its ARN."""
        iam, name = self.client("iam"), name or f"role-{secrets.token_hex(4)}"
        trusted = {"Service": service, "AWS": f"arn:aws:iam::{self.account}:root"}
        trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=_document(*statements))
        for policy in managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return arn

    def bucket(self) -> str:
        """Make a bucket with a name of its own."""
        name = f"bucket-{secrets.token_hex(6)}"
        self.client("s3").create_bucket(Bucket=name)
        return name


def _document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def wait_until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true value of a condition; fails where there is none in so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {condition}")


class Account(Aws):
    """The same on somebody's account: for tests that need nothing of an AWS but its clients."""

    def __init__(self, session: Any, number: str):
        self._session, self._number = session, number

    @property
    def account(self) -> str:
        return self._number

    def client(self, service: str, role_arn: str | None = None, *, region: str = "", **options: Any) -> Any:
        """A boto3 client of whoever has agreed."""
        if role_arn:
            pytest.skip("rights hold later on an account: what takes on a role is tried on the embedded AWS alone")
        return self._session.client(service, **({"region_name": region} if region else {}), **options)


@pytest.fixture(scope="session")
def aws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    if targets.is_aws(request.config):
        with targets.session(tmp_path_factory.mktemp("account")) as (session, number):
            yield Account(session, number)
        return
    with serve(clock=CLOCK) as server:
        yield Aws(server)


@pytest.fixture(name="wait_until", scope="session")
def wait_until_fixture() -> Callable[..., Any]:
    return wait_until


@pytest.fixture(scope="session")
def workflows(aws: Aws) -> Workflows:
    return Workflows(aws)


@pytest.fixture(scope="module")
def hosting(aws: Aws, wait_until: Callable[..., Any]) -> Hosting:
    return Hosting(aws, wait_until)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the models of a module's tests are saved."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def direct(folder: Path) -> Any:
    """fastText itself, with the model that `model` serves."""
    return train(folder / "good-bad.bin", ("good", "bad"), 1)


@pytest.fixture(scope="module")
def model(hosting: Hosting, folder: Path, direct: Any) -> str:
    return hosting.model(packed(model_bin=(folder / "good-bad.bin").read_bytes()))

"""One embedded AWS for the tests of the panels, and boto3 pointed at it as a lesson's set-up cell does."""

from __future__ import annotations

import io
import json
import secrets
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from course.roles import logging_role
from local_aws import ADMIN_ACCESS_KEY, ADMIN_SECRET_KEY, REGION
from local_aws.server import serve


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    with serve(clock=600) as server:
        yield server.endpoint_url


@pytest.fixture(autouse=True)
def aws(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ADMIN_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()


@pytest.fixture(autouse=True)
def own_test_events(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saved test events of a test stay in its own folder."""
    monkeypatch.setattr("course.test_events._SAVED", tmp_path / "test-events")


@pytest.fixture
def make_function() -> Callable[..., str]:
    """Makes a function of a source text, with a role of its own that may write logs; gives its name."""

    def make(source: str, name: str | None = None) -> str:
        name = name or f"function-{secrets.token_hex(4)}"
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("lambda_function.py", textwrap.dedent(source))
        client = boto3.client("lambda")
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=logging_role(f"{name}-role"),
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": package.getvalue()},
        )
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return make


@pytest.fixture
def bucket() -> str:
    name = f"bucket-{secrets.token_hex(6)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def statement(effect: str, action: str, resource: str) -> dict[str, str]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def document(*statements: dict[str, str]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

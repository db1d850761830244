"""One embedded AWS for the tests of the panels, and boto3 pointed at it as a lesson's set-up cell does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local_aws import ADMIN_ACCESS_KEY, ADMIN_SECRET_KEY, REGION
from local_aws.server import serve
from tests.course.panels.resources import make_bucket


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
def bucket() -> str:
    return make_bucket()

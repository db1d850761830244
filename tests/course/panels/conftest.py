"""One embedded AWS for the tests of the panels, and boto3 pointed at it as a lesson's set-up cell does."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from local_aws.__main__ import environment
from tests.course.panels.resources import make_bucket


@pytest.fixture(autouse=True)
def aws(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(endpoint_url).items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()


@pytest.fixture(autouse=True)
def own_test_events(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saved test events of a test stay in its own folder."""
    monkeypatch.setattr("course.functions.test_events._SAVED", tmp_path / "test-events")


@pytest.fixture(autouse=True)
def own_values(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """*Your values* of a test, too."""
    monkeypatch.setenv("COURSE_VALUES", str(tmp_path / "values.json"))


@pytest.fixture
def bucket() -> str:
    return make_bucket()

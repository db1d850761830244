"""What the tests of S3 are given."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def s3(aws: Any) -> Any:
    """The administrator's client."""
    return aws.client("s3")


@pytest.fixture
def bucket(aws: Any) -> str:
    """A bucket of its own."""
    return aws.bucket()

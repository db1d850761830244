"""What the tests of EventBridge are given."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws.eventbridge.eventbridge_support import Bridge, Inbox


@pytest.fixture
def bridge(aws: Any) -> Bridge:
    """Its rules and events."""
    return Bridge(aws)


@pytest.fixture
def inbox(aws: Any) -> Inbox:
    """A target to look into."""
    return Inbox(aws)

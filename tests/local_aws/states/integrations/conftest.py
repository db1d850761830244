"""An attempt of a task, under a role that may do everything."""

from __future__ import annotations

import pytest

from tests.local_aws.states.integrations.integrations_support import EVERYTHING, Attempt


@pytest.fixture(scope="module")
def role(aws) -> str:
    return aws.role("states.amazonaws.com", EVERYTHING)


@pytest.fixture
def attempt(aws, role) -> Attempt:
    return Attempt(aws, role)

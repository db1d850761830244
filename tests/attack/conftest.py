"""The embedded AWS that is attacked: the one of the embedded AWS's own tests, or, for what is done to it from outside,
one in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack.outsider import Outsider
from tests.local_aws.conftest import aws
from tests.served import served

__all__ = ["aws", "outsider"]


@pytest.fixture(scope="session")
def outsider() -> Iterator[Outsider]:
    with served() as endpoint_url:
        yield Outsider(endpoint_url)

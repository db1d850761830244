"""What all tests share: how far property tests look, the same at every run, and which AWS they work on."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests import targets

settings.register_profile("project", deadline=None, derandomize=True, database=None)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    targets.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    if targets.is_aws(config):
        targets.require_agreement(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if targets.is_aws(config):
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker(targets.MARK)])
        items[:] = [item for item in items if item.get_closest_marker(targets.MARK)]

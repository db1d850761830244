"""Each test of the console track has a file of values of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "values.json"
    monkeypatch.setenv("COURSE_VALUES", str(path))
    return path

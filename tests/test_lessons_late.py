"""All lessons on an embedded AWS that is late where AWS is, in three courses of events."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
_SECONDS = 3600


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_lesson_runs_to_its_end_where_aws_is_late(seed: int) -> None:
    """As `COURSE_LAG=1 make course` does it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "course.run_lessons"],
        cwd=PROJECT,
        env=own | {"COURSE_LAG": str(seed)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "late where AWS is late" in done.stdout
    assert "VERDICT: all 10 lessons ran to their end" in done.stdout

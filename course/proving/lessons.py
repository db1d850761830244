"""Runs lessons with every call written down, on a real account or on the embedded AWS."""

from __future__ import annotations

import json
import os
from pathlib import Path

import account_guard
from course.proving import recording
from course.run_lessons import execute

CELL_SECONDS = {"aws": 5400, "local": 600}
"""How long a cell may take: on AWS an endpoint alone takes ten minutes, and lesson 07 runs the workflow twice."""


def run(path: Path, folder: Path, target: str, names: dict[str, str]) -> str:
    """Run a lesson and write down its calls; returns what failed, nothing where it ran to its end.

    Args:
        path: the lesson.
        folder: its calls go into a file of this folder.
        target: `aws` or `local`.
        names: what is not to be written down, with what stands in its place.
    """
    environment = dict(os.environ) if target == "aws" else _of_the_embedded_aws()
    environment |= {
        "COURSE_TARGET": target,
        recording.FILE: str(folder / f"{path.name[:2]}.jsonl"),
        recording.NAMES: json.dumps(names),
    }
    return execute(path, False, [recording.EXTENSION], environment, CELL_SECONDS[target])


def _of_the_embedded_aws() -> dict[str, str]:
    """An environment that knows nothing of an account, nor of what a lab keeps or how late its AWS is."""
    own = ("COURSE_STAND_IN", "COURSE_LAG", "COURSE_STATE")
    environment = account_guard.without_settings(dict(os.environ))
    return {name: value for name, value in environment.items() if name not in own}

"""Makes a Python environment with the course and some packages more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 900


def environment(folder: Path, course: Path, *packages: str) -> Path:
    """Make an environment in a folder; gives the folder of its programs.

    Args:
        course: the folder of the project that is installed, with its requirements.
        packages: what is installed beside it, from the index; the test is skipped where that can't be reached.
    """
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True, timeout=SECONDS)
    pip = [*uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    requirements = ["-r", str(course / "requirements.txt"), *packages]
    done = subprocess.run([*pip, *requirements], capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        pytest.skip(f"{', '.join(packages)} could not be installed: {done.stderr.strip()[-500:]}")
    subprocess.run([*pip, "--no-deps", "-e", str(course)], check=True, timeout=SECONDS)
    subprocess.run([folder / "bin" / "python", "-m", "account_guard"], check=True, timeout=SECONDS, cwd=course)
    return folder / "bin"

"""Environments with the tools of others in them, one each, kept under build/contract until what they hold changes.

They are made by uv, as the project's own is, from whatever package index this machine uses.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "build" / "contract"
_SECONDS = 1800


def python_of(name: str, packages: tuple[str, ...]) -> Path:
    """The Python of an environment that holds these packages; it is made, or made anew, where it doesn't.

    Raises:
        subprocess.CalledProcessError: uv could not make it; its words are in the test's output.
    """
    folder = _FOLDER / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, wanted = folder / "packages.txt", "\n".join((sys.version, *packages))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        _uv("venv", "--clear", "--python", sys.executable, str(folder))
        _uv("pip", "install", "--python", str(python), *packages)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def programs_beside(name: str, course: Path, packages: tuple[str, ...]) -> Path:
    """The folder of programs of an environment that holds the course, and these packages beside it.

    Args:
        course: the folder of the project that is installed; what it needs is this project's lock.
    """
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    python = python_of(name, (*(line for line in lines if line and not line.startswith("#")), *packages))
    _uv("pip", "install", "--python", str(python), "--no-deps", "--editable", str(course))
    subprocess.run([python, "-m", "account_guard"], check=True, timeout=_SECONDS, cwd=course)
    return python.parent


def _uv(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "--quiet", *words], check=True, timeout=_SECONDS)

"""Lesson 00's check of the computer: a line a requirement, and a verdict."""

from __future__ import annotations

import importlib.metadata
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_PROJECT = Path(__file__).resolve().parents[2]
_PACKAGES = ("boto3", "ipywidgets", "jupyterlab", "pandas", "sagemaker")
_DATA_SETS = ("reviews_Musical_Instruments_5.json.zip", "reviews_Patio_Lawn_and_Garden_5.json.zip")


@dataclass(frozen=True)
class Requirement:
    """One requirement and what is wrong with it; nothing wrong is an empty `fault`."""

    name: str
    fault: str = ""


@dataclass(frozen=True, repr=False)
class EnvironmentCheck:
    """The outcome: a line a requirement, and a verdict."""

    requirements: tuple[Requirement, ...]

    @property
    def ok(self) -> bool:
        """Whether every requirement is met."""
        return not any(requirement.fault for requirement in self.requirements)

    def __repr__(self) -> str:
        lines = [f"FAIL  {r.name}: {r.fault}" if r.fault else f"OK    {r.name}" for r in self.requirements]
        verdict = "Everything is ready." if self.ok else "Put right what FAILs, then run this cell again."
        return "\n".join([*lines, "", verdict])


def check_environment() -> EnvironmentCheck:
    """Check what the lessons need of this computer and of the AWS that `course.start` has chosen."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python 3.11 to 3.13", _python),
        (f"packages: {', '.join(_PACKAGES)}", _packages),
        ("both data sets, whole", _data_sets),
        ("room to write in the project's folder", _room),
        ("every notebook begins with no way to a real account", _guard),
        ("S3 answers", lambda: _answers("s3", "list_buckets")),
        ("IAM answers", lambda: _answers("iam", "list_roles")),
        ("Lambda answers", lambda: _answers("lambda", "list_functions")),
        ("CloudWatch Logs answers", lambda: _answers("logs", "describe_log_groups")),
    ]
    return EnvironmentCheck(tuple(Requirement(name, check()) for name, check in checks))


def _python() -> str:
    version = sys.version_info[:2]
    return "" if (3, 11) <= version <= (3, 13) else f"this is Python {version[0]}.{version[1]}"


def _packages() -> str:
    missing = []
    for name in _PACKAGES:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return f"missing: {', '.join(missing)} (run make setup, or pip install -r requirements.txt)" if missing else ""


def _data_sets() -> str:
    for name in _DATA_SETS:
        path = _PROJECT / "data" / name
        if not path.exists():
            return f"data/{name} is not there (git checkout data)"
        try:
            with zipfile.ZipFile(path) as archive:
                damaged = archive.testzip()
        except zipfile.BadZipFile:
            damaged = name
        if damaged:
            return f"data/{name} is damaged (git checkout data)"
    return ""


def _room() -> str:
    probe = _PROJECT / ".course" / "probe"
    try:
        probe.parent.mkdir(exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return f"{error.strerror}: clone the project to a folder of your own"
    return ""


def _guard() -> str:
    """What `python -m account_guard` installs is read by IPython when a kernel begins."""
    installed = Path(sys.prefix) / "etc" / "ipython" / "ipython_config.py"
    ours = installed.exists() and "account_guard" in installed.read_text(encoding="utf-8")
    return "" if ours else "this Python environment was not made by make setup (run python -m account_guard in it)"


def _answers(service: str, operation: str) -> str:
    try:
        getattr(boto3.client(service), operation)()
    except (BotoCoreError, ClientError) as error:
        return str(error)
    return ""

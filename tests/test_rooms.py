"""Which part of the project may import which: the folders show the architecture, and this keeps it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WINGS = ("functions", "states", "sagemaker")
STANDARD = set(sys.stdlib_module_names)


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every module that the files of a folder import, by its full name, wherever in the file it is imported."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)


def strangers(folder: str, *allowed: str) -> set[str]:
    """What a folder imports beside the standard library and the packages allowed, as `file: module`."""
    return {
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in imported(ROOT / folder)
        if name.split(".")[0] not in STANDARD | set(allowed)
    }


def test_what_the_job_runs_needs_nothing_but_python():
    """The script of the job finds `reviews` beside it."""
    assert strangers("processing", "reviews") == set()


def test_what_lambda_runs_needs_nothing_but_python_and_boto3():
    assert strangers("lambda_code", "boto3", "botocore", "processing") == set()


def test_the_embedded_aws_knows_nothing_of_the_course():
    own = ("local_aws", "moto", "botocore", "werkzeug", "jsonata", "regex", "awslambdaric", "fasttext", "psutil")
    assert strangers("local_aws", *own, "numpy", "boto3") == set()


@pytest.mark.parametrize("wing", WINGS)
def test_the_wings_never_import_each_other(wing):
    """What one wants of another it asks for at the front door, as AWS's services do."""
    others = tuple(f"local_aws.{other}" for other in WINGS if other != wing)
    assert {name for _, name in imported(ROOT / "local_aws" / wing) if name.startswith(others)} == set()


def test_the_course_knows_of_the_embedded_aws_only_how_to_start_it():
    known = {name for _, name in imported(ROOT / "course") if name.split(".")[0] == "local_aws"}
    assert known <= {"local_aws", "local_aws.ADMIN_ACCESS_KEY", "local_aws.ADMIN_SECRET_KEY", "local_aws.REGION"}


def test_moto_is_known_to_one_file():
    assert {path.name for path, name in imported(ROOT / "local_aws") if name.split(".")[0] == "moto"} == {
        "moto_backend.py"
    }

"""Programs that know nothing of this project run against the embedded AWS as against AWS.

Each is a file of `programs/`, and runs in an environment of its own with the tool that it is about. It says *passed* of
each step, and ends with an error at the first that isn't as on AWS. Terraform's AWS provider and SAM can't be had from
a package index: the reads that they make are in `test_infrastructure_tools.py`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.__main__ import environment
from tests.contract.environments import python_of
from tests.served import served

PROGRAMS = Path(__file__).with_name("programs")
TOOLS = {
    "sagemaker_v3": ("sagemaker>=3.27,<4",),
    "sagemaker_v2": ("sagemaker>=2.250,<3",),
    "aws_cli": ("awscli>=1.40,<2", "boto3"),
    "s3fs_pandas": ("s3fs>=2025.1", "pandas>=2.2,<4", "boto3"),
}
SECONDS = 1800


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """The environment of a shell that an embedded AWS's `env` was exported to, and nothing of this machine's AWS."""
    with served() as endpoint_url:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        yield kept | environment(endpoint_url) | {"AWS_CONFIG_FILE": os.devnull, "AWS_PAGER": ""}


@pytest.mark.long
@pytest.mark.parametrize("program", TOOLS)
def test_a_program_of_others_runs_unmodified(program, variables, tmp_path):
    python = python_of(program, TOOLS[program])
    ended = subprocess.run(
        [python, PROGRAMS / f"{program}.py"],
        env=variables,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:]


def test_every_program_is_run():
    files = {path.stem for path in PROGRAMS.glob("*.py")}
    assert files - {"world"} == set(TOOLS)

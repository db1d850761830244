"""One suite, two targets: on an account the marked tests run alone, only with words, and leave nothing there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.proving.account import EVERYTHING, WORDS, client, user
from tests.served import served

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[1]
MARKED = ("tests/local_aws/s3/test_bucket_defaults.py", "tests/local_aws/iam/test_policy_simulation.py")
UNMARKED = "tests/test_data.py"


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    with served(60.0, "--lag", "4", "--lag-scale", "0.01") as url:
        yield url


@pytest.fixture(scope="module")
def ada(account) -> dict[str, str]:
    return user(account, "ada", EVERYTHING)


def run(url: str, who: dict[str, str], *options: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    environment |= who | {"COURSE_TARGET": "aws", "COURSE_STAND_IN": url}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", ["", "I agree, on account 111122223333"])
def test_without_the_words_no_test_runs(account, ada, words):
    status, said = run(account, ada, "--target", "aws", "--agree", words, MARKED[1])
    assert status == pytest.ExitCode.USAGE_ERROR
    assert f"--agree '{WORDS}'" in said


@pytest.mark.long
def test_only_marked_tests_run_there_and_what_they_make_is_removed(account, ada):
    status, said = run(account, ada, "--target", "aws", "--agree", WORDS, *MARKED, UNMARKED)
    assert status == 0, said
    assert "deselected" in said
    assert client("s3", account).list_buckets()["Buckets"] == []

"""One suite, two targets: `pytest --target aws` runs the tests that speak only boto3 on the account of who asks for it.

Only what is marked `two_targets` runs there, and only after the words were given that `make account` asks for. What
such a test makes is written down as a lesson's is, and removed at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

import account_guard
from course.account import stand_in, target
from course.account.cleaning import remove
from course.account.ledger import Ledger, record_calls
from course.errors import CourseError
from course.proving.words import words

MARK = "two_targets"


def add_options(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("targets")
    group.addoption("--target", choices=("local", "aws"), default="local", help="which AWS the marked tests work on")
    group.addoption("--agree", default="", metavar="WORDS", help="with --target aws: the words of make account")


def is_aws(config: pytest.Config) -> bool:
    """Whether an account was asked for."""
    return config.getoption("--target") == "aws"


def require_agreement(config: pytest.Config) -> None:
    """See that whoever asks for an account has agreed to it.

    Raises:
        pytest.UsageError: the words are missing, or are of another account; or there is none.
    """
    account_guard.close_kernel()
    try:
        if target.chosen() != "aws":
            raise CourseError("--target aws works on your own account: set COURSE_TARGET=aws, too.")
        account, _ = target.whose()
        if " ".join(config.getoption("--agree").split()) != words(account):
            raise CourseError(f"--target aws works on account {account}. Agree to it: --agree '{words(account)}'")
        if not stand_in.address():
            target.agree(account)
    except CourseError as refused:
        raise pytest.UsageError(str(refused)) from refused


@contextmanager
def session(folder: Path) -> Iterator[tuple[Any, str]]:
    """A session that works on the account, and the account; what its clients make is removed at the end.

    Raises:
        AssertionError: something could not be removed.
    """
    found = target.connect("00")
    ledger = Ledger(folder / "ledger.jsonl")
    record_calls(boto3.DEFAULT_SESSION, ledger, "97", "")
    try:
        yield boto3.DEFAULT_SESSION, found.account
    finally:
        left = remove(ledger, ledger.resources())
        assert left.done, left

"""Which AWS a lesson works on: `COURSE_TARGET` is `local` (the default) or `aws`.

Only here is the account guard opened: for the embedded AWS, or for a real account to which the learner has agreed
once. Whatever goes wrong on the way there, boto3 leads nowhere afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import account_guard
import local_aws
from course.account import embedded, lateness, own_settings, prefix, stand_in
from course.account.costs import cost_of_lesson
from course.account.sessions import new_session, renew_default_session
from course.errors import CourseError
from local_aws.access import administrator

_STATE = Path(__file__).resolve().parents[2] / ".course"

_COME_BACK = (
    "The embedded AWS had ended without being stopped. It runs again, and its state is back: go on where you were.\n"
    "What was running on it at that moment has ended: an execution is ABORTED, a job Failed, and each says why."
)
AS_ROOT = (
    "You are the root user of this account: nothing limits what a mistake can do. AWS advises to work as a user or a "
    "role with few rights; docs/rights.md has those that the course needs."
)
_ORIGINAL = account_guard.FOUND


@dataclass(frozen=True)
class Target:
    """The AWS that a lesson works on; `ledger` is the file in which what it makes is written down, `news` is what the
    learner should know of it, `as_root` whether they work as the account's root user."""

    kind: Literal["local", "aws"]
    account: str
    region: str
    ledger: Path
    clock: float | None = 1.0
    news: str = ""
    as_root: bool = False


def connect(lesson: str) -> Target:
    """Point this process at the AWS that `COURSE_TARGET` names; at none where that fails.

    Raises:
        CourseError: an unknown target, no credentials or region, or an account not agreed to.
        embedded.EmbeddedAwsError: the embedded AWS did not start.
    """
    with closed_on_failure():
        return _connect_local() if chosen() == "local" else _connect_aws(lesson)


def chosen() -> Literal["local", "aws"]:
    """The kind of AWS that `COURSE_TARGET` names.

    Raises:
        CourseError: it names none.
    """
    kind = os.environ.get("COURSE_TARGET", "local").strip().lower() or "local"
    if kind == "local":
        return "local"
    if kind == "aws":
        return "aws"
    raise CourseError(
        f"COURSE_TARGET is '{kind}': it is 'local' (the embedded AWS) or 'aws' (a real account).\n"
        "Until it is one of the two, boto3 leads nowhere. Put it right where you start JupyterLab; or in the "
        "notebook, in a cell of its own, and then run the first cell again:\n\n"
        "    import os; os.environ['COURSE_TARGET'] = 'local'"
    )


@contextmanager
def closed_on_failure() -> Iterator[None]:
    """Let boto3 lead nowhere if what the block does fails or is interrupted."""
    try:
        yield
    except BaseException as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        account_guard.close(f"course.start stopped before it had come to its end ({said})")
        raise


def agree(account: str) -> None:
    """Say once that the course may work on a real account, which may cost money.

    Args:
        account: the account's twelve digits, as the message of `course.start` names them.

    Raises:
        CourseError: not an account number.
    """
    if not (len(account) == 12 and account.isdigit()):
        raise CourseError(f"'{account}' is not an account number: it has twelve digits.")
    agreed = _agreed() | {account: datetime.now(UTC).isoformat(timespec="seconds")}
    _STATE.mkdir(exist_ok=True)
    temporary = _STATE / f"agreed-{os.getpid()}.json"
    temporary.write_text(json.dumps(agreed, indent=2), encoding="utf-8")
    temporary.replace(_STATE / "agreed.json")


def _agreed() -> dict[str, str]:
    path = _STATE / "agreed.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def begin(clock: float) -> None:
    """Start the embedded AWS that the kernels of this process share, before the first of them asks for it.

    Where `AWS_ENDPOINT_URL` leads to one already, they use that one, as it is; and one that is late, as `COURSE_LAG`
    asks for it, keeps its usual clock.

    Args:
        clock: how many times faster than on AWS waits pass there.

    Raises:
        EmbeddedAwsError: it did not start.
    """
    if chosen() == "local" and lateness.seed() is None and _given() is None:
        embedded.find_or_start(os.getpid(), clock)


def _given() -> embedded.Server | None:
    """The embedded AWS to which the settings of this process lead; None where they lead to none."""
    return _served_at((_ORIGINAL | account_guard.set_since()).get("AWS_ENDPOINT_URL", ""))


def _connect_local() -> Target:
    server = _given() or embedded.find_or_start()
    _open_local(server.endpoint_url)
    lateness.ask_again_when_too_early()
    account = boto3.client("sts").get_caller_identity()["Account"]
    folder = embedded.state_folder()
    ledger = embedded.scratch_directory() / f"ledger-{prefix.prefix()}{urlsplit(server.endpoint_url).port}.jsonl"
    if folder is not None and folder.is_dir():  # what outlives the server has its ledger beside it
        ledger = folder / f"{prefix.prefix()}ledger.jsonl"
    news = _COME_BACK if server.come_back and folder is not None else ""
    return Target("local", account, local_aws.REGION, ledger, server.clock, news)


def _secret(endpoint_url: str) -> str:
    secret = administrator.secret_for(endpoint_url)
    if secret is None:
        raise CourseError(f"The embedded AWS at {endpoint_url} has ended, or is another user's: run this cell again.")
    return secret


def _open_local(endpoint_url: str) -> None:
    """Lead to the embedded AWS at an address, as its administrator."""
    for name in ("NO_PROXY", "no_proxy"):
        here = [part for part in os.environ.get(name, "").split(",") if part and part != "127.0.0.1"]
        os.environ[name] = ",".join(["127.0.0.1", *here])
    account_guard.open_local(
        endpoint_url,
        {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": local_aws.ADMIN_ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": _secret(endpoint_url),
            "AWS_REGION": local_aws.REGION,
            "AWS_DEFAULT_REGION": local_aws.REGION,
            # TestState and StartSyncExecution put `sync-` before the host, which 127.0.0.1 can't have.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        },
    )
    renew_default_session()


def _served_at(endpoint_url: str) -> embedded.Server | None:
    """The embedded AWS at an address that the learner has set, None where none answers there."""
    if not endpoint_url or not _is_loopback(endpoint_url):
        return None
    if administrator.secret_for(endpoint_url) is None:
        return None
    _open_local(endpoint_url)
    once = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    client = new_session().client("sts", config=once)
    try:
        caller = client.get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError):
        caller = ""
    # Another emulator would not know this key for an administrator of that account.
    ours = caller == f"arn:aws:iam::{local_aws.ACCOUNT}:user/administrator"
    return embedded.started_at(endpoint_url) if ours else None


def _is_loopback(endpoint_url: str) -> bool:
    host = urlsplit(endpoint_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _connect_aws(lesson: str) -> Target:
    own = _own()
    url = stand_in.address()
    if url:
        return _connect_stand_in(url, own)
    found = own_settings.caller(own)
    if found.account not in _agreed():
        raise CourseError(
            f"Lesson {lesson} would work on your own AWS account {found.account}, in {found.region}.\n"
            f"What it costs there: {cost_of_lesson(lesson)}\n"
            + (f"{AS_ROOT}\n" if found.is_root else "")
            + "If that is what you want, say so once, in a cell of its own, and run this cell again:\n\n"
            f"    course.agree('{found.account}')\n\n"
            "If not, restart without COURSE_TARGET: the lesson then works on the embedded AWS."
        )
    account_guard.open_aws(found.account, own)
    renew_default_session()
    lateness.ask_again_when_too_early()
    ledger = _STATE / f"ledger-{prefix.prefix()}{found.account}-{found.region}.jsonl"
    return Target("aws", found.account, found.region, ledger, as_root=found.is_root)


def whose() -> tuple[str, str]:
    """The account and the region to which the learner's own settings lead; boto3 leads nowhere afterwards.

    Raises:
        CourseError: they lead to none.
    """
    own = _own()
    url = stand_in.address()
    if url:
        with closed_on_failure():
            connected = _connect_stand_in(url, own)
        account_guard.close()
        return connected.account, connected.region
    found = own_settings.caller(own)
    return found.account, found.region


def _own() -> dict[str, str]:
    """The learner's own variables, without the closed door that a process inherits from one that was closed."""
    own = _ORIGINAL | account_guard.set_since()
    door = ("AWS_ENDPOINT_URL", account_guard.CLOSED["AWS_ENDPOINT_URL"])
    return {name: value for name, value in own.items() if (name, value) != door}


def _connect_stand_in(url: str, own: dict[str, str]) -> Target:
    stand_in.open_way(url, own)
    renew_default_session()
    try:
        stand_in.require(boto3.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise CourseError(f"The stand-in does not know who you are: {error}") from error
    lateness.ask_again_when_too_early()
    ledger = embedded.scratch_directory() / f"ledger-stand-in-{prefix.prefix()}{urlsplit(url).port}.jsonl"
    return Target("aws", local_aws.ACCOUNT, local_aws.REGION, ledger, clock=None)


def _begin_kernel() -> None:
    """Close a kernel that began open, and lead it to the embedded AWS that its environment names, if it is one of ours.

    A notebook can then use the panels, and boto3, beside `make aws` without a lesson's first cell.
    """
    # The environment was made without `make setup`: its kernels don't begin closed, but go on so from here.
    account_guard.close_kernel()
    # The key as `python -m local_aws env` prints it: nobody else is asked who they are.
    if _ORIGINAL.get("AWS_ACCESS_KEY_ID") == local_aws.ADMIN_ACCESS_KEY and not _served_at(
        _ORIGINAL.get("AWS_ENDPOINT_URL", "")
    ):
        account_guard.close()


if "ipykernel.kernelapp" in sys.modules and sys.modules["ipykernel.kernelapp"].IPKernelApp.initialized():
    _begin_kernel()

"""Keeps this process from any real AWS account until `course.start` has opened one way out.

Every kernel of the project's environment begins closed: `ipython_config.py`, which is installed beside this package,
is read before the first cell, before the learner's own start-up files, and whatever starts the kernel (JupyterLab,
VS Code, nbclient). It imports nothing of the course: a course that is broken finds the kernel closed, too.

Closed means two things. The process's environment, which child processes inherit, leads nowhere: no keys, no
profile, no configuration file, no credentials of a container or an instance, and an endpoint where nobody answers.
And every botocore session that is made from then on (boto3's, s3fs's, SageMaker's) refuses a request that would go
elsewhere than to the AWS that was opened, in words, before anything is sent.

It is a stage set, not a boundary: it keeps a mistake from costing money. Code that means to get out (its own HTTP
client, a child process with an environment of its own, the keys read from `~/.aws` and sent by hand) gets out.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import botocore
from botocore.exceptions import BotoCoreError, ProfileNotFound

NOWHERE = str(Path(__file__).resolve().parents[1] / ".course" / "no-aws-configuration")
"""Named as every configuration file of AWS: there is none."""

CLOSED = {
    "AWS_CONFIG_FILE": NOWHERE,
    "AWS_SHARED_CREDENTIALS_FILE": NOWHERE,
    "BOTO_CONFIG": NOWHERE,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Nobody listens at the discard port. A region, so that a client can be made and then say why it leads nowhere.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""The variables of a process that can reach no AWS."""

_WHO_AM_I = frozenset({"sts", "sso", "sso-oidc", "signin"})
"""Services that say who calls, or give credentials: they make nothing and cost nothing."""


class NoWayThere(BotoCoreError):  # type: ignore[misc]
    """A call of AWS that was not sent, because it would have gone elsewhere than to the AWS that was opened."""

    fmt = "{text}"

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of the way through botocore.
        return [str(self)]


@dataclass(frozen=True)
class _Way:
    """Where requests may go: nowhere, to one address, or (`aws`, `asking`) to AWS by the learner's own credentials."""

    kind: Literal["closed", "asking", "local", "aws"] = "closed"
    why: str = "no AWS has been chosen yet."
    endpoint_url: str = ""
    account: str = ""


def settings() -> dict[str, str]:
    """The variables of this process that can lead a program to an AWS, as they are now."""
    return {name: value for name, value in os.environ.items() if is_setting(name)}


def is_setting(name: str) -> bool:
    """Whether an environment variable can lead a program to an AWS account.

    `BOTO_CONFIG` is boto's own file of keys, FSSPEC_S3 the settings of `pandas.read_csv("s3://...")`.
    """
    return name.startswith(("AWS_", "FSSPEC_S3")) or name == "BOTO_CONFIG"


FOUND = settings()
"""The learner's own settings, as this process began with them: only a real account that is agreed to needs them."""

_since: dict[str, str] = {}
_put = dict(FOUND)
_way = _Way()
_account_of_key: dict[str, str] = {}
_watching = False


def set_since() -> dict[str, str]:
    """What the learner has set by hand since this process began, and the course did not."""
    _since.update({name: value for name, value in settings().items() if _put.get(name) != value})
    return dict(_since)


def close_kernel() -> None:
    """Close a kernel, and watch every botocore session that it makes from now on; again is no harm."""
    global _watching
    if not _watching:
        _watching = True
        botocore.register_initializer(_watch)
        ProfileNotFound.fmt += (
            ". A notebook of the course sees the profiles of this computer only when it works on your own account "
            "(COURSE_TARGET=aws). Leave the profile out: boto3.client(...) finds the AWS that course.start has chosen"
        )
        close()


def close(why: str = _Way.why) -> None:
    """Lead nowhere from now on.

    Args:
        why: ends the sentence "boto3 leads nowhere in this notebook: ...".
    """
    _go(_Way("closed", why), CLOSED)


def open_local(endpoint_url: str, variables: dict[str, str]) -> None:
    """Lead to the embedded AWS at an address, and nowhere else.

    Args:
        endpoint_url: its address.
        variables: the variables by which a program reaches it.
    """
    _go(_Way("local", endpoint_url=endpoint_url), CLOSED | variables)


def open_aws(account: str, variables: dict[str, str]) -> None:
    """Lead to a real account, that the learner has agreed to, and to no other.

    Args:
        account: its twelve digits.
        variables: the learner's own variables, by which a program reaches it.
    """
    _go(_Way("aws", account=account), variables)


@contextmanager
def asking(variables: dict[str, str]) -> Iterator[None]:
    """Lead, for as long as the block runs, to the services that say whose credentials these are. Then it is closed."""
    _go(_Way("asking"), variables)
    try:
        yield
    finally:
        close()


def _go(way: _Way, variables: dict[str, str]) -> None:
    global _way
    set_since()
    _way = way
    for name in settings():
        del os.environ[name]
    os.environ.update(variables)
    _put.clear()
    _put.update(settings())
    boto3: Any = sys.modules.get("boto3")
    if boto3:
        # What `boto3.client` goes by is made anew from the environment at its next use.
        boto3.DEFAULT_SESSION = None


def without_settings(environment: dict[str, str]) -> dict[str, str]:
    """An environment for a child process: whatever it held of AWS leads nowhere in it."""
    return {name: value for name, value in environment.items() if not is_setting(name)} | CLOSED


def leads_there(url: str, endpoint_url: str) -> bool:
    """Whether a URL is one of the server at an address of this computer, by whichever of its names."""
    one, other = urlsplit(url), urlsplit(endpoint_url)
    same_host = one.hostname == other.hostname or (_is_here(one.hostname) and _is_here(other.hostname))
    return same_host and (one.scheme, one.port) == (other.scheme, other.port)


def _is_here(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        # A bucket's name may stand before it.
        return host == "localhost" or (host or "").endswith(".localhost")


def refuse(events: Any, text: str) -> None:
    """Let no call through to which these events of botocore belong (a session's or a client's)."""

    def refuse_all(**_: Any) -> None:
        raise NoWayThere(text=text)

    for event in ("before-call", "before-send"):
        events.register_first(event, refuse_all)


def _watch(session: Any) -> None:
    """Called by botocore for each session that is made."""
    whose = weakref.ref(session)
    events = session.get_component("event_emitter")
    events.register_first("before-call", _before_call)
    # The last word before a request leaves: a redirect has been followed, and it is signed.
    events.register_first("before-send", _before_send(whose))


def _before_call(event_name: str, params: dict[str, Any], **_: Any) -> None:
    """Speak before botocore looks for keys, which a client of the wrong AWS may not have."""
    _refuse_elsewhere(event_name.split(".")[1], params["url"])


def _before_send(whose: Callable[[], Any]) -> Callable[..., None]:
    def before_send(request: Any, event_name: str, **_: Any) -> None:
        service = event_name.split(".")[1]
        _refuse_elsewhere(service, request.url)
        if _way.kind == "aws" and service not in _WHO_AM_I:
            _refuse_other_account(request, whose(), service)

    return before_send


def _refuse_elsewhere(service: str, url: str) -> None:
    if _way.kind == "closed" or (_way.kind == "asking" and service not in _WHO_AM_I):
        raise NoWayThere(
            text=f"Nothing was sent: boto3 leads nowhere in this notebook, because {_way.why}\n"
            "Run the first cell of the lesson, the one with course.start, and read what it says. "
            "When it has named the AWS that it works on, run this cell again."
        )
    if _way.kind == "local" and not leads_there(url, _way.endpoint_url):
        raise NoWayThere(
            text=f"Nothing was sent: this call would have gone to {urlsplit(url).netloc}, and this notebook works on "
            "the embedded AWS alone.\n"
            "Its client was made before course.start, or with an endpoint or keys of its own. "
            f"Make it again, with boto3.client('{service}') and no more, and run this cell again."
        )


def _refuse_other_account(request: Any, session: Any, service: str) -> None:
    """Let a signed request pass only where its key belongs to the account that was agreed to."""
    key = _signed_by(request)
    if key is None:
        return
    if key not in _account_of_key:
        _account_of_key[key] = _ask_whose(key, session)
    if _account_of_key[key] != _way.account:
        raise NoWayThere(
            text=f"Nothing was sent: this call is signed with a key of account {_account_of_key[key]}, and you have "
            f"agreed that this notebook works on account {_way.account}.\n"
            f"Make the client again, with boto3.client('{service}') and no profile or keys of its own."
        )


def _signed_by(request: Any) -> str | None:
    """The access key id in a request's signature; None for one that isn't signed."""
    header = request.headers.get("Authorization", "")
    text = header.decode() if isinstance(header, bytes) else header
    _, found, scope = text.partition("Credential=")
    if not found:
        scope = parse_qs(urlsplit(request.url).query).get("X-Amz-Credential", [""])[0]
    return scope.partition("/")[0] or None


def _ask_whose(key: str, session: Any) -> str:
    """The account of an access key; `unknown` where STS doesn't say."""
    try:
        credentials = session.get_credentials() if session else None
        if credentials and credentials.access_key == key:
            return session.create_client("sts").get_caller_identity()["Account"]
        import boto3

        return boto3.client("sts").get_access_key_info(AccessKeyId=key)["Account"]
    except Exception as error:
        return f"unknown ({error})"

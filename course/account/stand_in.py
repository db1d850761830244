"""An embedded AWS that stands in for a real account, so that the way to a real account can be tried without one.

For this project's tests alone. It can't open a real account: only an address of this computer is taken, the guard lets
calls through to that address and to no other, the learner's profiles and files of keys are not looked at, and what
answers has to be the account that no person has.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

import account_guard
import local_aws
from course.errors import CourseError

VARIABLE = "COURSE_STAND_IN"


def address() -> str:
    """The address in `COURSE_STAND_IN`; empty where there is none, as it is for everybody but a test.

    Raises:
        CourseError: it is no address of this computer.
    """
    url = os.environ.get(VARIABLE, "").strip()
    if not url:
        return ""
    parts = urlsplit(url)
    try:
        here = parts.scheme == "http" and bool(parts.port) and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not here:
        raise CourseError(
            f"{VARIABLE} is '{url}': only an embedded AWS on this computer, http://127.0.0.1:PORT, is one."
        )
    return url


def open_way(url: str, own: dict[str, str]) -> None:
    """Lead to the stand-in, and nowhere else.

    Args:
        own: the variables of this process; its keys are sent to the stand-in, nothing else is taken from them.
    """
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    account_guard.open_local(
        url,
        {name: own[name] for name in keys if name in own}
        | {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": local_aws.REGION,
            "AWS_DEFAULT_REGION": local_aws.REGION,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        },
    )


def require(account: str) -> None:
    """See that what answers is an embedded AWS.

    Raises:
        CourseError: its account may be somebody's.
    """
    if account != local_aws.ACCOUNT:
        raise CourseError(f"What answers at the address in {VARIABLE} is no embedded AWS: its account is {account}.")

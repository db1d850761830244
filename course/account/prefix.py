"""Keeps learners apart who share one account: with `COURSE_PREFIX`, whatever the course makes bears their own name.

A lesson calls its function `review-sentences`, for everybody. On its way to AWS the name becomes
`ada-review-sentences`, wherever it stands in a call: as a name, in an ARN, in a policy, in a definition. So cells stay
as they are, and the console, the ledger and the answers of AWS show whose a thing is. The bucket is the learner's own
as well, since a bucket has one configuration of its notifications alone.

It is done to the sessions of the course (and with them to `boto3.client`). What a learner names by other names than the
lessons do is not renamed.
"""

from __future__ import annotations

import os
import re
from typing import Any

from course.errors import CourseError

VARIABLE = "COURSE_PREFIX"

NAMES = (
    "review-sentences",
    "preprocess-reviews",
    "preprocess-uploads",
    "failed-uploads",
    "review-states",
    "review-states-sentences",
    "review-workflow",
    "upload-workflow",
    "start-workflow",
    "helpful-reviews",
    "preprocess-one",
    "scale-out",
    "forgotten-workflow",
    "workflow-course-sagemaker",
    "endpoint-ends",
)
"""What the lessons make under a fixed name; a role is named for what takes it on, with `-role` behind it."""

_BEGINNINGS = ("BlazingText-", "blazingtext-", "workflow-course-check-")
"""How names begin that are made anew in every run; ARNs of SageMaker's are in small letters."""
_FIXED = "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))
_NAME = re.compile(
    rf"(?<![\w-])(?:(?:{_FIXED})(?:-role)?(?![\w-])|(?:{'|'.join(map(re.escape, _BEGINNINGS))}))",
)
_CONTENT = {"Body", "ZipFile", "Payload"}
"""What a call carries to somebody else; nothing in it is a name of AWS's."""


def prefix() -> str:
    """What a learner's names begin with, `ada-`; empty where learners share nothing.

    Raises:
        CourseError: `COURSE_PREFIX` can't stand in every name.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return ""
    if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", said):
        raise CourseError(f"{VARIABLE} is '{said}': it is 1 to 12 small letters and digits, and begins with a letter.")
    if f"{said}-" in _BEGINNINGS:
        raise CourseError(f"{VARIABLE} is '{said}': names that the course makes begin so already. Take another word.")
    return f"{said}-"


def named(text: str) -> str:
    """A text in which the lessons' names bear the prefix; those that bear it already stay as they are."""
    own = prefix()
    return _NAME.sub(lambda found: own + found[0], text) if own else text


def rename(events: Any) -> None:
    """Let the clients of a session name things with the prefix, before anybody else hears of a call."""
    if prefix():
        events.register_first("provide-client-params", _renamed)


def _renamed(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {name: value if name in _CONTENT else _in(value) for name, value in params.items()}


def _in(value: Any) -> Any:
    if isinstance(value, str):
        return named(value)
    if isinstance(value, dict):
        return {name: _in(member) for name, member in value.items()}
    return [_in(member) for member in value] if isinstance(value, list) else value

"""The tags of what the course makes: `course`, `lesson` and `owner`.

Whatever a lesson creates that takes tags gets these three with the call that creates it, so that it can be found again
without the ledger, from any computer. A tag of the learner's own by the same name stays as it is. What a state machine
makes by itself is found through the machine, which is tagged.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import boto3
from botocore.model import ListShape, MapShape, OperationModel

from course.account import prefix

COURSE = "workflow-course"
_NOT_IN_A_VALUE = re.compile(r"[^\w\s+\-=.:/@]")


def of(lesson: str, owner: str) -> dict[str, str]:
    """The tags of what a lesson makes."""
    return {"course": COURSE, "lesson": lesson, "owner": owner}


def owner_in(account: str, region: str) -> str:
    """Who works here: by `COURSE_PREFIX` where learners share an account, else the caller's name."""
    return prefix.prefix().removesuffix("-") or _caller_in(account, region)


@functools.cache
def _caller_in(account: str, region: str) -> str:
    """The name of the user, or of the session of a role.

    A session that boto3 has named by itself has another name each time: the role's name stands for it.
    """
    arn = boto3.client("sts", region_name=region).get_caller_identity()["Arn"]
    *_, before, last = re.split("[:/]", arn)
    name = before if last.startswith("botocore-session-") else last
    return _NOT_IN_A_VALUE.sub("_", name)


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_calls(session: boto3.session.Session, tags: dict[str, str]) -> None:
    """Add tags to every call of a session's clients that creates something and takes tags.

    Args:
        session: its clients made before this call are not listened to.
    """

    def add(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        params.update(tagged(params, model, tags) or {})

    session.events.register("before-parameter-build", add)


def takes_tags(model: OperationModel) -> str | None:
    """The member by which an operation that creates something takes tags; None where there is none."""
    members = model.input_shape.members if model.input_shape is not None else {}
    if not model.name.startswith("Create"):
        return None
    return next((name for name in ("Tags", "tags") if isinstance(members.get(name), ListShape | MapShape)), None)


def tagged(params: dict[str, Any], model: OperationModel, tags: dict[str, str]) -> dict[str, Any] | None:
    """The parameters of a call with tags added in its own form; None for a call that takes none."""
    member = takes_tags(model)
    if member is None:
        return None
    shape = model.input_shape.members[member]
    if isinstance(shape, MapShape):
        return {**params, member: tags | (params.get(member) or {})}
    # Most have Key and Value, some small letters, KMS says TagKey and TagValue.
    key, value = sorted(shape.member.members)[:2]
    given = params.get(member) or []
    known = {one.get(key) for one in given}
    return {**params, member: [*given, *({key: k, value: v} for k, v in tags.items() if k not in known)]}

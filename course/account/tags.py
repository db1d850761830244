"""The tags of what the course makes: `course`, `lesson` and `owner`.

Whatever a lesson creates that takes tags gets these three with the call that creates it, so that it can be found again
without the ledger, from any computer. A tag of the learner's own by the same name stays as it is, and where the
learner's own are so many that not all of the three can be added, those come first that say whose it is. What a state
machine makes has them, too: on its way to AWS, a definition gets them where it has SageMaker make something.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import boto3
from botocore.model import ListShape, MapShape, OperationModel

from course.account import prefix
from course.account.made import SAGEMAKER

COURSE = "workflow-course"
_MOST = 50
"""So many tags can something have, in every service of the course."""
_TELLING = ("course", "owner", "lesson")
"""By which of them something is found, and then what says more."""
_MAKES = re.compile(r"arn:aws[\w-]*:states:[\w-]*::(?:aws-sdk:)?sagemaker:(create\w+)(?:\.sync)?")
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
        if model.service_model.service_name == "stepfunctions" and isinstance(params.get("definition"), str):
            params["definition"] = tagged_definition(params["definition"], tags)

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
        own = params.get(member) or {}
        return {**params, member: _added(tags, own) | own}
    # Most have Key and Value, some small letters, KMS says TagKey and TagValue.
    key, value = sorted(shape.member.members)[:2]
    given = params.get(member) or []
    known = [one.get(key) for one in given]
    if model.service_model.service_name == "iam":
        # To IAM, `Owner` and `owner` are one name, which may stand there once (IAM user guide, "Rules for tagging").
        known = [str(name).lower() for name in known]
    return {**params, member: [*given, *({key: k, value: v} for k, v in _added(tags, known).items())]}


def _added(tags: dict[str, str], known: Collection[str | None]) -> dict[str, str]:
    """The tags that can be added to others, of which the names are known."""
    missing = [name for name in _TELLING if name in tags and name not in known]
    fitting = missing[: max(0, _MOST - len(known))]
    return {name: value for name, value in tags.items() if name in fitting}


def tagged_definition(text: str, tags: dict[str, str]) -> str:
    """A state machine's definition in which whatever makes something of SageMaker's gives it the tags.

    A text that is no definition stays as it is: to say what is wrong with it is for AWS.
    """
    try:
        definition = json.loads(text)
    except ValueError:
        return text
    places = [place for state in _states(definition) if (place := _arguments(state)) is not None]
    for place in places:
        given = place.get("Tags", [])
        known = [one.get("Key") if isinstance(one, dict) else None for one in given]
        place["Tags"] = [*given, *pairs(_added(tags, known))]
    return json.dumps(definition) if places else text


def _states(part: Any) -> Iterator[dict[str, Any]]:
    """All states of a definition, those in branches and iterations, too."""
    if isinstance(part, list):
        for one in part:
            yield from _states(one)
    elif isinstance(part, dict):
        if isinstance(part.get("Resource"), str):
            yield part
        inside = part.get("States")
        yield from _states(list(inside.values()) if isinstance(inside, dict) else None)
        for name in ("Branches", "ItemProcessor", "Iterator"):
            yield from _states(part.get(name))


def _arguments(state: dict[str, Any]) -> dict[str, Any] | None:
    """What a state asks SageMaker to make, where tags can be put into it."""
    found = _MAKES.fullmatch(state["Resource"])
    arguments = state.get("Arguments", state.get("Parameters"))
    if not found or found[1][:1].upper() + found[1][1:] not in SAGEMAKER or not isinstance(arguments, dict):
        return None
    return arguments if "Tags.$" not in arguments and isinstance(arguments.get("Tags", []), list) else None

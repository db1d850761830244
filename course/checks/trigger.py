"""What an S3 notification configuration lets through, by S3's rules (S3 user guide, Event notification types)."""

from __future__ import annotations

import copy
from collections import Counter
from contextlib import suppress
from functools import cache
from typing import Any

from course.checks.on_aws import as_json
from course.outcomes.outcome import NotYet, Said
from course.state_machines.json_text import Path
from course.state_machines.request_model import Request

ALL_CREATIONS = ("Put", "Post", "Copy", "CompleteMultipartUpload")


def must(notification: Any, event: str, key: str, expected: bool, advice: str) -> str:
    """Hold a notification against an event, such as `ObjectCreated:Put`, on an object; gives the case in words.

    Raises:
        NotYet: it lets through what it should hold back, or the other way round, or is no notification.
    """
    fault = _fault(notification)
    if fault:
        raise NotYet("what the bucket would be told", Said("a configuration as S3 takes it"), Said(fault), _AS_S3)
    case = f"{event} of {key}"
    words = {True: Said("the function runs"), False: Said("the function does not run")}
    held = _held_back(notification, event, key)
    if expected == bool(held):
        raise NotYet(case, words[expected], words[not expected], f"{held} {advice}".strip())
    return f"{case}: {'runs' if expected else 'does not run'}"


_AS_S3 = "What came back names the place: correct it there."


def _fault(notification: Any) -> str:
    """Why boto3 or S3 would refuse a notification; empty where neither would."""
    as_json("what the bucket would be told", notification)
    plain = _lower_names(notification)
    request = {"Bucket": "a-bucket", "NotificationConfiguration": {"LambdaFunctionConfigurations": [plain]}}
    if problems := _request().problems(request):
        # Which names there are is told where one of them was meant; else it would be the answer.
        return f"{_place(problems[0].path)}: {problems[0].text.partition('. There are ')[0]}"
    if missing := _request().missing(request):
        return f"{missing[0].path.rpartition('].')[2]} is missing"
    for name, count in Counter(rule.get("Name") for rule in _rules(plain)).items():
        if name is None:
            return "a rule without a Name: it is prefix or suffix"
        if count > 1:
            return f"{count} rules named {name}: S3 takes one"
    return ""


@cache
def _request() -> Request:
    return Request("s3", "putBucketNotificationConfiguration")


def _place(path: Path) -> str:
    """The part of a path that is inside of the notification."""
    inside = path[3:] or ("the configuration",)
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inside).lstrip(".")


def _lower_names(notification: Any) -> Any:
    """S3 takes the names of rules in either case, and gives them back with a capital: `Prefix`."""
    plain = copy.deepcopy(notification)
    with suppress(KeyError, TypeError, AttributeError):
        for rule in plain["Filter"]["Key"]["FilterRules"]:
            rule["Name"] = rule["Name"].lower()
    return plain


def _rules(notification: dict[str, Any]) -> list[dict[str, str]]:
    return notification.get("Filter", {}).get("Key", {}).get("FilterRules", [])


def _held_back(notification: dict[str, Any], event: str, key: str) -> str:
    """Why an event on an object does not run the function; empty where it does."""
    wanted = notification["Events"]
    if not any(one == f"s3:{event}" or (one.endswith(":*") and f"s3:{event}".startswith(one[:-1])) for one in wanted):
        return "Such an event is not asked for."
    for rule in _rules(notification):
        name, value = rule["Name"].lower(), rule.get("Value", "")
        if not (key.startswith(value) if name == "prefix" else key.endswith(value)):
            where = "begin" if name == "prefix" else "end"
            wild = " There are no wildcards." if "*" in value else ""
            return f"The key does not {where} with {value}.{wild}"
    return ""

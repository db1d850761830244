"""What an S3 notification configuration lets through, by S3's rules (S3 user guide, Event notification types)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from course.account.sessions import models
from course.outcomes.outcome import NotYet, Said
from course.state_machines.value_faults import nearest

ALL_CREATIONS = ("Put", "Post", "Copy", "CompleteMultipartUpload")


def must(notification: Any, event: str, key: str, expected: bool, advice: str) -> str:
    """Hold a notification against an event, such as `ObjectCreated:Put`, on an object; gives the case in words.

    Raises:
        NotYet: it lets through what it should hold back, or the other way round, or is no notification.
    """
    fault = _fault(notification)
    if fault:
        advice = "It needs Events, a list of names, and Filter with Key with FilterRules, a list of Name and Value."
        raise NotYet("what the bucket would be told", Said("a configuration as S3 takes it"), Said(fault), advice)
    case = f"{event} of {key}"
    words = {True: Said("the function runs"), False: Said("the function does not run")}
    got = _fires(notification, event, key)
    if got != expected:
        raise NotYet(case, words[expected], words[got], advice)
    return f"{case}: {'runs' if expected else 'does not run'}"


def _fault(notification: Any) -> str:
    """Why boto3 or S3 would refuse a notification; empty where neither would."""
    report = ParamValidator().validate(notification, _shape())
    if report.has_errors():
        return report.generate_report()
    known = _shape().members["Events"].member.enum
    for event in notification["Events"]:
        if event not in known:
            return f"there is no event {event}{nearest(event, known)}"
    for name, count in Counter(rule.get("Name", "").lower() for rule in _rules(notification)).items():
        if name not in ("prefix", "suffix"):
            return f"a rule named {name or 'nothing'}: it is prefix or suffix"
        if count > 1:
            return f"{count} rules named {name}: S3 takes one"
    return ""


@cache
def _shape() -> Shape:
    return models().get_service_model("s3").shape_for("LambdaFunctionConfiguration")


def _rules(notification: dict[str, Any]) -> list[dict[str, str]]:
    return notification.get("Filter", {}).get("Key", {}).get("FilterRules", [])


def _fires(notification: dict[str, Any], event: str, key: str) -> bool:
    wanted = notification["Events"]
    listens = any(one == f"s3:{event}" or (one.endswith(":*") and f"s3:{event}".startswith(one[:-1])) for one in wanted)
    return listens and all(_passes(rule["Name"].lower(), rule.get("Value", ""), key) for rule in _rules(notification))


def _passes(name: str, value: str, key: str) -> bool:
    return key.startswith(value) if name == "prefix" else key.endswith(value)

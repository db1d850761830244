"""The rules of a bucket's notification configuration: whether they are valid, and which changes they are about.

Source: S3 user guide, "Configuring event notifications using object key name filtering"; recorded errors.
"""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import unquote_plus

from local_aws.call import ApiError
from local_aws.matching import like
from local_aws.s3.errors import invalid_argument
from local_aws.s3.event_record import Change
from local_aws.wire import api_for

KINDS = {
    "LambdaFunctionConfigurations": ("LambdaFunctionArn", "lambda"),
    "QueueConfigurations": ("QueueArn", "sqs"),
    "TopicConfigurations": ("TopicArn", "sns"),
}
"""The kinds of rules, each with the member that names its destination, and the service of that."""
_DESTINATION = re.compile(r"arn:aws[a-z-]*:(lambda|sqs|sns):([a-z0-9-]+):(\d{12}):(.+)")
"""The ARN of a destination: service, region, account, resource."""


def destination(arn: str) -> tuple[str, str, str]:
    """Service (lambda, sqs or sns), account and resource of the ARN in a rule that `check_rules` has seen."""
    found = _DESTINATION.fullmatch(arn)
    if found is None:
        raise ValueError(f"{arn} is the ARN of no destination")
    return found[1], found[3], found[4]


def check_rules(rules: list[tuple[str, dict[str, Any]]], region: str) -> None:
    """Refuse, in S3's words, what can be seen to be wrong without asking anybody.

    Args:
        rules: each with its kind, a key of `KINDS`.
        region: the bucket's, in which its destinations have to be.

    Raises:
        ApiError: `InvalidArgument`.
    """
    for kind, rule in rules:
        _check_rule(kind, rule, region)
    ids = [rule["Id"] for _, rule in rules if rule.get("Id")]
    if len(ids) > len(set(ids)):
        raise ApiError("InvalidArgument", "Same ID used for multiple configurations. IDs must be unique.", 400)
    _check_overlaps([rule for _, rule in rules])


def _check_rule(kind: str, rule: dict[str, Any], region: str) -> None:
    for event in rule["Events"]:
        if event not in api_for("s3").model.shape_for("Event").enum:
            message = "The event is not supported for notifications"
            raise invalid_argument(message, "Event", event)
    arn = rule[KINDS[kind][0]]
    found = _DESTINATION.fullmatch(arn)
    if found is None or found.group(1) != KINDS[kind][1]:
        raise invalid_argument("The ARN could not be parsed", KINDS[kind][0], arn)
    if found.group(2) != region:
        message = "The notification destination service region is not valid for the bucket location constraint"
        raise invalid_argument(message, KINDS[kind][0], arn)
    names = [filter_rule.get("Name", "").lower() for filter_rule in filter_rules(rule)]
    if any(name not in {"prefix", "suffix"} for name in names):
        message = "filter rule name must be either prefix or suffix"
        raise invalid_argument(message, "FilterRule.Name", names[0])
    for name in ("prefix", "suffix"):
        if names.count(name) > 1:
            message = f"Cannot specify more than one {name} rule in a filter."
            raise invalid_argument(message, "FilterRule.Name", name)


def _check_overlaps(rules: list[dict[str, Any]]) -> None:
    """Two rules may not be meant by one object and one event type."""
    for one, other in itertools.combinations(rules, 2):
        if not any(_types_meet(a, b) for a in one["Events"] for b in other["Events"]):
            continue
        (prefix, suffix), (prefix2, suffix2) = _affixes(one), _affixes(other)
        prefixes_meet = prefix.startswith(prefix2) or prefix2.startswith(prefix)
        suffixes_meet = suffix.endswith(suffix2) or suffix2.endswith(suffix)
        if prefixes_meet and suffixes_meet:
            message = (
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
                "if the prefixes are overlapping for the same event type."
            )
            raise ApiError("InvalidArgument", message, 400)


def _types_meet(one: str, other: str) -> bool:
    return like(one, other) or like(other, one)


def filter_rules(rule: dict[str, Any]) -> list[dict[str, str]]:
    """The filter of a rule: the names `prefix` and `suffix`, each with a value."""
    return rule.get("Filter", {}).get("Key", {}).get("FilterRules", [])


def _affixes(rule: dict[str, Any]) -> tuple[str, str]:
    values = {found["Name"].lower(): found.get("Value", "") for found in filter_rules(rule)}
    return values.get("prefix", ""), values.get("suffix", "")


def matches(rule: dict[str, Any], change: Change) -> bool:
    """Whether a rule is about a change: its key, and the type of its event."""
    prefix, suffix = (_plain(text) for text in _affixes(rule))
    if not (change.key.startswith(prefix) and change.key.endswith(suffix)):
        return False
    return any(like(f"s3:{change.event}", pattern) for pattern in rule["Events"])


def _plain(text: str) -> str:
    """A filter's value as keys are: special characters are given form-encoded."""
    return unquote_plus(text)

"""What an S3 notification configuration lets through, by S3's rules (S3 user guide, Event notification types)."""

from __future__ import annotations

from typing import Any

from course.checks.outcome import NotYet, Said

ALL_CREATIONS = ("Put", "Post", "Copy", "CompleteMultipartUpload")


def fires(notification: dict[str, Any], event: str, key: str) -> bool:
    """Whether a notification runs its function for an event, such as `ObjectCreated:Put`, on an object."""
    wanted = notification["Events"]
    listens = any(one == f"s3:{event}" or (one.endswith(":*") and f"s3:{event}".startswith(one[:-1])) for one in wanted)
    rules = notification.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return listens and all(_passes(rule["Name"].lower(), rule["Value"], key) for rule in rules)


def must(notification: Any, event: str, key: str, expected: bool, advice: str) -> str:
    """Hold a notification against an event; gives the case in words.

    Raises:
        NotYet: it lets through what it should hold back, or the other way round, or is no notification.
    """
    case = f"{event} of {key}"
    words = {True: Said("the function runs"), False: Said("the function does not run")}
    try:
        got = fires(notification, event, key)
    except (KeyError, TypeError, AttributeError) as error:
        said = Said(f"a configuration without: {type(error).__name__}: {error}")
        shape = "It needs Events, a list, and Filter with Key with FilterRules, a list of Name and Value."
        raise NotYet(case, words[expected], said, shape) from None
    if got != expected:
        raise NotYet(case, words[expected], words[got], advice)
    return f"{case}: {'runs' if expected else 'does not run'}"


def _passes(name: str, value: str, key: str) -> bool:
    return key.startswith(value) if name == "prefix" else key.endswith(value)

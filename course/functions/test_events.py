"""Test events: the console's templates, and events saved under a name."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from course.errors import CourseError

_SAVED = Path(__file__).resolve().parents[2] / ".course" / "test-events"

# As the console's *Test* tab offers them (Lambda developer guide, testing functions; SAM's templates).
_TEMPLATES: dict[str, Any] = {
    "hello-world": {"key1": "value1", "key2": "value2", "key3": "value3"},
    "s3-put": {
        "Records": [
            {
                "eventVersion": "2.0",
                "eventSource": "aws:s3",
                "awsRegion": "us-east-1",
                "eventTime": "1970-01-01T00:00:00.000Z",
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "EXAMPLE"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {
                    "x-amz-request-id": "EXAMPLE123456789",
                    "x-amz-id-2": "EXAMPLE123/5678abcdefghijklambdaisawesome/mnopqrstuvwxyzABCDEFGH",
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "testConfigRule",
                    "bucket": {
                        "name": "example-bucket",
                        "ownerIdentity": {"principalId": "EXAMPLE"},
                        "arn": "arn:aws:s3:::example-bucket",
                    },
                    "object": {
                        "key": "test%2Fkey",
                        "size": 1024,
                        "eTag": "0123456789abcdef0123456789abcdef",
                        "sequencer": "0A1B2C3D4E5F678901",
                    },
                },
            }
        ]
    },
}


def test_event(name: str) -> Any:
    """A test event: one saved under this name, or else the console's template (`hello-world`, `s3-put`).

    Returns:
        The event as parsed JSON; the caller's own, to change freely.

    Raises:
        CourseError: neither saved nor a template.
    """
    saved = _path(name)
    if saved.exists():
        return json.loads(saved.read_text(encoding="utf-8"))
    if name in _TEMPLATES:
        return copy.deepcopy(_TEMPLATES[name])
    raise CourseError(f"No test event '{name}': there are {', '.join(test_event_names())}.")


test_event.__test__ = False  # type: ignore[attr-defined]


def save_test_event(name: str, event: Any) -> None:
    """Keep a test event under a name, for the next time.

    Args:
        name: letters, digits, `-` and `_`, as in the console.
        event: anything that can become JSON.

    Raises:
        CourseError: not such a name, or the name of a template.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name) or name in _TEMPLATES:
        raise CourseError(f"'{name}' can't name a test event: letters, digits, - and _, and no template's name.")
    _SAVED.mkdir(parents=True, exist_ok=True)
    _path(name).write_text(json.dumps(event, indent=2), encoding="utf-8")


def _path(name: str) -> Path:
    return _SAVED / f"{name}.json"


def test_event_names() -> list[str]:
    """The names that `test_event` knows: the templates and the saved events."""
    saved = [path.stem for path in _SAVED.glob("*.json")] if _SAVED.exists() else []
    return sorted([*_TEMPLATES, *saved])


test_event_names.__test__ = False  # type: ignore[attr-defined]

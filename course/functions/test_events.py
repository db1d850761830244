"""Test events: the console's templates, and events saved under a name."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from course.errors import CourseError

_SAVED = Path(__file__).resolve().parents[2] / ".course" / "test-events"

# As the console offers them, a service each, with its title there (Lambda developer guide, testing functions in the
# console; `sam local generate-event` has the same shapes).
_TEMPLATES: dict[str, Any] = json.loads(
    Path(__file__).with_name("test_event_templates.json").read_text(encoding="utf-8")
)


def test_event(name: str) -> Any:
    """A test event: one saved under this name, or else one of the console's templates.

    Args:
        name: of a saved event; or of a template, such as `hello-world`, `s3-put`, `s3-delete`, `sqs`, `sns`,
            `eventbridge`, `api-gateway`, `cloudwatch-logs`.

    Returns:
        The event as parsed JSON; the caller's own, to change freely.

    Raises:
        CourseError: neither saved nor a template.
    """
    saved = _path(name)
    if saved.exists():
        return json.loads(saved.read_text(encoding="utf-8"))
    if name in _TEMPLATES:
        return copy.deepcopy(_TEMPLATES[name]["event"])
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


def template_titles() -> dict[str, str]:
    """The templates by name, with the title that the console has for each."""
    return {name: template["title"] for name, template in _TEMPLATES.items()}

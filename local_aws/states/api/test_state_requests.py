"""What a request to TestState may hold: which members go together, and what a context object of one's own may have.

Source: "Using TestState API to test a state", AWS Step Functions developer guide, and the API's reference. The sentence
on a failure count without a mock, and those on a context's fields, are recorded; the others are made like them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.call import ApiError

_NEED_A_MOCK = ("errorCausedByState", "mapItemReaderData", "mapIterationFailureCount", "retrierRetryCount")
_NUMBER, _TEXT, _ANYTHING = "a number", "a string", "anything"
_CONTEXT: dict[str, Any] = {
    "Execution": {
        "Id": _TEXT,
        "Input": _ANYTHING,
        "Name": _TEXT,
        "RoleArn": _TEXT,
        "StartTime": _TEXT,
        "RedriveCount": _NUMBER,
        "RedriveTime": _TEXT,
    },
    "Map": {"Item": {"Index": _NUMBER, "Key": _TEXT, "Value": _ANYTHING, "Source": _TEXT}},
    "State": {"EnteredTime": _TEXT, "Name": _TEXT, "RetryCount": _NUMBER},
    "StateMachine": {"Id": _TEXT, "Name": _TEXT},
    "Task": {"Token": _TEXT},
}
"""The context object's fields, and what each must be."""


def context(params: Mapping[str, Any]) -> dict[str, Any]:
    """The context object of a request, whose members go together; an empty one where none is given.

    Raises:
        ApiError: `ValidationException`.
    """
    if "mock" not in params:
        _refuse_what_needs_a_mock(params)
    try:
        given = json.loads(params.get("context", "{}"))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise _invalid("Invalid Context object provided: Context must be a valid JSON object")
    for fault in _faults(given, _CONTEXT, ""):
        raise _invalid(f"Invalid Context object provided: {fault}")
    return given


def _refuse_what_needs_a_mock(params: Mapping[str, Any]) -> None:
    given = ["context"] if "context" in params else []
    given += [name for name in _NEED_A_MOCK if name in params.get("stateConfiguration", {})]
    for name in given:
        shown = name[0].upper() + name[1:]
        raise _invalid(f"TestState does not support {shown} when a mock is not specified.")


def _faults(value: Mapping[str, Any], allowed: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, item in value.items():
        field, wanted = f"{place}{name}", allowed.get(name)
        if wanted is None:
            yield f"Field '{field}' is not allowed"
        elif isinstance(wanted, dict):
            if isinstance(item, dict):
                yield from _faults(item, wanted, f"{field}.")
            else:
                yield f"{field} must be an object"
        elif (wanted == _TEXT and not isinstance(item, str)) or (wanted == _NUMBER and not _is_number(item)):
            yield f"{field} must be {wanted}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)

"""EventBridge: `events:putEvents`, which puts data on a bus, and tells with each event which execution it comes from.

An entry that EventBridge doesn't take fails the task ("Call EventBridge with Step Functions", AWS Step Functions
developer guide). What the failure's cause says isn't told there: it is the answer, as with other integrations. The
order of the two ARNs is that of moto's interpreter, which was held against AWS.
"""

from __future__ import annotations

from typing import Any

from local_aws.states.document import dumps
from local_aws.states.errors import StateError
from local_aws.states.integrations.api_call import ApiCall, Arguments
from local_aws.states.integrations.apis import OPTIMISED
from local_aws.states.integrations.task import Task

_API = OPTIMISED["events"]


class PutEvents(ApiCall):
    """`Detail` of an entry may be any JSON object."""

    def __init__(self, pattern: str):
        operation = _API.model.operation_model("PutEvents")
        super().__init__(_API, operation, f"putEvents{pattern}", Arguments(supported=("Entries",)))

    def unknown_arguments(self, arguments: Any) -> list[str]:
        return super().unknown_arguments(_with_texts(arguments))

    def faults(self, arguments: dict[str, Any]) -> list[str]:
        return super().faults(_with_texts(arguments))

    async def request(self, arguments: Any, task: Task) -> dict[str, Any]:
        sent = _with_texts(arguments)
        parts = task.execution_arn.split(":")
        machine = ":".join([*parts[:5], "stateMachine", parts[6]])
        for entry in sent["Entries"]:
            entry["Resources"] = [*entry.get("Resources", []), machine, task.execution_arn]
        answer = await super().request(sent, task)
        if answer["FailedEntryCount"]:
            raise StateError(f"{_API.prefix}.FailedEntry", dumps(self.result(answer)))
        return answer


def _with_texts(arguments: Any) -> Any:
    """The arguments with each `Detail` as the text that the API takes."""
    entries = arguments.get("Entries") if isinstance(arguments, dict) else None
    if not isinstance(entries, list):
        return arguments
    return {**arguments, "Entries": [_entry(entry) for entry in entries]}


def _entry(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    detail = entry.get("Detail")
    return entry | {"Detail": dumps(detail)} if isinstance(detail, dict | list) else dict(entry)

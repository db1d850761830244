"""What AWS's models say of the answer that a Task state gets: which names there are below `$states.result`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from course.state_machines.field_guide import members
from course.state_machines.request_model import Request
from course.state_machines.value_faults import nearest

_ADDED = {"SdkHttpMetadata": None, "SdkResponseMetadata": None}
"""What Step Functions adds to the answers of some services."""

_JSON = {("lambda", "Invoke", "Payload")}
"""What is JSON of somebody's own."""


class Answer:
    """The answer of an API action, or of the job that it starts.

    Args:
        service: as in a state's Resource, such as `sagemaker`.
        action: likewise, such as `createTrainingJob`.
        waits: the state waits for the job; its result is then the job's description.
    """

    def __init__(self, service: str, action: str, waits: bool):
        described = waits and service == "sagemaker" and action.startswith("create")
        request = Request(service, action.replace("create", "describe", 1) if described else action)
        self._told = described or not waits
        self._shape, self._of = request.operation.output_shape, (request.service, request.operation.name)

    def fault(self, path: Sequence[str]) -> str:
        """What is wrong with the names below `$states.result`, in words; empty where nothing is, or nobody knows."""
        shape, walked = self._shape if self._told else None, "$states.result"
        for at, step in enumerate(path):
            while shape is not None and shape.type_name == "list":
                shape = shape.member
            if shape is None or shape.metadata.get("document"):
                return ""
            if shape.type_name == "map":
                shape = shape.value
            elif shape.type_name != "structure":
                return f"{walked} is no object, and has no fields."
            else:
                known: Mapping[str, Any] = {**members(shape), **({} if at else _ADDED)}
                if step not in known:
                    return f"there is no '{step}' in {walked}{nearest(step, list(members(shape)))}"
                shape = None if (*self._of, step) in _JSON else known[step]
            walked = f"{walked}.{step}"
        return ""

"""Lambda: `lambda:invoke`, and a function by its own ARN.

A function that fails fails the task, under its error's own type and with the whole payload as the cause
("Invoke an AWS Lambda function with Step Functions", AWS Step Functions developer guide).
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from local_aws.access.roles import traced
from local_aws.states.document import dumps
from local_aws.states.errors import StateError
from local_aws.states.integrations import shapes
from local_aws.states.integrations.api_call import ApiCall, Arguments, call, http_metadata
from local_aws.states.integrations.apis import OPTIMISED
from local_aws.states.integrations.integration import AnyArguments
from local_aws.states.integrations.task import Task

_API = OPTIMISED["lambda"]
_TRACE_ID, _REMAPPED = "x-amzn-trace-id", "x-amzn-remapped-content-length"
_ARGUMENTS = Arguments(
    json_texts=("Payload",),
    supported=("ClientContext", "FunctionName", "InvocationType", "LogType", "Payload", "Qualifier"),
)


class Invoke(ApiCall):
    """`arn:aws:states:::lambda:invoke`: the payload may be any JSON data, and so is the one that comes back."""

    def __init__(self, pattern: str):
        super().__init__(_API, _API.model.operation_model("Invoke"), f"invoke{pattern}", _ARGUMENTS)

    async def request(self, arguments: Any, task: Task) -> dict[str, Any]:
        """A text as payload is sent as it is, and null as an empty object, as recorded calls show."""
        params = {name: value for name, value in arguments.items() if name != "Payload"}
        payload = arguments.get("Payload")
        text = payload if isinstance(payload, str) else dumps({} if payload is None else payload)
        header = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"
        with traced(header):
            return await _invoke(params, text, task) | {"TraceHeader": header}

    def result(self, answer: dict[str, Any]) -> Any:
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        # Lambda's own front door writes these, which the house's doesn't.
        headers |= {"connection": "keep-alive", _TRACE_ID: answer["TraceHeader"], _REMAPPED: "0"}
        result = {
            "ExecutedVersion": answer.get("ExecutedVersion"),
            "LogResult": answer.get("LogResult"),
            "Payload": shapes.parsed(answer["Text"]) if answer["Text"] else None,
            **http_metadata(answer),
            "StatusCode": answer["StatusCode"],
        }
        return {name: value for name, value in result.items() if value is not None or name == "Payload"}


class FunctionArn(AnyArguments):
    """A function's ARN as `Resource`: the arguments are the event, and the result is what the function returns."""

    style = "lambda-function"
    resource_type = "lambda"

    def __init__(self, arn: str):
        self.resource = arn

    async def run(self, arguments: Any, task: Task) -> Any:
        answer = await _invoke({"FunctionName": self.resource}, dumps(arguments), task)
        return shapes.parsed(answer["Text"])


async def _invoke(params: dict[str, Any], payload: str, task: Task) -> dict[str, Any]:
    """Lambda's answer, with the payload as `Text`.

    Raises:
        StateError: the call or the function failed.
    """
    answer = await call(_API, "Invoke", {**params, "Payload": shapes.utf8(payload)}, task)
    answer["Text"] = answer.pop("Payload").read().decode("utf-8", "replace")
    if "FunctionError" in answer:
        raise _function_error(answer["Text"])
    return answer


def _function_error(text: str) -> StateError:
    payload = shapes.parsed(text)
    error = payload.get("errorType") if isinstance(payload, dict) else None
    if error:
        return StateError(error, text)
    unknown = "The cause could not be determined because Lambda did not return an error type."
    return StateError("Lambda.Unknown", f"{unknown} Returned payload: {text}")

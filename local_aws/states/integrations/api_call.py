"""One request to an API and its answer: the base of all integrations but the function's ARN."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from local_aws.access.roles import NotAssumedError, for_customer
from local_aws.call import ApiError
from local_aws.states.document import dumps
from local_aws.states.errors import TASK_FAILED, RuntimeFault, StateError
from local_aws.states.integrations import shapes
from local_aws.states.integrations.apis import Api
from local_aws.states.integrations.integration import Integration
from local_aws.states.integrations.task import Task
from local_aws.states.work.waiting import in_thread

SERVICE = "states.amazonaws.com"
SESSION_NAME = "StepFunctions"
_LOOKS = ("Describe", "List")
"""Operations of which SageMaker takes so many that a state machine alone never asks for too many."""
_HEADERS = {
    "x-amzn-requestid": "x-amzn-RequestId",
    "x-amzn-remapped-content-length": "x-amzn-Remapped-Content-Length",
}
"""Headers that AWS's own answers don't write in title case."""


@dataclass(frozen=True)
class Arguments:
    """What is particular to an integration's arguments.

    Attributes:
        json_texts: fields of the API that are texts, and take any JSON data here.
        supported: the only fields that are taken, where those aren't all of the API's.
    """

    json_texts: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()


class ApiCall(Integration):
    """An integration that is one operation of an API, and then perhaps waits for its task token."""

    def __init__(self, api: Api, operation: OperationModel, resource: str, arguments: Arguments):
        self._api, self._operation, self._arguments = api, operation, arguments
        self.resource_type, self.resource = api.resource_type, resource
        self.waits_for_token = resource.endswith(".waitForTaskToken")

    def is_answered(self, answers: Callable[[str, str], bool]) -> bool:
        """Whether the operation is one of those that are answered here (`Host.answers`)."""
        return answers(self._api.name, self._operation.name)

    def unknown_arguments(self, arguments: Any) -> list[str]:
        if not isinstance(arguments, dict):
            return []
        supported = self._arguments.supported or arguments
        shape = self._operation.input_shape
        known = {name: None if name in self._arguments.json_texts else value for name, value in arguments.items()}
        refused = [name for name in arguments if name not in supported]
        found = shapes.unknown_members(known, shape, self._api.member_name)
        return list(dict.fromkeys([*refused, *found]))

    def missing_arguments(self, arguments: Any) -> list[str]:
        return shapes.missing_members(arguments, self._operation.input_shape, self._api.member_name)

    def scheduled_parameters(self, arguments: Any, task: Task) -> Any:
        self._require_usable(arguments)
        return arguments

    async def run(self, arguments: Any, task: Task) -> Any:
        answer = await self.request(arguments, task)
        result = self.result(answer)
        if not self.waits_for_token:
            return result
        task.submitted(result)
        assert task.await_token is not None
        return await task.await_token()

    async def request(self, arguments: Any, task: Task) -> dict[str, Any]:
        """Send the request and give the client's answer."""
        params = shapes.to_request(arguments, self._operation.input_shape, self._api.member_name)
        name = self._operation.name
        counts = self._api.name == "sagemaker" and not name.startswith(_LOOKS)
        count_as = for_customer if counts else contextlib.nullcontext
        return await call(self._api, self._operation.name, params, task, count_as)

    def result(self, answer: dict[str, Any]) -> Any:
        """The answer as a task's result."""
        timestamp = shapes.iso if self._api.is_sdk else shapes.epoch_milliseconds
        result = shapes.from_answer(answer, self._operation.output_shape, self._api.member_name, timestamp)
        return result if self._api.is_sdk else dict(sorted((result | http_metadata(answer)).items()))

    def _require_usable(self, arguments: Any) -> None:
        """Raise unless a request can be made of the arguments."""
        if isinstance(arguments, dict):
            faults = self.faults(arguments)
        else:
            faults = ["The arguments must be a JSON object"]
        if faults:
            raise RuntimeFault(
                f"The Parameters '{dumps(arguments)}' could not be used to start the Task: [{', '.join(faults)}]"
            )

    def faults(self, arguments: dict[str, Any]) -> list[str]:
        """A sentence for each thing for which no request can be made of the arguments."""
        unknown, missing = self.unknown_arguments(arguments), self.missing_arguments(arguments)
        faults = [f'The field "{name}" is not supported by Step Functions' for name in unknown]
        faults += [f"The field '{name}' is required but was missing" for name in missing]
        shape, texts = self._operation.input_shape, self._arguments.json_texts
        if shape is not None:
            faults += shapes.wrong_types(arguments, shape, self._api.member_name, "", texts)
        return faults


async def call(
    api: Api,
    operation: str,
    params: dict[str, Any],
    task: Task,
    count_as: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> dict[str, Any]:
    """An operation at the front door, under the state machine's role.

    Args:
        count_as: what the request is sent in: `for_customer`, where there may be too many of such requests.

    Raises:
        StateError: the API answered an error, named and told as the integration does, or no request could be sent.
        Cancelled: the attempt ended before the answer came.
    """

    def send() -> Any:
        client = task.host.roles.client(
            api.name, role_arn=task.role_arn, service=SERVICE, session_name=SESSION_NAME, onto=task.own_role_arn
        )
        with count_as():
            return getattr(client, xform_name(operation))(**params)

    try:
        async with task.turns.taken(task.cancelled):
            return await in_thread(send, task.cancelled)
    except ClientError as error:
        details, metadata = error.response["Error"], error.response["ResponseMetadata"]
        code, message = details.get("Code", ""), details.get("Message", "")
        status, request_id = metadata.get("HTTPStatusCode", 500), metadata.get("RequestId", "null")
        cause = api.cause(message, code, status, request_id, metadata.get("HostId"))
        raise StateError(api.error_name(code), cause) from None
    except NotAssumedError:
        sentence = f"The role {task.role_arn} is not authorized to assume the task state's role, {task.own_role_arn}."
        raise StateError(TASK_FAILED, sentence) from None
    except ApiError as error:
        # The role can't be assumed: no request was made, so there is no id of one.
        raise StateError(api.error_name(error.code), api.cause(str(error), error.code, error.status, "null")) from None
    except BotoCoreError as error:
        raise StateError(f"{api.prefix}.SdkClientException", str(error)) from error


def http_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    """What an optimised integration adds to an API's answer: how the HTTP exchange went."""
    metadata = answer["ResponseMetadata"]
    headers = {_HEADERS.get(name, name.title()): value for name, value in sorted(metadata["HTTPHeaders"].items())}
    request_id = metadata.get("RequestId") or headers.get("x-amzn-RequestId")
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": metadata["HTTPStatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }

"""A mocked result of a Task, held against the API that the task would call (TestState, `fieldValidationMode`).

`STRICT` wants all required members and right types, `PRESENT` right types of what is there, `NONE` nothing. The
texts for a missing member and for a wrong type are recorded ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from local_aws.call import ApiError
from local_aws.states.integrations import Integration
from local_aws.states.integrations.apis import OPTIMISED, Api, operation_named, sdk_api, sdk_service
from local_aws.states.integrations.elsewhere import APIS

_SDK_PREFIX = "aws-sdk:"
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "structure": ((dict,), "an object"),
    "map": ((dict,), "an object"),
    "list": ((list,), "an array"),
    "string": ((str,), "a string"),
    "timestamp": ((str,), "a string"),
    "blob": ((str,), "a string"),
    "boolean": ((bool,), "a boolean"),
    "integer": ((int,), "a number"),
    "long": ((int,), "a number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
}


def check(integration: Integration, result: Any, mode: str) -> None:
    """Raise unless a mocked result looks like what the API answers.

    That of a task that waits for a job is held against the answer that says that the job has ended, as the API has it
    (boto/boto3 issue 4683); what comes back with a token is no API's answer, and not checked.

    Raises:
        ApiError: `ValidationException`.
    """
    action = integration.polls if integration.waits_for_job else integration.resource
    if mode == "NONE" or integration.style != "task" or integration.waits_for_token or action is None:
        return
    api = _api(integration.resource_type)
    operation = None if api is None else operation_named(api, action)
    if api is None or operation is None or operation.output_shape is None:
        return
    fault = next(_faults(result, operation.output_shape, "", api.member_name, mode == "STRICT"), None)
    if fault is not None:
        raise ApiError("ValidationException", f"Mock result schema validation error: {fault}")


def _api(resource_type: str) -> Api | None:
    """The API that an integration is one of; None for `http:invoke` and the like, which are no API of AWS's."""
    service = sdk_service(resource_type.removeprefix(_SDK_PREFIX)) if resource_type.startswith(_SDK_PREFIX) else None
    return (OPTIMISED | APIS).get(resource_type) if service is None else sdk_api(service)


def _faults(value: Any, shape: Shape, field: str, name_of: Callable[[str], str], strict: bool) -> Iterator[str]:
    """A sentence for each thing that is wrong, which names the innermost field that it is about."""
    types, described = _TYPES.get(shape.type_name, ((object,), "a value"))
    fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types and object not in types)
    if not fits:
        yield f"Field '{field}' must be {described}" if field else f"Mock result must be {described}"
    elif isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"Field '{field}' is not an expected value"
    elif isinstance(shape, StructureShape):
        if strict:
            missing = (name_of(member) for member in shape.required_members if name_of(member) not in value)
            yield from (f"Required field '{member}' is missing" for member in missing)
        for member, member_shape in shape.members.items():
            name = name_of(member)
            if value.get(name) is not None:
                yield from _faults(value[name], member_shape, name, name_of, strict)
    elif isinstance(shape, ListShape):
        for item in value:
            yield from _faults(item, shape.member, field, name_of, strict)
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _faults(item, shape.value, key, name_of, strict)

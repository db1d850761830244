"""Universal targets: any operation of any API, `arn:aws:scheduler:::aws-sdk:SERVICE:OPERATION`.

The input is the operation's parameters as JSON; what reads only can't be a target.
Source: "Using universal targets in EventBridge Scheduler", EventBridge Scheduler user guide.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES

from local_aws import wire
from local_aws.call import ApiError

_FORM = re.compile(r"arn:aws[\w-]*:scheduler:::aws-sdk:([a-z0-9-]+):([a-z]\w*)")
_READS = (
    *("get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read", "lookup", "discover"),
    *("validate", "batchGet", "batchDescribe", "batchRead", "transactGet", "adminGet", "adminList", "retrieve"),
    *("testMigration", "testConnection", "translateDocument", "isAuthorized", "invokeModel"),
)


def is_universal(arn: str) -> bool:
    """Whether an ARN has the form of a universal target."""
    return _FORM.fullmatch(arn) is not None


def operation(arn: str) -> tuple[str, OperationModel]:
    """The API, in botocore's name, and the operation of a universal target.

    Raises:
        ApiError: `ValidationException`, there is no such operation, or it only reads.
    """
    found = _FORM.fullmatch(arn)
    api = _services().get(found[1]) if found else None
    if found is None or api is None:
        raise _invalid(arn)
    name, model = found[2][0].upper() + found[2][1:], wire.api_for(api).model
    if found[2].startswith(_READS) or name not in model.operation_names:
        raise _invalid(arn)
    return api, model.operation_model(name)


def call(client: Any, one: OperationModel, text: str) -> None:
    """Make the call.

    Raises:
        ClientError, ApiError: it wasn't taken.
    """
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise ApiError("ValidationException", "The input of a universal target must be a JSON object.")
    getattr(client, xform_name(one.name))(**_params(given, one.input_shape))


def _params(value: Any, shape: Shape | None) -> Any:
    """JSON data as parameters: members may begin with a capital or not, and data for a text becomes one."""
    if shape is None:
        return {}
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        known = {names.get(key.lower(), key): each for key, each in value.items()}
        return {key: _params(each, shape.members.get(key)) for key, each in known.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_params(each, shape.member) for each in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _params(each, shape.value) for key, each in value.items()}
    if shape.type_name in ("string", "blob") and isinstance(value, dict | list):
        return json.dumps(value)
    return value


@functools.cache
def _services() -> dict[str, str]:
    """Botocore's names of the services by the names that the SDK for Java 2 has for them."""
    ids = CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES
    names = botocore.session.Session().get_available_services()
    return {ids.get(name, name).removesuffix("-service").replace("-", ""): name for name in names}


def _invalid(arn: str) -> ApiError:
    return ApiError("ValidationException", f"{arn} is not a supported universal target.")

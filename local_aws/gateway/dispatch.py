"""An operation of one of our own services: which one a request means, and its answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel

from local_aws import wire
from local_aws.access.judge import Judge
from local_aws.call import ApiError, Call, not_there
from local_aws.gateway.tag_rules import require_own_tags
from local_aws.house import Service

_READS = ("Describe", "Get", "Head", "List")
"""Operations that change no record begin so."""


def routed(api: wire.Api, request: wire.Request) -> tuple[OperationModel, dict[str, str]]:
    """The operation that a request means, with the parameters in its path.

    Raises:
        ApiError: the service has no such operation; the answer names what was asked for.
    """
    found = api.route(request)
    if found is not None:
        return found
    if api.protocol == "query":
        action = wire.form(request).get("Action", "")
        raise ApiError("InvalidAction", f"Could not find operation {action} for version {api.model.api_version}", 400)
    if api.protocol == "rest-xml":
        raise ApiError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    asked = request.headers.get("x-amz-target") or f"{request.method} {request.path}"
    status = 400 if api.protocol == "json" else 404
    raise ApiError("UnknownOperationException", f"{api.name} has no operation for {asked}", status)


def dispatch(
    service: Service,
    judge: Judge,
    call: Call,
    operation: OperationModel,
    request: wire.Request,
    path_values: dict[str, str],
    policy_of: Callable[[dict[str, Any]], Mapping[str, Any] | None] | None = None,
) -> wire.Response:
    """Parse, validate and authorise a call, have the service do it, and serialise what it gives.

    Args:
        policy_of: the policy of the resource that some parameters are about, where the service itself doesn't know it.

    Raises:
        ApiError: from any of these; `NotImplemented` for an operation that the service doesn't have.
    """
    method = getattr(service, xform_name(operation.name), None)
    if method is None:
        raise not_there(f"{call.service}:{operation.name}")
    params = wire.parse(request, operation, path_values)
    wire.validate(operation, params)
    require_own_tags(operation, params)
    own = functools.partial(service.resource_policy, call.operation)
    judge.authorise(call, params, functools.partial(policy_of or own, params))
    try:
        answer = method(call, **params)
    finally:
        if not operation.name.startswith(_READS):
            for kind, name in service.touched(operation.name, params):
                service.host.changed(kind, name)
    return wire.serialise(operation, answer, call.request_id)

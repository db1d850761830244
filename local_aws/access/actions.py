"""What a request asks for in IAM's terms: its actions, and the ARNs of the resources they touch.

Which resources an action has comes from `reference`, which members of a request name them from `naming`; what
neither can tell (a key's action by its bucket, a secret's ARN, the tables of a transaction) from the services'
modules in `services`. An action that has no resource, or whose request names none, is judged on `*`, which a policy
that names single resources doesn't cover.
Source: Service Authorization Reference.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

from local_aws import wire
from local_aws.access.naming import MEMBERS, NARROWEST
from local_aws.access.reference import Kind, has_key, kinds
from local_aws.access.services import READERS
from local_aws.access.wanted import Asked, Params, Place, Wanted
from local_aws.call import ApiError

PREFIXES = {
    "stepfunctions": "states",
    "sagemaker-runtime": "sagemaker",
    "service-quotas": "servicequotas",
    "resourcegroupstaggingapi": "tag",
}
"""The services whose actions have another name than their API has in botocore."""


def wanted(service: str, operation: str, params: Params, place: Place) -> list[Wanted]:
    """The actions that a call needs, each with its resource.

    Args:
        service: botocore's name of the service's model ("stepfunctions").
        operation: the API's operation ("StartExecution").
        params: its parsed parameters; for S3 the path's, the query's and the headers' are enough.

    Raises:
        ApiError: the call lacks a member that its operation requires.
    """
    _require(service, operation, params)
    prefix = PREFIXES.get(service, service)
    read = READERS.get(prefix, _as_it_is)
    needed = []
    for asked in read(operation, params, place):
        prefixed = asked.action if ":" in asked.action else f"{prefix}:{asked.action}"
        owner, _, action = prefixed.partition(":")
        arns = asked.resources or []
        for about in filter(None, (asked.made_by, action)):
            arns = arns or _named(owner, about, asked.params, place)
        # A key that comes with another action of the same call is absent here, as it is on AWS.
        context = {key: value for key, value in asked.context.items() if has_key(owner, action, key)}
        needed += [Wanted(prefixed, arn, context) for arn in arns or ["*"]]
    return needed


def _as_it_is(operation: str, params: Params, place: Place) -> list[Asked]:
    return [Asked(operation, params)]


def _named(prefix: str, action: str, params: Params, place: Place) -> list[str]:
    """The ARNs of the resources that a request names for an action, each once."""
    found = {kind.name: list(_of_kind(prefix, kind, params, place)) for kind in kinds(prefix, action)}
    for group in NARROWEST.get(prefix, ()):
        narrowest = next((name for name in group if found.get(name)), None)
        for name in group:
            if name != narrowest:
                found.pop(name, None)
    return list(dict.fromkeys(itertools.chain.from_iterable(found.values())))


def _of_kind(prefix: str, kind: Kind, params: Params, place: Place) -> Iterator[str]:
    for name, value in params.items():
        for text in value if isinstance(value, list) else [value]:
            if name.lower().endswith(("arn", "arns", "arnlist")) and isinstance(text, str) and kind.is_of(text):
                yield from _here(text, place)
    for members in MEMBERS.get(prefix, {}).get(kind.name, (kind.variables,)):
        if all(params.get(member) for member in members):
            yield from _filled(prefix, kind, [params[member] for member in members], place)


def _filled(prefix: str, kind: Kind, values: list[Any], place: Place) -> Iterator[str]:
    lists = [value if isinstance(value, list) else [value] for value in values]
    for texts in itertools.product(*lists):
        if len(texts) == 1 and str(texts[0]).startswith("arn:"):
            yield from _here(texts[0], place)
        else:
            # SageMaker's ARNs are in small letters, whatever its names are in.
            lower = prefix == "sagemaker"
            yield kind.arn(place.region, place.account, [str(t).lower() if lower else str(t) for t in texts])


def _here(arn: str, place: Place) -> Iterator[str]:
    """An ARN as it was given, and as it is of this account: who answers may look at its last part alone."""
    yield arn
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[4] and parts[4] != place.account and parts[4] != "aws":
        yield ":".join([*parts[:4], place.account, parts[5]])


def _require(service: str, operation: str, params: Params) -> None:
    missing = [name for name in _required(service, operation) if name not in params]
    if not missing:
        return
    if wire.api_for(service).protocol == "query":
        raise ApiError("MissingParameter", f"The request must contain the parameter {missing[0]}.", 400)
    lowered = missing[0][0].lower() + missing[0][1:]
    fault = f"Value null at '{lowered}' failed to satisfy constraint: Member must not be null"
    raise ApiError("ValidationException", f"1 validation error detected: {fault}", 400)


@functools.cache
def _required(service: str, operation: str) -> tuple[str, ...]:
    """The members that an operation requires; none of S3's, whose requests are routed by what they hold."""
    model = wire.api_for(service).model
    if service == "s3" or operation not in model.operation_names:
        return ()
    shape = model.operation_model(operation).input_shape
    return tuple(shape.required_members) if shape is not None else ()

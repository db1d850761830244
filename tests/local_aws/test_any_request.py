"""Whatever a client sends, it gets AWS's error or a right answer: never a failure inside, a page or Python's words.

Every operation that is there is called as botocore's models let it be: with nothing, with what is required, with
everything empty, with each member, and, where the protocol allows it, with each member of a wrong type.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel, Shape

from docs.operations import answers, services
from local_aws import REGION
from local_aws.__main__ import environment
from tests.served import served

CALLS = 60
"""Of a service, in the quick run; the long one makes them all."""
_NOT_AWS = re.compile(
    r"Traceback|NoneType|object has no attribute|object is not|not subscriptable|Expecting value|<html|<!doctype|"
    r"line \d+ column \d+ \(char|argument of type|unexpected keyword|invalid literal for|failed inside",
    re.IGNORECASE,
)
_WRONG: tuple[Any, ...] = (None, True, -1, 1e308, "x", "\x00", [], [None], {}, {"x": [{}]})
_FAR_AWAY = {("events", "PutEvents", "EndpointId")}
"""Members with which boto3 sends nothing here."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served() as url:
        yield url


def client(service: str, endpoint: str) -> Any:
    config = Config(
        retries={"total_max_attempts": 1},
        parameter_validation=False,
        inject_host_prefix=False,
        s3={"addressing_style": "path"},
    )
    variables = environment(endpoint)
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        config=config,
    )


@pytest.mark.parametrize("service", sorted(services()))
def test_some_calls_of_each_service(endpoint, service):
    calls = list(every_call(client(service, endpoint), service))
    chosen = random.Random(20261128).sample(calls, min(CALLS, len(calls)))
    assert faults(client(service, endpoint), chosen) == []


@pytest.mark.long
@pytest.mark.parametrize("service", sorted(services()))
def test_every_call_of_each_service(endpoint, service):
    one = client(service, endpoint)
    assert faults(one, every_call(one, service)) == []


def every_call(one: Any, service: str) -> Iterator[tuple[str, dict[str, Any], bytes | None]]:
    """Operations with parameters, and the body that takes the place of botocore's, if any does."""
    found = answers(service)
    for name in (*found.ours, *found.corrected, *found.motos):
        operation = one.meta.service_model.operation_model(name)
        shape = operation.input_shape
        if shape is None:
            yield name, {}, None
            continue
        least = {member: value_of(shape.members[member], 2) for member in shape.required_members}
        yield name, {}, None
        yield name, least, None
        yield name, {member: empty(inner) for member, inner in shape.members.items()}, None
        for member, inner in shape.members.items():
            if (service, name, member) not in _FAR_AWAY:
                yield name, least | {member: value_of(inner, 0)}, None
                yield name, least | {member: empty(inner)}, None
        for body in wrong_bodies(operation, least):
            yield name, least, body


def wrong_bodies(operation: OperationModel, least: dict[str, Any]) -> Iterator[bytes]:
    """Bodies of the JSON protocols that no SDK would send."""
    if operation.service_model.resolved_protocol not in ("json", "rest-json") or operation.input_shape is None:
        return
    yield from (b"", b"{", b"[]", b"null", b"\xff")
    plain = json.loads(json.dumps(least, default=str))
    for name, member in operation.input_shape.members.items():
        if "location" not in member.serialization:
            wired = member.serialization.get("name", name)
            yield from (json.dumps(plain | {wired: wrong}).encode() for wrong in _WRONG)


def faults(one: Any, calls: Any) -> list[str]:
    """The calls that were not answered as AWS does, in words."""
    bodies: list[bytes | None] = [None]

    def put_body(params: dict[str, Any], **_: Any) -> None:
        if bodies[0] is not None:
            params["body"] = bodies[0]

    one.meta.events.register("before-call", put_body)
    found = []
    for name, params, bodies[0] in calls:
        try:
            getattr(one, xform_name(name))(**params)
        except ClientError as error:
            said, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            broken = status >= 500 and said["Code"] not in ("NotImplemented", "501", "ServiceUnavailable")
            if broken or _NOT_AWS.search(said.get("Message") or ""):
                found.append(f"{name} {params} {bodies[0]!r}: {said}")
        except BotoCoreError as error:
            if type(error).__name__ in ("ResponseParserError", "EndpointConnectionError", "ReadTimeoutError"):
                found.append(f"{name} {params} {bodies[0]!r}: {error!r}")
        except Exception:  # botocore itself can't send this
            continue
    return found


def value_of(shape: Shape, depth: int) -> Any:
    """A value with all members down to a depth, and from there on with the required ones."""
    match shape.type_name:
        case "structure":
            names = shape.members if depth < 2 else shape.required_members
            return {name: value_of(shape.members[name], depth + 1) for name in names} if depth < 6 else {}
        case "list":
            return [value_of(shape.member, depth + 1)] if depth < 6 else []
        case "map":
            return {"k": value_of(shape.value, depth + 1)} if depth < 6 else {}
        case "string":
            return shape.enum[0] if shape.enum else "a" * max(1, shape.metadata.get("min", 1))
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "float" | "double":
            return 1.0
        case "boolean":
            return True
        case "blob":
            return b"x"
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
    raise AssertionError(f"no value for the type {shape.type_name}")


def empty(shape: Shape) -> Any:
    """A value of a type that is as little as can be."""
    values = {"structure": {}, "list": [], "map": {}, "string": "", "boolean": False, "blob": b""}
    return values.get(shape.type_name, datetime.fromtimestamp(0, UTC) if shape.type_name == "timestamp" else 0)

"""Whatever a client sends, it gets AWS's error or a right answer: never a failure inside, a page or Python's words.

Every operation that is there is called as botocore's models let it be, with nothing, with what is required, with
everything empty, with each member; and as no SDK would call it: members of wrong types and sizes at any depth, and
bodies that aren't what the protocol wants.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from botocore.model import OperationModel, Shape
from botocore.parsers import ResponseParserError

from docs.operations import answers, services
from tests.served import served
from tests.unchecked import client

pytestmark = pytest.mark.slow

CALLS = 50
"""Of a service, in the quick run; the long one makes them all."""
OF_WRONG_VALUES = 60
"""Of an operation, among all places of its members and all wrong values; the rest would take an hour."""
_NOT_AWS = re.compile(
    r"Traceback|NoneType|object has no attribute|object is not|not subscriptable|Expecting value|<html|<!doctype|"
    r"line \d+ column \d+ \(char|argument of type|unexpected keyword|invalid literal for|failed inside|"
    r"could not convert|codec can't|unhashable|out of range$|<class |datetime\.|unsupported operand|must be str",
    re.IGNORECASE,
)
_HUGE = "a" * 100_000
_WRONG_JSON: tuple[Any, ...] = (
    *(None, True, -1, 10**18, 10**30, 1.5, 1e308, float("inf"), "", "x", "\x00", "\ud800", "é€😀", _HUGE),
    *([], [None], [[]], ["x", "x"], {}, {"x": [{}]}, {"": ""}, {"x" * 300: None}),
)
_WRONG_TEXTS = ("", "x", "\x00", "1_000", "-1", "9" * 30, "nan", "1e999", "é€😀", "%", "a\r\nb", _HUGE)
"""Of members in a path, a query, a header, a form."""
_WRONG_XML = (
    *(b"", b"<", b"<x/>", b"<x><x/></x>", b"<?xml version='1.0'?>", b"\xff", b"<a>" * 1000, b"{}", b"<a b='1'>&x;</a>"),
    *(b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", b"<a>" + _HUGE.encode() + b"</a>"),
)
_WRONG_FORMS = ("", "=", "&&&", "%ff%fe=%zz", "Tags.member.1.Key", "Tags.member.9999999.Key=a", "Tags.member.x=1")
_FAR_AWAY = {("events", "PutEvents", "EndpointId")}
"""Members with which boto3 sends nothing here."""

Made = tuple[str, dict[str, Any], bytes | None]
"""An operation, its parameters, and the body that takes the place of botocore's, if any does."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.mark.parametrize("service", sorted(services()))
def test_some_calls_of_each_service(endpoint: str, service: str) -> None:
    one, chance = client(service, endpoint), random.Random(20261128)
    names = operations(service)
    # One call of each of some operations: not all calls are made in order to make a few.
    chosen = (chance.choice(list(calls_of(one, name))) for name in chance.sample(names, min(CALLS, len(names))))
    assert faults(one, chosen) == []


@pytest.mark.long
@pytest.mark.parametrize("service", sorted(services()))
def test_every_call_of_each_service(endpoint: str, service: str) -> None:
    one = client(service, endpoint)
    calls = itertools.chain.from_iterable(calls_of(one, name) for name in operations(service))
    assert faults(one, calls) == []


def operations(service: str) -> list[str]:
    found = answers(service)
    return [*found.ours, *found.corrected, *found.motos]


def calls_of(one: Any, name: str) -> Iterator[Made]:
    operation = one.meta.service_model.operation_model(name)
    shape = operation.input_shape
    yield name, {}, None
    if shape is None:
        return
    least = {member: value_of(shape.members[member], 2) for member in shape.required_members}
    yield name, least, None
    yield name, {member: empty(inner) for member, inner in shape.members.items()}, None
    for member, inner in shape.members.items():
        if (operation.service_model.service_name, name, member) not in _FAR_AWAY:
            yield name, least | {member: value_of(inner, 0)}, None
            yield name, least | {member: empty(inner)}, None
            for text in wrong_texts(inner):
                yield name, least | {member: text}, None
    for body in wrong_bodies(operation, least):
        yield name, least, body


def wrong_texts(shape: Shape) -> Iterator[str]:
    if shape.type_name in ("string", "integer", "long", "float", "double"):
        # Python's HTTP client sends no header with a line in it.
        header = shape.serialization.get("location") == "header"
        yield from (text for text in _WRONG_TEXTS if not (header and "\n" in text))


def wrong_bodies(operation: OperationModel, least: dict[str, Any]) -> Iterator[bytes]:
    """Bodies that no SDK would send."""
    shape, protocol = operation.input_shape, operation.service_model.resolved_protocol
    if shape is None:
        return
    if protocol == "rest-xml":
        yield from _WRONG_XML
    elif protocol == "query":
        version = operation.service_model.api_version
        for text in _WRONG_FORMS:
            yield f"Action={operation.name}&Version={version}&{text}".encode()
        yield f"Action={operation.name}".encode() + b"&x=\xff"
    else:
        yield from (b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b'{"a":' * 2000, b'{"x": NaN}')
        yield from wrong_json(operation.name, shape, least)


def wrong_json(name: str, shape: Shape, least: dict[str, Any]) -> Iterator[bytes]:
    """What is required and one member beside it, a value in it replaced by one of another kind."""
    in_body = {member for member, inner in shape.members.items() if "location" not in inner.serialization}
    plain = json.loads(json.dumps({key: value for key, value in least.items() if key in in_body}, default=text_of))
    made = []
    for member in sorted(in_body):
        wired = shape.members[member].serialization.get("name", member)
        full = json.loads(json.dumps(value_of(shape.members[member], 0), default=text_of))
        made += [(wired, full, place, wrong) for place in places(full) for wrong in _WRONG_JSON]
    chance = random.Random(name)
    for wired, full, place, wrong in chance.sample(made, min(OF_WRONG_VALUES, len(made))):
        yield json.dumps(plain | {wired: put(full, place, wrong)}).encode()


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The ways to all values inside of a value, and to itself."""
    yield ()
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from ((key, *rest) for rest in places(inner))


def put(value: Any, place: tuple[Any, ...], inner: Any) -> Any:
    """A copy of a value with another one put at a place."""
    if not place:
        return inner
    copied = copy.copy(value)
    copied[place[0]] = put(value[place[0]], place[1:], inner)
    return copied


def faults(one: Any, calls: Iterable[Made]) -> list[str]:
    """The calls that were not answered as AWS does, in words."""
    body: bytes | None = None

    def put_body(params: dict[str, Any], **_: Any) -> None:
        if body is not None:
            params["body"] = body

    one.meta.events.register("before-call", put_body)
    found = []
    for name, params, body in calls:
        told = f"{name} {str(params)[:300]} {(body or b'')[:300]!r}"
        try:
            getattr(one, xform_name(name))(**params)
        except ClientError as error:
            said, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            broken = status >= 500 and said["Code"] not in ("NotImplemented", "501", "ServiceUnavailable")
            if broken or _NOT_AWS.search(said.get("Message") or ""):
                found.append(f"{told}: {said}")
        except (ResponseParserError, HTTPClientError, ConnectionError) as error:
            found.append(f"{told}: {error!r}")
        except Exception:  # botocore itself can't send this
            continue
    one.meta.events.unregister("before-call", put_body)
    return found


def text_of(value: Any) -> str:
    """What JSON has no form for, as the protocols write it."""
    return "eA==" if isinstance(value, bytes) else value.isoformat()


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

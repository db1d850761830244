"""Every call of boto3 in the lessons, in `course` and in what Lambda runs is one that botocore's models know.

Read from the source, not run: a client's operations, waiters and paginators, the names of their parameters at any
depth where they are written out, what is required, and values of enumerations.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from tests.sources import modules

NO_OPERATIONS = {"can_paginate", "close", "exceptions", "generate_presigned_post", "generate_presigned_url", "meta"}
TRANSFERS = {"copy", "download_file", "download_fileobj", "upload_file", "upload_fileobj"}
"""Of S3's clients, methods of boto3's own."""


class Made(NamedTuple):
    """A call of a client, where it stands."""

    where: str
    service: str
    name: str
    call: ast.Call


def calls() -> Iterator[Made]:
    for where, module in modules("course", "lambda_code", "processing"):
        clients = dict(named_clients(module))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                service = service_of(node.func.value, clients)
                if service is not None:
                    yield Made(f"{where}:{node.lineno}", service, node.func.attr, node)


def named_clients(module: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that are given to clients, and their services."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = zip(target.elts, node.value.elts, strict=False) if _unpacks(target, node.value) else ()  # type: ignore[attr-defined]
                for name, value in [(target, node.value), *pairs]:
                    service = service_of(value, {})
                    if isinstance(name, ast.Name) and service is not None:
                        yield name.id, service


def _unpacks(target: ast.expr, value: ast.expr) -> bool:
    return isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)


def service_of(node: ast.expr, clients: dict[str, str]) -> str | None:
    """The service whose client an expression is, where the source says so."""
    if isinstance(node, ast.Name):
        return clients.get(node.id)
    made = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client"
    if not made or not node.args or not isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
        return None
    service = node.args[0].value  # type: ignore[attr-defined]
    return service if service in boto3.session.Session().get_available_services() else None


CALLS = list(calls())


def test_there_are_calls_of_many_services() -> None:
    assert len(CALLS) > 150
    assert {"s3", "iam", "lambda", "stepfunctions", "sagemaker", "logs", "sqs"} <= {made.service for made in CALLS}


@pytest.mark.slow
@pytest.mark.parametrize("where", sorted({made.where.partition(":")[0] for made in CALLS}))
def test_each_call_is_one_that_the_models_know(where: str) -> None:
    found = [
        f"{made.where}: {fault}" for made in CALLS if made.where.partition(":")[0] == where for fault in faults(made)
    ]
    assert found == []


@functools.cache
def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def faults(made: Made) -> Iterator[str]:
    one = client(made.service)
    if made.name in NO_OPERATIONS or (made.service == "s3" and made.name in TRANSFERS):
        return
    if made.name in ("get_waiter", "get_paginator"):
        if isinstance(made.call.args[0], ast.Constant):
            name = made.call.args[0].value
            there = name in one.waiter_names if made.name == "get_waiter" else one.can_paginate(name)
            if not there:
                yield f"{made.service} has no {made.name.removeprefix('get_')} {name}"
        return
    operations = {xform_name(name): name for name in one.meta.service_model.operation_names}
    if made.name not in operations:
        yield f"{made.service} has no operation {made.name}"
        return
    if made.call.args:
        yield f"{made.name} takes no positional arguments"
    shape = one.meta.service_model.operation_model(operations[made.name]).input_shape
    given = {keyword.arg: keyword.value for keyword in made.call.keywords}
    yield from of_members(made.name, shape, given)


def of_members(place: str, shape: StructureShape | None, given: dict[str | None, ast.expr]) -> Iterator[str]:
    """What is wrong with the members that are written out; one that comes by `**` may be any."""
    members = shape.members if shape is not None else {}
    for name, value in given.items():
        if name is None:
            continue
        if name not in members:
            yield f"{place} has no {name}"
        else:
            yield from of_value(f"{place}.{name}", members[name], value)
    if None not in given and shape is not None:
        yield from (f"{place} lacks {name}" for name in shape.required_members if name not in given)


def of_value(place: str, shape: Shape, value: ast.expr) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, ast.Dict):
        if all(key is None or isinstance(key, ast.Constant) for key in value.keys):
            named = {
                key.value if isinstance(key, ast.Constant) else None: v
                for key, v in zip(value.keys, value.values, strict=True)
            }
            yield from of_members(place, shape, named)  # type: ignore[arg-type]
    elif isinstance(shape, ListShape) and isinstance(value, ast.List):
        for item in value.elts:
            yield from of_value(place, shape.member, item)
    elif isinstance(shape, MapShape) and isinstance(value, ast.Dict):
        for item in value.values:
            yield from of_value(place, shape.value, item)
    elif isinstance(value, ast.Constant):
        yield from of_constant(place, shape, value.value)
    elif isinstance(value, ast.Dict | ast.List) and not isinstance(shape, StructureShape | ListShape | MapShape):
        yield f"{place} is a {shape.type_name}"


def of_constant(place: str, shape: Shape, value: Any) -> Iterator[str]:
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "long": int,
        "boolean": bool,
        "float": (int, float),
        "double": (int, float),
        "blob": (bytes, str),
        "timestamp": (str, int, float),
    }
    kind = kinds.get(shape.type_name)
    if kind is None or not isinstance(value, kind):
        yield f"{place} is a {shape.type_name}, not {value!r}"
    elif shape.type_name == "string" and getattr(shape, "enum", ()) and value not in shape.enum:
        yield f"{place} is none of {shape.enum}: {value!r}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('boto3.client("s3").put_objects(Bucket="b")', "s3 has no operation put_objects"),
        ('boto3.client("s3").put_object(Bucket="b")', "put_object lacks Key"),
        ('boto3.client("s3").put_object(Bucket="b", Key="k", Boddy=b"")', "put_object has no Boddy"),
        ('boto3.client("sqs").create_queue(QueueName=1)', "create_queue.QueueName is a string, not 1"),
        ('boto3.client("s3").get_waiter("bucket_is_there")', "s3 has no waiter bucket_is_there"),
        ('boto3.client("lambda").invoke(FunctionName="f", InvocationType="Later")', "invoke.InvocationType is none of"),
        (
            'boto3.client("lambda").create_function(FunctionName="f", Role="r", Code={"Zip": b""})',
            "create_function.Code has no Zip",
        ),
    ],
)
def test_a_mistake_is_found(text: str, fault: str) -> None:
    node = ast.parse(text).body[0].value  # type: ignore[attr-defined]
    made = Made("here", service_of(node.func.value, {}) or "", node.func.attr, node)
    assert any(one.startswith(fault) for one in faults(made)), list(faults(made))

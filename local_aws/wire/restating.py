"""A request told again: the operation that it was judged as and what belongs to that, and nothing else.

Whoever reads it after us can't read another request in it: the path, the query, the headers and the body hold what
the operation's model knows, written anew. A query that asks for two things at once is refused, as S3 refuses it.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from botocore.model import OperationModel
from botocore.serialize import create_serializer

from local_aws.call import ApiError
from local_aws.wire.model import Request, api_for
from local_aws.wire.parse import parse
from local_aws.wire.query import Query
from local_aws.wire.validate import require_members

_INTEGER = re.compile(r"-?[0-9]{1,9}")
_CONTROL = {chr(code) for code in range(32)} - {"\t"}


_MAY_SAY_NOTHING = {"CreateBucket"}
"""Operations of S3 whose document may be missing; and an ACL may be in headers."""
_ACL_HEADERS = {
    "x-amz-acl",
    *(f"x-amz-grant-{right}" for right in ("full-control", "read", "read-acp", "write", "write-acp")),
}


@dataclass(frozen=True)
class _Shape:
    """Where in a REST request the parts of an operation are."""

    path: str
    fixed: tuple[tuple[str, str], ...]
    query: dict[str, str]
    headers: frozenset[str]
    prefixes: tuple[str, ...]
    document: bool


def restated(
    operation: OperationModel, request: Request, path_values: dict[str, str], params: dict[str, Any] | None = None
) -> Request:
    """The same call as a request of its own.

    Args:
        params: what the request says by `parse`, where that is known already, or what of it is to be done.

    Raises:
        ApiError: `InvalidArgument` where a query asks for two things, `MalformedXML` and its like for a body.
    """
    protocol = operation.service_model.resolved_protocol
    if protocol == "json":
        return _json(operation, request)
    if protocol == "query":
        return _form(operation, params or parse(request, operation, path_values), request)
    return _rest(operation, request, path_values, params)


def _json(operation: OperationModel, request: Request) -> Request:
    metadata = operation.service_model.metadata
    headers = {
        "host": request.headers["host"],
        "content-type": f"application/x-amz-json-{metadata['jsonVersion']}",
        "x-amz-target": f"{metadata['targetPrefix']}.{operation.name}",
    }
    return Request("POST", "/", Query(), headers, request.body)


def _form(operation: OperationModel, params: dict[str, Any], request: Request) -> Request:
    fields = _serialised("query", operation, params)["body"]
    headers = {"host": request.headers["host"], "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Request("POST", "/", Query(), headers, urlencode(fields).encode())


def _rest(
    operation: OperationModel, request: Request, path_values: dict[str, str], params: dict[str, Any] | None
) -> Request:
    shape = _shape(operation)
    _refuse_conflicts(operation, shape, request)
    pairs = list(shape.fixed)
    for name, kind in shape.query.items():
        values = request.query.all(name)
        if len(values) > 1 and kind != "list":
            raise ApiError("InvalidArgument", f"The query string parameter {name} is there twice", 400)
        if kind == "integer" and values and not _INTEGER.fullmatch(values[0]):
            members = {"ArgumentName": name, "ArgumentValue": values[0]}
            raise ApiError("InvalidArgument", f"Provided {name} not an integer or within integer range", 400, **members)
        pairs += [(name, value) for value in values]
    headers = {
        name: value
        for name, value in request.headers.items()
        if name in shape.headers or name.startswith(shape.prefixes)
    }
    path = shape.path.format_map({name: _quoted(value) for name, value in path_values.items()})
    body = request.body
    if shape.document and body:
        params = params or parse(request, operation, path_values)
        require_members(operation, params)
        body = _serialised("rest-xml", operation, params)["body"]
    elif shape.document and operation.name not in _MAY_SAY_NOTHING and not _ACL_HEADERS.intersection(headers):
        raise ApiError("MissingRequestBodyError", "Request Body is empty", 400)
    raw_query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    headers["host"] = request.headers["host"]
    return Request(request.method, path, Query(pairs), headers, body, raw_query)


def hoisted(operation: OperationModel, request: Request) -> Request:
    """The request with its headers where they belong: a presigned URL may have the service's own in its query.

    Raises:
        ApiError: `InvalidArgument` for one with a control character, which no header has.
    """
    shape = _shape(operation)
    moved = {
        name.lower(): value
        for name, value in request.query.items()
        if name[:6].lower() == "x-amz-" and (name.lower() in shape.headers or name.lower().startswith(shape.prefixes))
    }
    moved = {name: value for name, value in moved.items() if name not in request.headers and name not in shape.query}
    if not moved:
        return request
    if any(not _CONTROL.isdisjoint(value) for value in moved.values()):
        raise ApiError("InvalidArgument", "A header must not hold a control character", 400)
    headers = dict(request.headers) | moved
    return Request(request.method, request.path, request.query, headers, request.body, request.raw_query)


def _refuse_conflicts(operation: OperationModel, shape: _Shape, request: Request) -> None:
    fixed = {name for name, _ in shape.fixed}
    others = _markers(operation.service_model.service_name).intersection(request.query) - fixed - shape.query.keys()
    if others:
        names = ", ".join(sorted(others | fixed))
        raise ApiError("InvalidArgument", f"Conflicting query string parameters: {names}", 400)


@functools.cache
def _markers(service: str) -> frozenset[str]:
    """The names in a query that tell a service's operations apart."""
    model = api_for(service).model
    operations = (model.operation_model(name) for name in model.operation_names)
    return frozenset(name for operation in operations for name, _ in _fixed(operation)) - {"x-id"}


def _fixed(operation: OperationModel) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(operation.http["requestUri"].partition("?")[2], keep_blank_values=True))


@functools.cache
def _shape(operation: OperationModel) -> _Shape:
    shape = operation.input_shape
    members = shape.members.values() if shape else ()
    where = [(member.serialization.get("location"), member) for member in members]
    payload = shape.serialization.get("payload") if shape else None
    if payload:
        document = shape.members[payload].type_name not in {"blob", "string"}
    else:
        document = any(location is None for location, _ in where)
    return _Shape(
        path=operation.http["requestUri"].partition("?")[0].replace("+}", "}"),
        fixed=_fixed(operation),
        query={m.serialization["name"]: m.type_name for at, m in where if at == "querystring"},
        headers=frozenset(m.serialization["name"].lower() for at, m in where if at == "header"),
        prefixes=tuple(m.serialization["name"].lower() for at, m in where if at == "headers"),
        document=document,
    )


def _serialised(protocol: str, operation: OperationModel, params: dict[str, Any]) -> dict[str, Any]:
    return create_serializer(protocol, include_validation=False).serialize_to_request(params, operation)


def _quoted(text: str) -> str:
    """A part of a path or a query with all but letters and digits escaped: nobody finds a host or a region in it."""
    if text.isalnum() and text.isascii():
        return text
    return quote(text, safe="").replace(".", "%2E")

"""Requests, responses, and which operation of a service's model a request means."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import DataNotFoundError
from botocore.model import OperationModel, ServiceModel

from local_aws.call import ApiError
from local_aws.wire.data import described
from local_aws.wire.query import Query

_NAME = re.compile(r"[a-z0-9-]+")
_OF_S3 = {"s3express", "s3-object-lambda", "s3-outposts"}
"""Names in signatures of what speaks as S3 does."""


@dataclass
class Request:
    """An HTTP request. `path` and `raw_query` are as sent (percent-encoded); header names are lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes = b""
    raw_query: str = ""


@dataclass
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class _Route:
    """One REST operation: a path pattern, and what else of the request must be there for it to be meant."""

    operation: OperationModel
    segments: tuple[str, ...]
    fixed_query: tuple[tuple[str, str], ...]
    required_query: tuple[str, ...]
    required_headers: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        """The more a route asks for, the earlier it is tried."""
        literals = sum(not segment.startswith("{") for segment in self.segments)
        return (len(self.fixed_query), len(self.required_query) + len(self.required_headers), literals)

    @functools.cached_property
    def path(self) -> re.Pattern[str]:
        """The pattern, made when the path is first looked at: most routes of an API nobody ever comes to."""
        return re.compile("".join(f"/{_pattern(segment)}" for segment in self.segments) + "/?")

    def match(self, request: Request) -> dict[str, str] | None:
        """The values of the path's parameters where this route is meant, else None."""
        query, headers = request.query, request.headers
        # What most requests lack comes first: an API may have a hundred routes, and each request tries them.
        for name, value in self.fixed_query:
            if name not in query or (value and query[name] != value):
                return None
        for name in self.required_query:
            if name not in query:
                return None
        for name in self.required_headers:
            if name not in headers:
                return None
        found = self.path.fullmatch(request.path)
        return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


class Api:
    """A service's model, and the way from a request to its operation."""

    def __init__(self, model: ServiceModel):
        self.model = model
        self.name = model.service_name
        self.protocol = model.resolved_protocol
        self._routes = _routes(model) if self.protocol.startswith("rest") else {}
        self._without_query = {
            method: [route for route in routes if not route.fixed_query and not route.required_query]
            for method, routes in self._routes.items()
        }

    def route(self, request: Request) -> tuple[OperationModel, dict[str, str]] | None:
        """The operation that a request means, with its path parameters; None for none of this service's.

        Args:
            request: for the query protocol its form is read from the body.
        """
        if self.protocol == "json":
            return self._named(request.headers.get("x-amz-target", "").rpartition(".")[2])
        if self.protocol == "query":
            return self._named(form(request).get("Action", ""))
        # Most requests have no query, and most of S3's routes ask for one.
        routes = self._routes if request.query else self._without_query
        for candidate in routes.get(request.method, ()):
            values = candidate.match(request)
            if values is not None:
                return candidate.operation, values
        return None

    def _named(self, operation: str) -> tuple[OperationModel, dict[str, str]] | None:
        if operation not in self.model.operation_names:
            return None
        return self.model.operation_model(operation), {}


@functools.cache
def api_for(service: str) -> Api:
    """The API of a service by botocore's name for its model ("lambda", "stepfunctions").

    Raises:
        DataNotFoundError: botocore has no such model.
    """
    return Api(ServiceModel(described(service, "service-2"), service))


def api_like(service: str, request: Request) -> Api:
    """An API that speaks as a service does that isn't here, for the answer that says so.

    Args:
        service: its name in a request's signature, which is botocore's name for most.
    """
    if service in _OF_S3:
        return api_for("s3")
    if _NAME.fullmatch(service):
        with contextlib.suppress(DataNotFoundError):
            return api_for(service)
    if "x-amz-target" in request.headers:
        return api_for("stepfunctions")
    is_form = request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    return api_for("sts" if is_form else "lambda")


def form(request: Request) -> Mapping[str, str]:
    """The parameters of a query-protocol request: of its body, or of its query where it has no body.

    Raises:
        ApiError: `MalformedQueryString` for a parameter that is there twice, or one that is not UTF-8;
            `InvalidParameterCombination` for parameters in both places.
    """
    asked = [(name, value) for name, value in request.query.pairs if not name.startswith("X-Amz-")]
    try:
        text = request.body.decode()
        posted = parse_qsl(text, keep_blank_values=True, errors="strict") if text else []
    except UnicodeDecodeError as error:
        raise ApiError("MalformedQueryString", "The query string contains a syntax error.") from error
    if posted and asked:
        message = "Parameters must be in the query string or in the body, not in both."
        raise ApiError("InvalidParameterCombination", message)
    pairs = posted or asked
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ApiError("MalformedQueryString", "A parameter of the request is there twice.")
    return fields


def _routes(model: ServiceModel) -> dict[str, list[_Route]]:
    by_method: dict[str, list[_Route]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.deprecated:
            continue
        by_method.setdefault(operation.http["method"], []).append(_route(operation))
    for routes in by_method.values():
        routes.sort(key=lambda route: route.rank, reverse=True)
    return by_method


def _route(operation: OperationModel) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    segments = tuple(segment for segment in path.strip("/").split("/") if segment)
    shape, in_path = operation.input_shape, {segment.strip("{}+") for segment in segments}
    # A member's shape is read only where it may matter here: that of all members takes as long as the whole rest.
    others = [name for name in shape.required_members if name not in in_path] if shape else []
    required = [shape.members[name].serialization for name in others]
    return _Route(
        operation=operation,
        segments=segments,
        fixed_query=tuple(parse_qsl(query, keep_blank_values=True)),
        required_query=tuple(s["name"] for s in required if s.get("location") == "querystring"),
        required_headers=tuple(s["name"].lower() for s in required if s.get("location") == "header"),
    )


def _pattern(segment: str) -> str:
    """What a segment of a path may be: `{Name}` is anything without a slash, `{Name+}` anything."""
    if not segment.startswith("{"):
        return re.escape(segment)
    name = segment.strip("{}+")
    return f"(?P<{name}>.+)" if segment.endswith("+}") else f"(?P<{name}>[^/]+)"

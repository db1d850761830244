"""One HTTP request, and the means to answer it: where WSGI ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http.client import responses
from typing import Any

from local_aws import wire
from local_aws.call import ApiError
from local_aws.http_server import HEADERS, Body, BodyError, BodyMalformed, BodyTimeout

StartResponse = Callable[..., Any]

_MOST = {"lambda": 70_167_211, "dynamodb": 16 << 20, "sagemaker-runtime": 26 << 20, "s3": 8 << 20}
"""The bytes of a request's body by API: Lambda's is its own figure, of a package of 50 MB in base64; S3's is for its
documents, of which a list of 1,000 keys is the longest."""
_MOST_ELSE = 8 << 20
_PHRASES = responses | {413: "Request Entity Too Large", 416: "Requested Range Not Satisfiable"}
"""The names of statuses. Two are as AWS has them, which newer Pythons don't."""


class Exchange:
    """A request as WSGI brought it. It is a bare method and path until `read`, its body unread until `read_body`.

    `api` is the one in whose form it is answered: S3's until it is known whom it is for.
    """

    def __init__(self, environ: dict[str, Any], start_response: StartResponse):
        self.start_response = start_response
        self.request_id = str(uuid.uuid4())
        self.api = wire.api_for("s3")
        self.body: Body = environ["wsgi.input"]
        self._target, self._headers = environ["RAW_URI"], environ[HEADERS]
        self.request = wire.Request(environ["REQUEST_METHOD"], self._target.partition("?")[0], wire.query(""), {})

    def read(self) -> None:
        """Read what is asked into `request`.

        Raises:
            ApiError: it can't be read in one way.
        """
        self.request = wire.read(self.request.method, self._target, self._headers)

    def read_body(self, api: wire.Api, operation: str = "") -> None:
        """Read the request's body into `request.body`.

        Raises:
            ApiError: it is longer than the service takes, or did not come to its end.
        """
        most = _MOST.get(api.name, _MOST_ELSE)
        if self.body.size is not None and self.body.size > most:
            raise _too_long(api, operation, most)
        with body_errors():
            body = self.body.read(most + 1)
        if len(body) > most:
            raise _too_long(api, operation, most)
        self.request.body = body

    def send(self, response: wire.Response) -> list[bytes]:
        """Answer with a whole response."""
        headers = response.headers | {"Content-Length": str(len(response.body))}
        if response.status == 204:
            del headers["Content-Length"]
        status = f"{response.status} {_PHRASES.get(response.status, '')}"
        self.start_response(status, list(headers.items()))
        return [response.body]


class body_errors:  # noqa: N801
    """Inside it, a body that can't be read is an error of AWS: `IncompleteBody`, `RequestTimeout`, `BadRequest`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, BodyError):
            return
        if isinstance(error, BodyTimeout):
            raise ApiError("RequestTimeout", _IDLE, 400) from error
        if isinstance(error, BodyMalformed):
            raise ApiError("BadRequest", "An error occurred when parsing the HTTP request.", 400) from error
        raise ApiError("IncompleteBody", _INCOMPLETE, 400) from error


_IDLE = (
    "Your socket connection to the server was not read from or written to within the timeout period. "
    "Idle connections will be closed."
)
_INCOMPLETE = "You did not provide the number of bytes specified by the Content-Length HTTP header"


def _too_long(api: wire.Api, operation: str, most: int) -> ApiError:
    if api.name == "s3":
        return ApiError("MaxMessageLengthExceeded", "Your request was too big.", 400, MaxMessageLengthBytes=most)
    code = "RequestEntityTooLarge" if api.protocol == "query" else "RequestEntityTooLargeException"
    what = f" for the {operation} operation" if operation else ""
    return ApiError(code, f"Request must be smaller than {most} bytes{what}", 413)

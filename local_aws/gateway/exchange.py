"""One HTTP request, and the means to answer it: where WSGI ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from local_aws import wire

StartResponse = Callable[..., Any]


class Exchange:
    """A request as WSGI brought it. Its body stays unread until `read_body`."""

    def __init__(self, environ: dict[str, Any], start_response: StartResponse):
        self.environ, self.start_response = environ, start_response
        self.request_id = str(uuid.uuid4())
        self.request = _request(environ)

    def read_body(self) -> None:
        """Read the request's body into `request.body`."""
        stream, length = self.environ["wsgi.input"], self.environ.get("CONTENT_LENGTH")
        if length:
            self.request.body = stream.read(int(length))
        elif self.environ.get("wsgi.input_terminated"):
            self.request.body = stream.read()

    def send(self, response: wire.Response) -> list[bytes]:
        """Answer with a whole response."""
        headers = response.headers | {"Content-Length": str(len(response.body))}
        if response.status == 204:
            del headers["Content-Length"]
        status = f"{response.status} {HTTP_STATUS_CODES.get(response.status, '')}"
        self.start_response(status, list(headers.items()))
        return [response.body]


def _request(environ: dict[str, Any]) -> wire.Request:
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
    if raw.startswith("http"):
        raw = "/" + raw.split("/", 3)[3] if raw.count("/") > 2 else "/"
    path, _, query = raw.partition("?")
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return wire.Request(environ["REQUEST_METHOD"], path, wire.query(query), headers)

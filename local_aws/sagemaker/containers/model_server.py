"""The HTTP side of a container for inference: `GET /ping` and `POST /invocations`, and nothing of any algorithm.

Source: SageMaker developer guide, "Use your own inference code with hosting services". On AWS a container answers at
port 8080; instances that share a machine can't share a port, so each takes a free port of the loopback and says in
its log at which address it listens.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local_aws.http_server import HEADERS, HttpServer

StartResponse = Callable[..., Any]


@dataclass(frozen=True)
class Question:
    """A request for inference; `content_type` and `accept` are "" where the request names none."""

    body: bytes
    content_type: str
    accept: str


@dataclass(frozen=True)
class Answer:
    """What the container answers to it."""

    status: int
    content_type: str
    body: bytes


class ModelServer:
    """The container's WSGI application around a function that answers questions.

    What the function raises is the server's fault: a traceback in the log, and the status 500.
    """

    def __init__(self, answer: Callable[[Question], Answer]):
        self._answer = answer

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self._reply(environ)
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body]

    def _reply(self, environ: dict[str, Any]) -> Answer:
        place = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if place == ("GET", "/ping"):
            return Answer(200, "application/json", b"\n")
        if place != ("POST", "/invocations"):
            return Answer(404, "text/plain", b"not found")
        try:
            headers = dict(environ[HEADERS])
            kinds = headers.get("content-type", ""), headers.get("accept", "")
            return self._answer(Question(environ["wsgi.input"].read(), *kinds))
        except Exception:
            from werkzeug.exceptions import InternalServerError  # a tenth of this program's start: a fault can wait

            traceback.print_exc()
            return Answer(500, "text/html", InternalServerError().get_body().encode())


def serve(answer: Callable[[Question], Answer]) -> None:
    """Answer questions until killed."""
    server = HttpServer(("127.0.0.1", 0), ModelServer(answer))
    print(f"Listening at: http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()

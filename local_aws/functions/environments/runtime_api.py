"""The Lambda Runtime API: what a runtime asks its execution environment, over HTTP on the loopback.

One listener for each runtime process, and one connection at a time: a runtime asks for the next
invocation, works, answers, and asks again. `next` blocks until there is one: who hands it out sends it, and no thread
is woken for that. What the runtime says is put into a queue that the execution environment reads.

Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from dataclasses import dataclass, field
from typing import BinaryIO

from local_aws.functions.invocation import MAXIMUM_RESPONSE_BYTES, Invocation

_PREFIX = "/2018-06-01/runtime/"
_FITS_BYTES = 16 << 10
"""What a connection takes at once, also where nobody reads at the other end."""


@dataclass(frozen=True)
class Said:
    """Something that a runtime did: `kind` is ready, response, error, init-error, too-large or exited."""

    kind: str
    request_id: str = ""
    body: bytes = b""
    error_type: str = ""


@dataclass
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    stream: BinaryIO
    body_read: bool = field(default=False)

    def length(self) -> int:
        return int(self.headers.get("content-length", 0))

    def body(self) -> bytes:
        self.body_read = True
        return self.stream.read(self.length())

    def skip_body(self) -> None:
        left = 0 if self.body_read else self.length()
        while left > 0:
            left -= len(self.stream.read(min(left, 1 << 20))) or left
        self.body_read = True


class RuntimeApi:
    """Serves one runtime process.

    Args:
        said: where what the runtime says is put.
    """

    def __init__(self, said: queue.SimpleQueue[Said]):
        self._said = said
        self._lock = threading.Lock()
        self._asks = False
        self._pending: Invocation | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        host, port = self._listener.getsockname()[:2]
        self.address = f"{host}:{port}"
        self._thread = threading.Thread(target=self._serve, name=f"lambda-runtime-{port}", daemon=True)
        self._thread.start()

    def hand_out(self, invocation: Invocation) -> None:
        """Answer the runtime's pending, or next, request for an invocation."""
        with self._lock:
            if self._asks and self._connection is not None:
                self._asks = False
                _send(self._connection, _invocation_response(invocation))
            else:
                self._pending = invocation

    def connected(self) -> bool:
        """Whether the runtime that asked last is still there; a process that is gone has closed its connection."""
        if self._connection is None or not hasattr(socket, "MSG_DONTWAIT"):
            return self._connection is not None
        try:
            # It says nothing while it waits for an answer: all that can be read is the end.
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        """Stop serving."""
        for end in (self._listener, self._connection):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connection = connection
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError, ValueError):
                while (request := _read_request(stream)) is not None:
                    answer = self._answer(request)
                    request.skip_body()
                    if answer is not None:
                        connection.sendall(answer)

    def _answer(self, request: _Request) -> bytes | None:
        """The answer to a request; None for one that waits for an invocation."""
        path = request.path.removeprefix(_PREFIX).split("/")
        error_type = request.headers.get("lambda-runtime-function-error-type", "")
        match (request.method, path):
            case ("GET", ["invocation", "next"]):
                with self._lock:
                    invocation, self._pending = self._pending, None
                    self._asks = invocation is None
                self._said.put(Said("ready"))
                return None if invocation is None else _invocation_response(invocation)
            case ("POST", ["invocation", request_id, "response"]):
                if request.length() > MAXIMUM_RESPONSE_BYTES:
                    request.skip_body()
                    self._said.put(Said("too-large", request_id))
                    return _response("413 Payload Too Large")
                self._said.put(Said("response", request_id, request.body()))
            case ("POST", ["invocation", request_id, "error"]):
                self._said.put(Said("error", request_id, request.body(), error_type))
            case ("POST", ["init", "error"]):
                self._said.put(Said("init-error", "", request.body(), error_type))
            case _:
                return _response("404 Not Found")
        return _response("202 Accepted")


def _send(connection: socket.socket, answer: bytes) -> None:
    """Send an answer without waiting for its reader. A runtime that is gone is noticed by its end."""
    if len(answer) > _FITS_BYTES:
        threading.Thread(target=_send_all, args=(connection, answer), name="lambda-payload", daemon=True).start()
    else:
        _send_all(connection, answer)


def _send_all(connection: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(answer)


def _read_request(stream: BinaryIO) -> _Request | None:
    line = stream.readline(65536)
    if not line:
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while (header := stream.readline(65536)) not in (b"\r\n", b"\n", b""):
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return _Request(method, path, headers, stream)


def _invocation_response(invocation: Invocation) -> bytes:
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_header,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return _response("200 OK", headers, invocation.payload)


def _response(status: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode("latin-1") + body

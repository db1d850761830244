"""HTTP/1.1 for an application called as WSGI calls one: a thread for each connection, kept alive, nothing delayed.

A server with a fixed number of threads won't do: a function that runs calls back while its caller waits, to any
depth. What is bounded instead is how many connections the server waits *for*, and how long: for the head of a
request, for the rest of a body, for the next request. Whoever exceeds either bound is disconnected, the one that
has waited longest first, so a new caller always finds a place.

A request that could be read in two ways is refused: a target that isn't a path, a header given twice that may be
there once, a length and chunks together, a header that is continued or isn't one (RFC 9112, "Message Body Length",
"Obsolete Line Folding", "Request Smuggling").
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from io import BufferedIOBase
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import unquote_to_bytes

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

HEAD_SECONDS = 10
"""In which the whole head of a connection's first request must be there."""
KEPT_SECONDS = 300
"""For which a connection is kept that asks for nothing more."""
IDLE_SECONDS = 20
"""In which the next bytes of a body must come."""
TAKEN_SECONDS = 300
"""In which the next piece of an answer must be taken."""
BODY_SECONDS, BODY_RATE = 60, 64 << 10
"""What a body may take beside a second for so many bytes."""
DRAIN_SECONDS, DRAIN_BYTES = 5, 256 << 20
"""For which, and of which, the rest of a body is read that nobody wanted, so that its sender reads the answer."""
MOST_NEW, MOST_SENDING, MOST_KEPT = 256, 256, 1024
_LINE_BYTES, _HEAD_BYTES = 32 << 10, 64 << 10
_BLOCK, _PIECE = 64 << 10, 1 << 20
_SENT_AHEAD = 256 << 10
"""How much of a file may be on its way: with more, sender and receiver wake each other for every piece."""

_REQUEST_LINE = re.compile(rb"([A-Z]{1,32}) (/[!-\"$-~]*) HTTP/1\.([01])\r?\n")
# A value is taken whole and stripped after: what could be divided in many ways would be tried in all of them.
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*+)\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;[\t -~]*)?\r?\n")
_GIVEN_ONCE = {
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "content-md5",
    "transfer-encoding",
    "authorization",
    "date",
    "expect",
    "range",
    "origin",
    "referer",
}
_REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large", 501: "Not Implemented"}


class BadRequest(Exception):
    """A request that isn't HTTP, or could be read in two ways; `status` is the answer's."""

    def __init__(self, why: str, status: int = 400):
        super().__init__(why)
        self.status = status


class BodyError(Exception):
    """A body that can't be read to its end. The connection is good for nothing after it."""


class BodyEnded(BodyError):
    """The sender went away before the body's end."""


class BodyTimeout(BodyError):
    """The body's next bytes did not come in time."""


class BodyMalformed(BodyError):
    """What should be a chunk of a body is none."""


class HttpServer(ThreadingTCPServer):
    """Serves an application on an address; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"
    request_queue_size = 1024

    def __init__(self, address: tuple[str, int], application: Application):
        self.application = application
        self.new, self.sending, self.kept = _Waiting(MOST_NEW), _Waiting(MOST_SENDING), _Waiting(MOST_KEPT)
        super().__init__(address, _Connection)

    @property
    def host(self) -> str:
        """The address that the server listens on."""
        return str(self.server_address[0])

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self.server_address[1]

    def server_bind(self) -> None:
        """Bind to a port that nobody else listens on, also where the system would share it."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def service_actions(self) -> None:
        """End what has waited too long; called twice a second."""
        for waiting in (self.new, self.sending, self.kept):
            waiting.end_overdue()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the client's affair; anything else goes to the log."""
        if isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            return
        log.exception("a connection failed")


class _Waiting:
    """Connections that the server waits for, the longest waiting first."""

    def __init__(self, most: int):
        self._most, self._lock = most, threading.Lock()
        self._until: dict[socket.socket, float] = {}

    def listed(self, connection: socket.socket, seconds: float) -> _Listed:
        """Be one of them inside the block; the connection is ended after so many seconds, or for a newer one."""
        return _Listed(self, connection, seconds)

    def enter(self, connection: socket.socket, seconds: float) -> None:
        """Be one of them from now on."""
        with self._lock:
            self._until[connection] = time.monotonic() + seconds
            overdue = [next(iter(self._until))] if len(self._until) > self._most else []
        self._end(overdue)

    def leave(self, connection: socket.socket) -> None:
        """Be none of them any more."""
        with self._lock:
            self._until.pop(connection, None)

    def end_overdue(self) -> None:
        """End those whose time is over."""
        now = time.monotonic()
        with self._lock:
            overdue = [connection for connection, until in self._until.items() if until < now]
        self._end(overdue)

    def _end(self, connections: Iterable[socket.socket]) -> None:
        for connection in connections:
            with self._lock:
                self._until.pop(connection, None)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Listed:
    """The block in which a connection is waited for. A class, since every request enters it more than once."""

    def __init__(self, waiting: _Waiting, connection: socket.socket, seconds: float):
        self._waiting, self._connection, self._seconds = waiting, connection, seconds

    def __enter__(self) -> None:
        self._waiting.enter(self._connection, self._seconds)

    def __exit__(self, *error: object) -> None:
        self._waiting.leave(self._connection)


class _Connection(StreamRequestHandler):
    server: HttpServer
    disable_nagle_algorithm = True
    rbufsize = _BLOCK

    def handle(self) -> None:
        self.request.settimeout(KEPT_SECONDS)
        waiting, seconds = self.server.new, HEAD_SECONDS
        while True:
            try:
                with waiting.listed(self.request, seconds):
                    head = self._head()
            except BadRequest as error:
                self._refuse(error)
                return
            if head is None or not self._answer(*head):
                return
            waiting, seconds = self.server.kept, KEPT_SECONDS

    # ---- what is asked -------------------------------------------------------------------------------

    def _head(self) -> tuple[str, str, int, list[tuple[str, str]]] | None:
        """Method, target, minor version and headers of the next request; None where the connection has ended."""
        line = self.rfile.readline(_LINE_BYTES + 1)
        if line in {b"\r\n", b"\n"}:  # what some clients send after a body
            line = self.rfile.readline(_LINE_BYTES + 1)
        if not line.endswith(b"\n"):
            if len(line) > _LINE_BYTES:
                raise BadRequest("the request line is too long")
            return None
        found = _REQUEST_LINE.fullmatch(line)
        if found is None:
            raise BadRequest("not a request line of HTTP/1.1 whose target is a path")
        headers = self._headers()
        if headers is None:
            return None
        return found.group(1).decode(), found.group(2).decode(), int(found.group(3)), headers

    def _headers(self) -> list[tuple[str, str]] | None:
        headers: list[tuple[str, str]] = []
        once: set[str] = set()
        size = 0
        while True:
            line = self.rfile.readline(_LINE_BYTES + 1)
            size += len(line)
            if size > _HEAD_BYTES or len(line) > _LINE_BYTES:
                raise BadRequest("Your request header section exceeds the maximum allowed size.", 431)
            if line in {b"\r\n", b"\n"}:
                return headers
            if not line.endswith(b"\n"):
                return None
            found = _HEADER.fullmatch(line.decode("latin-1"))
            if found is None:
                raise BadRequest("a line among the headers is none")
            (name, is_given_once), value = _known(found[1]), found[2].strip(" \t")
            if is_given_once:
                if name in once:
                    raise BadRequest(f"the header {name} is there twice")
                once.add(name)
            headers.append((name, value))

    def _body(self, minor: int, named: dict[str, str]) -> Body:
        coding, length = named.get("transfer-encoding"), named.get("content-length")
        if coding is not None and length is not None:
            raise BadRequest("Content-Length and Transfer-Encoding exclude each other")
        if coding is not None and (coding.lower() != "chunked" or minor == 0):
            raise BadRequest("a Transfer-Encoding other than chunked", 501)
        if length is not None and not re.fullmatch(r"[0-9]{1,18}", length):
            raise BadRequest("Content-Length is not a number")
        size = None if coding is not None else int(length or 0)
        expected = self.wfile if named.get("expect", "").lower() == "100-continue" and minor else None
        body = Body(self.rfile, size, self.request, self.server.sending, expected)
        if size is not None and size <= _BLOCK:
            # A short body is on its way while its head is read and judged; a long one is asked for when it is wanted.
            body.ask_for()
        return body

    # ---- the answer ----------------------------------------------------------------------------------

    def _answer(self, method: str, target: str, minor: int, headers: list[tuple[str, str]]) -> bool:
        """Run the application for one request; whether the connection is good for another."""
        named = dict(headers)
        try:
            if "host" not in named and minor:
                raise BadRequest("the header host is missing")
            body = self._body(minor, named)
        except BadRequest as error:
            self._refuse(error)
            return False
        self.request.settimeout(IDLE_SECONDS)
        keep = minor == 1 and "close" not in named.get("connection", "").lower()
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self.server.application(
            self._environ(method, target, headers, body),
            # What was begun last counts: as long as nothing is sent, an answer may take another's place.
            lambda status, headers, exc_info=None: started.__setitem__(slice(None), [(status, headers)]),
        )
        try:
            keep = self._write(method, minor, started, chunks, body, keep)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if not body.drain():
            keep = False
        self.request.settimeout(KEPT_SECONDS)
        return keep

    def _write(
        self,
        method: str,
        minor: int,
        started: list[tuple[str, list[tuple[str, str]]]],
        chunks: Iterable[bytes],
        body: Body,
        keep: bool,
    ) -> bool:
        """Send an answer, which says so if it is the connection's last; whether another request may follow it."""
        in_file = chunks if isinstance(chunks, InFile) and hasattr(os, "sendfile") else None
        chunks = iter(chunks)
        first = next(chunks, b"") if in_file is None else b""
        keep = keep and not body.broken and not body.withheld
        ((status, headers),) = started
        names = {name.lower() for name, _ in headers}
        bodiless = method == "HEAD" or status[:3] in {"204", "304"}
        endless = "content-length" not in names and not bodiless
        chunked = endless and minor == 1
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if "date" not in names:
            lines.append(f"Date: {_date(int(time.time()))}")
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        if not keep:
            lines.append("Connection: close")
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header of the answer holds a line's end")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self.request.settimeout(TAKEN_SECONDS)
        if bodiless:
            self._send(head)
        elif in_file is not None and not endless:
            self._send(head)
            self._send_from(in_file)
        elif not chunked:
            small = len(first) < _BLOCK
            self._send(head + first if small else head)
            for data in chunks if small else itertools.chain((first,), chunks):
                self._send(data)
        else:
            self._send(head)
            for data in itertools.chain((first,), chunks):
                if data:
                    self._send(b"%x\r\n%s\r\n" % (len(data), data))
            self._send(b"0\r\n\r\n")
        return keep and (chunked or not endless)

    def _send(self, data: bytes) -> None:
        """In pieces, each of which has its time: whoever takes an answer slowly is slow, not gone."""
        if len(data) <= _PIECE:
            self.wfile.write(data)
            return
        view = memoryview(data)
        for start in range(0, len(data), _PIECE):
            self.wfile.write(view[start : start + _PIECE])

    def _send_from(self, body: InFile) -> None:
        """Have the system send what lies in a file; it takes as much at once as the other side does."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AHEAD)
        position, to, until = body.start, self.request.fileno(), select.poll()
        until.register(to, select.POLLOUT)
        while position < body.end:
            try:
                sent = os.sendfile(to, body.descriptor, position, body.end - position)
            except BlockingIOError:
                if not until.poll(TAKEN_SECONDS * 1000):
                    raise TimeoutError from None
                continue
            if not sent:
                raise OSError(f"a file ends at {position}, where {body.end} was told")
            position += sent

    def _refuse(self, error: BadRequest) -> None:
        """Answer what is no request, as the doors of AWS do, and end the connection."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>BadRequest</Code><Message>An error occurred when '
            f"parsing the HTTP request: {error}</Message></Error>"
        ).encode()
        head = f"HTTP/1.1 {error.status} {_REASONS[error.status]}\r\nContent-Type: application/xml\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.request.settimeout(IDLE_SECONDS)
        self.wfile.write(head.encode() + body)
        _linger(self.request)

    def _environ(self, method: str, target: str, headers: list[tuple[str, str]], body: Body) -> dict[str, Any]:
        path, _, query = target.partition("?")
        return {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in path else path,
            "QUERY_STRING": query,
            "RAW_URI": target,
            "wsgi.input": body,
            HEADERS: headers,
        }


class InFile:
    """An answer's body that lies in a file which nobody changes: most of them need not come into this process.

    Args:
        descriptor: of the file, open as long as this is needed.
        start: where in the file the body begins.
        end: where it ends.
    """

    def __init__(self, descriptor: int, start: int, end: int):
        self.descriptor, self.start, self.end = descriptor, start, end

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[bytes]:
        position = self.start
        while position < self.end:
            data = os.pread(self.descriptor, min(_PIECE, self.end - position), position)
            if not data:
                return
            position += len(data)
            yield data


HEADERS = "local_aws.headers"
"""Where the environment has the headers as they came: name in lower case, and value, in their order.

It has none of the variables that WSGI makes of them: nobody reads those, and each request would wait for them."""


class Body:
    """A request's body as it comes in. What its sender waits to be asked for, is asked for at the first read."""

    def __init__(
        self,
        stream: BufferedIOBase,
        size: int | None,
        connection: socket.socket,
        sending: _Waiting,
        expected: BufferedIOBase | None,
    ):
        self._stream, self._connection, self._sending = stream, connection, sending
        self._chunked, self._left = size is None, size or 0
        self._done, self._expected = size == 0, expected
        self._until = time.monotonic() + BODY_SECONDS
        self.size, self.broken = size, False

    def ask_for(self) -> None:
        """Tell its sender to send it, where they wait to be told."""
        if self._expected is not None:
            self._expected.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._expected = None

    def read(self, size: int = -1) -> bytes:
        """So many bytes, less only at the end; all that is left for a negative size.

        Raises:
            BodyError: the body did not come to its end.
        """
        if self._done or size == 0:
            return b""
        self.ask_for()
        parts, wanted = [], size if size >= 0 else float("inf")
        try:
            with self._sending.listed(self._connection, self._until - time.monotonic()):
                while wanted and not self._done:
                    part = self._next(int(min(wanted, _BLOCK)))
                    parts.append(part)
                    wanted -= len(part)
        except TimeoutError as error:
            self._broken()
            raise BodyTimeout from error
        except (BodyError, OSError) as error:
            self._broken()
            raise error if isinstance(error, BodyError) else BodyEnded from error
        return b"".join(parts)

    @property
    def withheld(self) -> bool:
        """Whether its sender waits to be told `100 Continue`, which nobody has done."""
        return self._expected is not None and not self._done

    def drain(self) -> bool:
        """Read what nobody wanted, for a while; whether the connection is good for another request."""
        if self.withheld:
            return False
        until, left = time.monotonic() + DRAIN_SECONDS, DRAIN_BYTES
        try:
            while not self._done and left > 0 and time.monotonic() < until:
                left -= len(self.read(_BLOCK))
        except BodyError:
            return False
        return self._done and not self.broken

    def _broken(self) -> None:
        self.broken = self._done = True

    def _next(self, most: int) -> bytes:
        if self._chunked and not self._left:
            self._left = self._chunk_size()
            if not self._left:
                self._trailer()
                self._done = True
                return b""
        data = self._stream.read1(min(most, self._left))
        if not data:
            raise BodyEnded
        self._until += len(data) / BODY_RATE
        self._left -= len(data)
        if self._chunked and not self._left:
            self._line_end()
        elif not self._left:
            self._done = True
        return data

    def _chunk_size(self) -> int:
        line = self._line()
        found = _CHUNK.fullmatch(line)
        if found is None:
            raise BodyMalformed
        return int(found.group(1), 16)

    def _line_end(self) -> None:
        if self._line() not in {b"\r\n", b"\n"}:
            raise BodyMalformed

    def _trailer(self) -> None:
        for _ in range(64):
            if self._line() in {b"\r\n", b"\n"}:
                return
        raise BodyMalformed

    def _line(self) -> bytes:
        line = self._stream.readline(1024)
        if not line.endswith(b"\n"):
            raise BodyMalformed if len(line) == 1024 else BodyEnded
        return line


@functools.lru_cache(maxsize=1024)
def _known(name: str) -> tuple[str, bool]:
    """A header's name in lower case, and whether it may be there only once."""
    name = name.lower()
    return name, name in _GIVEN_ONCE or (name.startswith("x-amz-") and not name.startswith("x-amz-meta-"))


@functools.lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _linger(connection: socket.socket) -> None:
    """Close so that what was written is read: what still comes in would else reset the connection."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        until = time.monotonic() + 1
        while time.monotonic() < until and connection.recv(_BLOCK):
            continue

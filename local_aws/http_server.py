"""HTTP/1.1 for a WSGI application: a thread for each connection, connections kept alive, nothing delayed.

A server with a fixed number of threads won't do: a function that runs calls back while its caller waits, to any
depth. Werkzeug's own server has a thread for each connection as well, but ends each after one answer.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput
from werkzeug.wsgi import LimitedStream

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class HttpServer(ThreadingHTTPServer):
    """Serves an application on an address; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], application: Application):
        self.application = application
        super().__init__(address, _Handler)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self.server_address[1]

    def server_bind(self) -> None:
        """Bind without looking up the machine's name, which can take seconds."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            self.allow_reuse_address = False
        super(ThreadingHTTPServer.__bases__[1], self).server_bind()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the client's affair; anything else goes to the log."""
        if isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            return
        log.exception("a connection failed")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def answer(self) -> None:
        """Run the application for one request, and leave the connection ready for the next."""
        if not self.headers.get("Content-Length", "0").isdecimal():
            self.send_error(400, "Content-Length is not a number")
            return
        environ = self._environ()
        started: list[Any] = []
        chunks = self.server.application(
            environ, lambda status, headers, exc_info=None: started.extend((status, headers))
        )
        try:
            self._write(started, chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        while environ["wsgi.input"].read(1 << 16):
            continue

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer  # noqa: N815

    def _write(self, started: list[Any], chunks: Iterable[bytes]) -> None:
        chunks = iter(chunks)
        first = next(chunks, b"")
        status, headers = started
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        names = {name.lower() for name, _ in headers}
        bodiless = self.command == "HEAD" or code in {"204", "304"}
        chunked = "content-length" not in names and not bodiless
        for name, value in headers:
            self.send_header(name, value)
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self._headers_buffer.append(b"\r\n")
        head = b"".join(self._headers_buffer)
        self._headers_buffer.clear()
        if bodiless:
            self.wfile.write(head)
        elif not chunked:
            self.wfile.write(head + first if len(first) < 1 << 16 else head)
            if len(first) >= 1 << 16:
                self.wfile.write(first)
            for data in chunks:
                self.wfile.write(data)
        else:
            self.wfile.write(head)
            for data in (first, *chunks):
                if data:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.write(b"0\r\n\r\n")

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            environ["wsgi.input"] = DechunkedInput(self.rfile)
            environ["wsgi.input_terminated"] = True
        else:
            environ["wsgi.input"] = LimitedStream(self.rfile, int(length or 0))
            environ["CONTENT_LENGTH"] = length or ""
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)

"""HTTP/1.1 as processes of ours ask each other: connections that are kept, and bodies whose lengths are told.

`http.client` takes any answer there is, and reads its head as it would a mail's: several times as long as all else of a
short question to a runtime or a container.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpConnection:
    """A connection to a server of ours.

    Args:
        seconds: how long each step may take; as long as it takes by default.

    Raises:
        OSError: nobody listens there.
    """

    def __init__(self, host: str, port: int, seconds: float | None = None):
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb")
        self._unread = 0

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request and its answer.

        Raises:
            ConnectionError: the other side has gone.
            TimeoutError: it took too long.
        """
        self.tell(method, path, body, headers)
        while self._unread > 1:
            self._answer()
        return self._answer()

    def tell(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """A request whose answer says nothing: it is read before that to the next one. Raises as `ask` does."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header of the request holds a line's end")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        self._unread += 1

    def wait_at_most(self, seconds: float | None) -> None:
        """Let each step take so long from now on."""
        self._socket.settimeout(seconds)

    def is_there(self) -> bool:
        """Whether the other side has kept the connection; between two questions it says nothing but its end."""
        blocking = self._socket.gettimeout()
        self._socket.setblocking(False)
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self._socket.settimeout(blocking)

    def close(self) -> None:
        """End it."""
        self._stream.close()
        self._socket.close()

    def _answer(self) -> Answer:
        version, _, rest = self._line().partition(" ")
        if not version.startswith("HTTP/1."):
            raise ConnectionResetError("the other side does not speak HTTP/1.1")
        headers = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        body = self._stream.read(length)
        if len(body) < length:
            raise ConnectionResetError("the other side went away in the middle of an answer")
        self._unread -= 1
        return Answer(int(rest[:3]), headers, body)

    def _line(self) -> str:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the other side has gone")
        return line.decode("latin-1").rstrip("\r\n")

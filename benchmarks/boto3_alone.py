"""What boto3 itself takes for a call: asked of a server that reads a request and answers at once, always the same.

The server is a process of its own, as ours is; it neither verifies, nor judges, nor does anything. What is left is the
client's own work, which no emulator can take away, and the way over the loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.emulators import ROOT, Emulator

NAME = "boto3 alone"


class _Answering(asyncio.Protocol):
    """A connection: each request gets the same body."""

    def __init__(self, answer: bytes):
        self._answer, self._received = answer, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
            if not end or len(rest) < length:
                return
            self._received = rest[length:]
            self._transport.write(self._answer)


async def _serve(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = head.encode() + body
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(answer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class _Constant(Emulator):
    """The server as a client sees it."""

    name = NAME

    def __init__(self, port: int):
        self.port = port


@contextlib.contextmanager
def answering(body: bytes) -> Iterator[Callable[[str], Any]]:
    """Gives what makes clients (of "lambda") of a server that answers every call so."""
    command = [sys.executable, "-m", "benchmarks.boto3_alone", body.hex()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield _Constant(int(server.stdout.readline())).client
        finally:
            server.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(bytes.fromhex(sys.argv[1])))

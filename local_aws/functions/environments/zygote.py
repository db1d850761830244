"""The process that every runtime is forked from: it has imported what takes long, and then only forks.

One for each server, Linux only. It imports awslambdaric and boto3 and makes a client once, so that the models
are in memory; then it waits on a socket, with a single thread, for orders to fork or to kill. Its end of the
socket closing means that the server is gone: it kills what it started and goes too.

It never runs a function itself.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from local_aws.functions.environments import sandbox, worker
from local_aws.functions.environments.memory import anonymous_bytes

MESSAGE_BYTES = 1 << 20


def preload() -> int:
    """Import what functions use most. Returns the bytes of memory this took beyond a bare runtime."""
    worker.Bootstrap()
    bare = anonymous_bytes(os.getpid())
    import boto3

    # The default session keeps the models it has read; it must not have resolved credentials.
    boto3.setup_default_session()
    boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    gc.collect()
    gc.freeze()
    return anonymous_bytes(os.getpid()) - bare


class Zygote:
    """Forks runtimes on request and says when one has ended."""

    def __init__(self, channel: socket.socket):
        self._channel = channel
        self._children: set[int] = set()
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        os.set_blocking(self._wake_reader, False)

    def serve(self, hello: dict[str, Any]) -> None:
        """Answer orders until the server is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._channel, selectors.EVENT_READ)
        selector.register(self._wake_reader, selectors.EVENT_READ)
        self._send(hello)
        try:
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._channel:
                        self._obey()
                    else:
                        self._bury()
        except (EOFError, OSError):
            pass
        finally:
            for child in self._children:
                _kill(child)

    def _obey(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 1)
        if not message:
            raise EOFError
        order = json.loads(message)
        if "kill" in order:
            if order["kill"] in self._children:
                _kill(order["kill"])
            return
        self._send({"id": order["id"], "pid": self._fork(order["spec"], descriptors[0])})

    def _fork(self, spec: dict[str, Any], log_descriptor: int) -> int:
        child = os.fork()
        if child == 0:
            try:
                self._become_child()
                worker.run(spec, log_descriptor)
            finally:
                os._exit(1)
        os.close(log_descriptor)
        self._children.add(child)
        return child

    def _become_child(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sandbox.die_with_parent()
        os.setsid()
        self._channel.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _bury(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_reader, 4096)
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            self._children.discard(child)
            _kill_group(child)
            self._send({"exited": child, "status": os.waitstatus_to_exitcode(status)})

    def _send(self, message: dict[str, Any]) -> None:
        # A server that stops while this process comes up no longer listens; the next receive then says the end.
        with contextlib.suppress(BrokenPipeError):
            self._channel.send(json.dumps(message).encode())


def _kill(child: int) -> None:
    """Kill a runtime that has not been buried yet, and whatever it started."""
    os.kill(child, signal.SIGKILL)
    _kill_group(child)


def _kill_group(leader: int) -> None:
    """Kill what a runtime started: it leads a process group, which can outlive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _isolate() -> str | None:
    """Why runtimes can't have a file system of their own; None where they can."""
    if sandbox.can_isolate() is None:
        return None
    try:
        sandbox.gain_mount_rights()
    except OSError as refused:
        return str(refused)
    return sandbox.can_isolate()


def main() -> None:
    """Entry point: the socket's descriptor and whether to isolate are the arguments."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preloaded = preload()
    reason = _isolate() if sys.argv[2] == "isolate" else "switched off"
    Zygote(channel).serve({"hello": str(Path(sys.executable)), "preloaded": preloaded, "no_isolation": reason})


if __name__ == "__main__":
    main()

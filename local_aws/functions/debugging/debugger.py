"""A port for each function on which an editor attaches, whichever of the function's runtimes is there.

debugpy listens in the runtime, on a port of its own; what passes between it and the editor goes through here and is
read on the way. So an editor may attach before the first invocation, which then waits until its breakpoints are set;
and it is known how long a breakpoint has held the function up.

Of several runtimes of a function at once, the one that came up last is the one that is debugged.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from local_aws.functions.debugging.messages import Messages

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_CONFIGURED_SECONDS = 15.0
_LOOK_SECONDS = 0.2
_GO_ON = {"continue", "next", "stepIn", "stepOut", "reverseContinue", "stepBack", "goto", "disconnect", "terminate"}
"""Requests after which a debuggee runs again."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server((_LOOPBACK, 0)) as found:
        return found.getsockname()[1]


class StandStill:
    """How long a function has stood still."""

    def __init__(self) -> None:
        self._over = 0.0
        self._since: float | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self._since = self._since or time.monotonic()

    def end(self) -> None:
        with self._lock:
            if self._since is not None:
                self._over += time.monotonic() - self._since
                self._since = None

    def seconds(self) -> float:
        """All of it so far, what lasts included."""
        with self._lock:
            return self._over + (0.0 if self._since is None else time.monotonic() - self._since)


class Debugger:
    """The debugger of one function.

    Args:
        function: its name, for the log.
        port: where an editor attaches; 0 takes a free one.
    """

    def __init__(self, function: str, port: int):
        self._function = function
        self._server = socket.create_server((_LOOPBACK, port))
        self.port: int = self._server.getsockname()[1]
        self._changed = threading.Condition()
        self._runtime: int | None = None
        self._attached = self._configured = self._closed = False
        self._still = StandStill()
        threading.Thread(target=self._accept, name=f"debugger of {function}", daemon=True).start()

    @property
    def address(self) -> str:
        return f"{_LOOPBACK}:{self.port}"

    def begin(self, port: int) -> None:
        """A runtime has come up; its debugger listens on this port."""
        with self._changed:
            self._runtime = port
            self._changed.notify_all()

    def end(self, port: int) -> None:
        """That runtime is gone."""
        with self._changed:
            if self._runtime == port:
                self._runtime = None

    def wait_until_configured(self) -> None:
        """Where an editor has attached, wait until its breakpoints are set, but not forever."""
        with self._changed:
            self._changed.wait_for(lambda: self._configured or not self._attached, _CONFIGURED_SECONDS)

    def stood_still(self) -> float:
        """The seconds for which breakpoints have held the function up, since there is this debugger."""
        return self._still.seconds()

    def close(self) -> None:
        """Let nobody attach any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.close()

    # ---- on threads of its own -----------------------------------------------------------------------

    def _accept(self) -> None:
        while True:
            try:
                editor, _ = self._server.accept()
            except OSError:
                return
            with editor:
                try:
                    self._serve(editor)
                except OSError as error:
                    log.info("the debugger of %s lost its editor: %s", self._function, error)
            self._still.end()
            with self._changed:
                self._attached = self._configured = False
                self._changed.notify_all()

    def _serve(self, editor: socket.socket) -> None:
        with self._changed:
            self._attached = True
        port = self._wait_for_runtime(editor)
        if port is None:
            return
        with socket.create_connection((_LOOPBACK, port)) as runtime:
            forth = threading.Thread(target=_pump, args=(editor, runtime, lambda message: None), daemon=True)
            forth.start()
            _pump(runtime, editor, self._hear)

    def _wait_for_runtime(self, editor: socket.socket) -> int | None:
        """The port of a runtime; None where the editor has left before there was one."""
        editor.setblocking(False)
        try:
            while not self._closed:
                with self._changed:
                    if self._changed.wait_for(lambda: self._runtime is not None, _LOOK_SECONDS):
                        return self._runtime
                with contextlib.suppress(BlockingIOError):
                    if not editor.recv(1, socket.MSG_PEEK):
                        return None
            return None
        finally:
            editor.setblocking(True)

    def _hear(self, message: dict[str, Any]) -> None:
        """Note what the runtime's debugger says to the editor."""
        if message.get("type") == "event":
            if message.get("event") == "stopped":
                self._still.begin()
            elif message.get("event") == "continued":
                self._still.end()
        elif message.get("type") == "response" and message.get("success"):
            if message.get("command") in _GO_ON:
                self._still.end()
            elif message.get("command") == "configurationDone":
                with self._changed:
                    self._configured = True
                    self._changed.notify_all()


def _pump(source: socket.socket, sink: socket.socket, hear: Callable[[dict[str, Any]], None]) -> None:
    """Pass bytes on until one side has ended, and then end the other."""
    messages = Messages()
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            # Heard first: who waits for the answer knows that what it says holds.
            for message in messages.feed(data):
                hear(message)
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class Debuggers:
    """The debuggers of all functions, made when a function first runs.

    Args:
        port: of the first; each further function has the next free one. None for no debugging.
    """

    def __init__(self, port: int | None):
        self._next = port
        self._debuggers: dict[str, Debugger] = {}
        self._lock = threading.Lock()

    def of(self, function: str) -> Debugger | None:
        """The debugger of a function; None without `--debug`."""
        with self._lock:
            if self._next is None:
                return None
            if function not in self._debuggers:
                made = self._made(function, self._next)
                self._debuggers[function] = made
                self._next = made.port + 1
                print(f"Attach a debugger to {made.address} for the function {function}.", flush=True)
            return self._debuggers[function]

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            for debugger in self._debuggers.values():
                debugger.close()

    @staticmethod
    def _made(function: str, port: int) -> Debugger:
        for candidate in range(port, min(port + 100, 65_536)):
            with contextlib.suppress(OSError):
                return Debugger(function, candidate)
        return Debugger(function, 0)

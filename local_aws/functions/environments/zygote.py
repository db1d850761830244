"""The process that every runtime is forked from: it has imported what takes long, and then only forks.

One for each server, Linux only. It imports awslambdaric and boto3 and makes a client once, so that the models
are in memory; then it waits on a socket, with a single thread, for orders to fork or to kill. Its end of the
socket closing means that the server is gone: it ends, and everything that it started with it.

Where the system allows it, it lives in namespaces of its own, in which the file system of functions has been built
once; each runtime gets a copy of it with its code and its /tmp, and processes of its own. The process that was started
as this program then only waits for the zygote, which is process 1 in there.

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
import struct
import sys
from pathlib import Path
from typing import Any

from local_aws import loading
from local_aws.functions.environments import worker
from local_aws.functions.environments.memory import anonymous_bytes
from local_aws.isolation import first_process, kernel, namespaces
from local_aws.isolation.view import Root, User, interpreter

MESSAGE_BYTES = 1 << 20
USER = User("sbx_user1051", 993, 990, "/home/sbx_user1051")
_STATUS = struct.Struct("i")


def preload() -> int:
    """Import what functions use most. Returns the bytes of memory this took beyond a bare runtime."""
    worker.Bootstrap()
    bare = anonymous_bytes("self")
    loading.without_crt()
    gc.disable()  # what is imported is no garbage
    import boto3

    # The default session keeps the models it has read; it must not have resolved credentials.
    boto3.setup_default_session()
    boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    gc.collect()
    gc.freeze()
    gc.enable()
    return anonymous_bytes("self") - bare


class Zygote:
    """Forks runtimes on request and says when one has ended.

    Args:
        root: what functions see, None where they have no file system of their own.
        stranger: what `namespaces.stranger` said.
    """

    def __init__(self, channel: socket.socket, root: Root | None, stranger: int | None):
        self._channel, self._root, self._stranger = channel, root, stranger
        self._serials: dict[int, int] = {}
        self._reports: dict[int, int] = {}
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        os.set_blocking(self._wake_reader, False)
        self._lifeline, self._alive = os.pipe()
        if root:
            self._own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY)
        else:
            kernel.adopt_orphans()

    def serve(self, hello: dict[str, Any]) -> None:
        """Answer orders until the server is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._channel, selectors.EVENT_READ)
        selector.register(self._wake_reader, selectors.EVENT_READ)
        self._send(hello)
        with contextlib.suppress(EOFError, OSError):
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._channel:
                        self._obey()
                    else:
                        self._bury()
        for child in self._serials:
            self._end(child)

    def _obey(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 1)
        if not message:
            raise EOFError
        order = json.loads(message)
        if "kill" in order:
            for child, serial in self._serials.items():
                if serial == order["kill"]:
                    self._end(child)
            return
        self._fork(order["id"], order["spec"], descriptors[0])

    def _fork(self, serial: int, spec: dict[str, Any], log_descriptor: int) -> None:
        report, reports = os.pipe()
        if self._root:
            kernel.unshare(kernel.NEW_PROCESSES)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = self._be_first(serial, spec, log_descriptor, reports)
            finally:
                os._exit(status)
        if self._root:
            # The next one's namespace can be made from one's own only.
            kernel.enter(self._own_processes, kernel.NEW_PROCESSES)
        os.close(log_descriptor)
        os.close(reports)
        self._serials[child], self._reports[child] = serial, report

    def _be_first(self, serial: int, spec: dict[str, Any], log_descriptor: int, reports: int) -> int:
        """Be process 1 of an execution environment's runtime, and say how the runtime ended."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel = self._channel.fileno()
        _close_all_but(log_descriptor, reports, channel, self._lifeline)

        def work() -> None:
            os.close(reports)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # The server learns the runtime's process id from whom the message comes.
            self._send({"up": serial})
            self._channel.close()
            worker.run({**spec, "isolated": self._root is not None}, log_descriptor)

        if self._root:
            try:
                _enter(self._root, self._stranger, spec, log_descriptor)
            except OSError as error:
                os.write(log_descriptor, f"no file system of its own can be had here: {error}\n".encode())
                return 1
        alone = self._root is not None
        status = first_process.oversee(work, self._lifeline, alone, of_the_work=(log_descriptor, channel))
        os.write(reports, _STATUS.pack(status))
        return 0

    def _end(self, child: int) -> None:
        # Process 1 of a namespace takes everything with it; what stands in for it must have time to.
        os.kill(child, signal.SIGKILL if self._root else signal.SIGHUP)

    def _bury(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_reader, 4096)
        while self._serials:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                break
            if child in self._serials:
                report = self._reports.pop(child)
                said = os.read(report, _STATUS.size)
                os.close(report)
                ended = _STATUS.unpack(said)[0] if said else os.waitstatus_to_exitcode(status)
                self._send({"exited": self._serials.pop(child), "status": ended})
        if not self._root:
            first_process.end_children(frozenset(self._serials))

    def _send(self, message: dict[str, Any]) -> None:
        # A server that stops while this process comes up no longer listens; the next receive then says the end.
        with contextlib.suppress(BrokenPipeError):
            self._channel.send(json.dumps(message).encode())


def _close_all_but(*kept: int) -> None:
    """Close what belongs to the zygote and to other runtimes."""
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = max(start, descriptor + 1)
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def build_root(stage: Path) -> tuple[Root, int | None]:
    """Build what all functions see, on an empty folder; gives also what `namespaces.stranger` says.

    Raises:
        OSError: the system doesn't allow it.
    """
    namespaces.step_out(USER)
    stranger = namespaces.stranger()
    root = Root(stage, USER, stranger)
    root.show(interpreter())
    for place in (worker.TASK_ROOT, "/var/runtime"):
        root.at(place).mkdir(parents=True)
    root.seal()
    return root, stranger


def _enter(root: Root, stranger: int | None, spec: dict[str, Any], log_descriptor: int) -> None:
    """Step into a copy of that root, with a function's code and a folder for its temporary files."""
    kernel.unshare(kernel.NEW_MOUNTS)
    root.bind(spec["code"], worker.TASK_ROOT)
    kernel.set_mount(str(root.at(worker.TASK_ROOT)), writable=False)
    root.lend(spec["temporary"], "/tmp")
    if stranger is not None:
        # /dev/stdout can be opened by its owner only.
        os.fchown(log_descriptor, stranger, stranger)
    namespaces.settle(root.stage, USER, stranger)


def main() -> None:
    """Entry point: the socket's descriptor and the folder to build the root on (empty for none) are the arguments."""
    channel, stage = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]) if sys.argv[2] else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    root, stranger = build_root(stage) if stage else (None, None)
    if root:
        lifeline, alive = os.pipe()
        zygote = os.fork()
        if zygote:
            channel.close()
            os.waitpid(zygote, 0)
            return
        os.close(alive)
        if first_process.end_with_parent(lifeline, signal.SIGKILL):
            return
    preloaded = preload()
    Zygote(channel, root, stranger).serve({"hello": preloaded})


if __name__ == "__main__":
    main()

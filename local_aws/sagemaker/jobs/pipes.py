"""Pipe mode: a channel that is no folder of files but a stream, a named pipe for each time that it is read.

The script finds `/opt/ml/input/data/<channel>_0`, and for its next reading `<channel>_1`, and so on. Each gives the
channel's objects one after the other, in the order of their keys, while they come from S3.
Source: SageMaker developer guide, "How Amazon SageMaker AI Provides Training Information"; the Pipe input mode.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local_aws.sagemaker.jobs import transfer
from local_aws.sagemaker.jobs.job import JobFailed

SUPPORTED = hasattr(os, "mkfifo")
"""Whether this system has named pipes."""
_LOOK_SECONDS = 0.02
_PIECE = 1 << 16


class Pipe:
    """One channel of one instance, from before its container starts until it is closed.

    What the container may do to its folder leads the server nowhere: pipes are made and opened in the folder as it was
    at the beginning, and what is no pipe is not written to.
    """

    def __init__(self, s3: Any, files: Sequence[transfer.RemoteFile], folder: Path, channel: str):
        self._s3, self._files, self._channel = s3, files, channel
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = os.open(folder, os.O_RDONLY)
        self._closed = threading.Event()
        self._failure: JobFailed | None = None
        self._make(0)
        self._thread = threading.Thread(target=self._feed, name=f"pipe of {channel}", daemon=True)

    def start(self) -> None:
        """Begin to wait for a reader."""
        self._thread.start()

    def check(self) -> None:
        """Raise where the channel could not be sent.

        Raises:
            JobFailed: an object can't be read.
        """
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Send nothing more; the container has ended."""
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join(10)
        os.close(self._folder)

    def _make(self, reading: int) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(self._name(reading), dir_fd=self._folder)

    def _name(self, reading: int) -> str:
        return f"{self._channel}_{reading}"

    def _feed(self) -> None:
        reading = 0
        while (pipe := self._opened(self._name(reading))) is not None:
            # The next pipe is there before the reader of this one has come to its end.
            self._make(reading + 1)
            try:
                self._send(pipe)
            except BrokenPipeError:
                pass  # the reader has had enough
            except JobFailed as failure:
                self._failure = failure
                return
            finally:
                os.close(pipe)
            reading += 1

    def _opened(self, name: str) -> int | None:
        """The pipe's end to write to, once somebody reads; None when the channel is closed, or it isn't a pipe."""
        while not self._closed.wait(_LOOK_SECONDS):
            try:
                pipe = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=self._folder)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nobody reads yet
                    continue
                return None
            if not stat.S_ISFIFO(os.fstat(pipe).st_mode):
                os.close(pipe)
                return None
            os.set_blocking(pipe, True)
            return pipe
        return None

    def _send(self, pipe: int) -> None:
        for file in self._files:
            body = transfer.open_object(self._s3, file.place)
            while piece := body.read(_PIECE):
                sent = 0
                while sent < len(piece):
                    sent += os.write(pipe, piece[sent:])

"""Servers in processes of their own, started as somebody would by hand: with what environment, and as whom."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

import psutil

from local_aws import ACCOUNT
from tests.local_aws.conftest import CLOCK, Aws, wait_until

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534
START_SECONDS = 120


class Server(Aws):
    """A running server, and clients of it as its administrator.

    Args:
        folder: for its temporary files.
        environment: variables beside those of this process.
        through: a command that runs the rest of the command line.
    """

    wait_until = staticmethod(wait_until)

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, through: Sequence[str] = ()):
        self.folder, self._through = folder, through
        self.environment = {**os.environ, "TMPDIR": str(folder), **(environment or {})}
        self._ready = folder / "ready.json"
        self.process = self._start("serve", "--port", "0", "--clock", str(CLOCK), "--ready-file", str(self._ready))
        wait_until(lambda: self._ready.exists() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.process.communicate()[0]
        self.ready = json.loads(self._ready.read_text())
        self.first_words = [self.process.stdout.readline()]
        super().__init__(
            SimpleNamespace(endpoint_url=self.ready["endpoint_url"], host=SimpleNamespace(account=ACCOUNT))
        )
        port = self.ready["endpoint_url"].rpartition(":")[2]
        said = self._start("env", "--port", port).communicate()[0]
        self._secret = re.search(r'AWS_SECRET_ACCESS_KEY="?([^"\n]+)', said)[1]

    @property
    def secret(self) -> str:
        return self._secret

    @property
    def pid(self) -> int:
        return self.ready["pid"]

    @property
    def log(self) -> str:
        return Path(self.ready["log"]).read_text()

    def children(self) -> list[psutil.Process]:
        """The processes that it has started, and theirs."""
        return psutil.Process(self.pid).children(recursive=True)

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        psutil.Process(self.pid).kill()
        self.process.wait(60)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=60)

    def _start(self, *arguments: str) -> Any:
        return subprocess.Popen(
            [*self._through, sys.executable, "-m", "local_aws", *arguments],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def alive(process: psutil.Process) -> bool:
    """Whether a process is there, and more than a name that nobody has asked for yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""Emulators of AWS as processes of their own, asked through unmodified boto3."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_aws import ADMIN_ACCESS_KEY, REGION
from local_aws.access import administrator

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CLOCK = 1000
"""How many times faster than on AWS ours lets waits pass here: what is measured is work, not waiting."""

_SESSION = boto3.session.Session()
_START_SECONDS = 60
_END_SECONDS = 3


class NotThere(Exception):
    """An emulator can't be had on this machine; the text says why."""


class Emulator:
    """One emulator: its command, its process, and clients of it.

    Args:
        without: services that it can't be asked for on this machine, each with the reason.
    """

    name: str
    without: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen | None = None
        self._log = BUILD / f"bench-{self.name}.log"

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """What has to be there before it can start, such as its installation.

        Raises:
            NotThere: it can't be had.
        """

    def command(self) -> list[str]:
        """The command that serves on `port`."""
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """Environment variables it is told its settings by."""
        return {}

    def start(self) -> float:
        """Start it, and wait until S3 answers a call. Returns the seconds from the one to the other.

        Raises:
            NotThere: it ended, or did not answer in a minute; the text has the last line of its log.
        """
        self.client("s3")  # reads the models that the clients below are made of
        settings = {name: value for name, value in environment().items() if not name.startswith("AWS_")}
        BUILD.mkdir(exist_ok=True)
        started = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command(),
                env=settings | self.variables(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while time.monotonic() < started + _START_SECONDS and self._process.poll() is None:
            try:
                self.client("s3").list_buckets()  # anew each time: the secret is there once it answers
                return time.monotonic() - started
            except (BotoCoreError, ClientError):
                time.sleep(0.005)
        self.stop()
        last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
        raise NotThere(f"did not start: {''.join(last)}")

    def stop(self) -> None:
        """End its process."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def memory(self) -> int:
        """Bytes of its process that are in memory."""
        assert self._process is not None, "it does not run"
        return psutil.Process(self._process.pid).memory_info().rss

    def secret(self) -> str:
        """What its administrator signs with; of one that checks no signature, anything."""
        return "any"

    def client(self, service: str) -> Any:
        """A boto3 client, with no retries: a call that fails shall be seen."""
        return _SESSION.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=ADMIN_ACCESS_KEY,
            aws_secret_access_key=self.secret(),
            config=Config(
                retries={"total_max_attempts": 1},
                max_pool_connections=64,
                inject_host_prefix=False,
                read_timeout=300,
            ),
        )


class Ours(Emulator):
    """The embedded AWS of this project."""

    name = "ours"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "local_aws", "serve", "--port", str(self.port), "--clock", str(CLOCK)]

    def secret(self) -> str:
        """It makes one anew each time that it starts."""
        return administrator.secret_for(self.endpoint_url) or "not yet there"


def environment() -> dict[str, str]:
    """This process's environment, but that compiled modules are kept, as they are wherever nobody has forbidden it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]

"""An embedded AWS whose state lasts: in a process of its own, to be killed and started again on the same folder."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_aws.__main__ import environment

SECONDS, START_SECONDS = 180, 600
"""How long conditions are waited for, and a server that starts beside much other work."""
_SESSION = boto3.Session(region_name="us-east-1")
"""It reads botocore's models once for all servers."""


class Server:
    """A server and the folder in which its state lies; both outlive each other."""

    def __init__(self, folder: Path, clock: float = 600.0):
        self.state, self._own, self._clock = folder / "state", folder, clock
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def start(self, **options: Any) -> Server:
        """Start it, or start it again; `options` are those of the process."""
        ready = self._own / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "local_aws", "serve", "--port", "0", "--clock", str(self._clock)]
        command += ["--state", str(self.state), "--ready-file", str(ready), "--log-file", str(self._own / "log")]
        self.process = subprocess.Popen([*command, "--parent", str(os.getpid())], stdout=subprocess.DEVNULL, **options)
        until(lambda: ready.exists() or self._has_ended(), START_SECONDS)
        self._clients.clear()
        self.url = json.loads(ready.read_text(encoding="utf-8"))["endpoint_url"]
        return self

    def kill(self) -> None:
        """End it as nothing can prevent."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(SECONDS)

    def stop(self) -> None:
        """End it as it should be ended."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(SECONDS)

    def restart(self) -> Server:
        """Kill it, and start it again."""
        self.kill()
        return self.start()

    def client(self, api: str) -> Any:
        """The client of the administrator's for the server that runs now, which tries once; made when first asked."""
        with self._making:
            if api not in self._clients:
                env = environment(self.url)
                self._clients[api] = _SESSION.client(
                    api,
                    endpoint_url=self.url,
                    aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
                    config=Config(retries={"total_max_attempts": 1}, region_name="us-east-1"),
                )
            return self._clients[api]

    def role(self, service: str) -> str:
        """The ARN of a new role that a service may assume, and that may do everything."""
        iam, name = self.client("iam"), service.partition(".")[0]
        trust = statement(Principal={"Service": service}, Action="sts:AssumeRole")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=statement(Action="*", Resource="*"))
        return arn

    def _has_ended(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the embedded AWS ended at once"
        return False


@contextlib.contextmanager
def kept_in(folder: Path) -> Iterator[Server]:
    """A server that has been started, and ends with the block."""
    server = Server(folder)
    try:
        yield server.start()
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def statement(**members: Any) -> str:
    """A policy of one statement that allows."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **members}]})


def until(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """Wait for a condition, and give what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)
    return found


def machine(states: Mapping[str, Any]) -> str:
    """A definition in JSONata that starts at its first state."""
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states})

"""An embedded AWS in a process of its own, for tests that need no more of it than its address.

moto keeps what it holds in variables of its process: two embedded AWSs in one process would see each other's
buckets, log groups and roles, and what a test finds would depend on which tests ran before it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 180


@contextmanager
def served(clock: float = 600.0, *options: str) -> Iterator[str]:
    """The address of an embedded AWS whose waits pass so many times faster; it ends with the context.

    Args:
        options: further ones of `serve`.

    Raises:
        AssertionError: it ended instead of answering, or did not answer in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "local_aws", "serve", "--port", "0", "--clock", str(clock), *options]
        server = subprocess.Popen([*command, "--ready-file", str(ready), "--parent", str(os.getpid())])
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                assert server.poll() is None, f"the embedded AWS ended at once, with status {server.returncode}"
                assert time.monotonic() < deadline, f"the embedded AWS did not answer within {START_SECONDS} s"
                time.sleep(0.02)
            yield json.loads(ready.read_text(encoding="utf-8"))["endpoint_url"]
        finally:
            server.terminate()
            server.wait(START_SECONDS)

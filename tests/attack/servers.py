"""Servers in processes of their own, started as somebody would by hand: with what environment, and as whom."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

import psutil
import pytest

from local_aws import ACCOUNT
from tests.local_aws.conftest import CLOCK, Aws, wait_until

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534
START_SECONDS = 120


def as_nobody(without_namespaces: bool = False) -> list[str]:
    """A command that runs the rest of its line as a user who owns nothing; skips the test where it can't be had.

    What lies in folders that others may not enter (root's home, mostly) and is needed to run this Python is shown to
    it in a mount namespace of its own.

    Args:
        without_namespaces: where the system allows it none, as a container does that was started so.
    """
    if sys.platform != "linux" or os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        pytest.skip("only root of a Linux with unshare and setpriv can become another user here")
    needed = {Path(path).resolve() for path in (sys.base_prefix, sys.prefix, PROJECT)}
    closed = {top for path in needed if (top := _closed_to_others(path))}
    lines = ["set -e"]
    aside = [(path, f"/tmp/aside-{number}") for number, path in enumerate(sorted(needed)) if _closed_to_others(path)]
    lines += [f"mkdir -p {place} && mount --bind '{path}' {place}" for path, place in aside]
    lines += [f"mount -t tmpfs -o mode=755 tmpfs '{top}'" for top in sorted(closed)]
    lines += [f"mkdir -p '{path}' && mount --move {place} '{path}'" for path, place in aside]
    become = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups"
    if without_namespaces:
        limit = "echo 0 > /proc/sys/user/max_user_namespaces"
        drop = "setpriv --inh-caps=-all --bounding-set=-all --no-new-privs"
        lines.append(f"""exec {become} unshare --user --map-root-user sh -c '{limit}; exec {drop} "$@"' sh "$@" """)
    else:
        lines.append(f'exec {become} "$@"')
    command = ["unshare", "--mount", "sh", "-c", "\n".join(lines), "sh"]
    trial = subprocess.run(
        [*command, sys.executable, "-c", "import boto3"], cwd=PROJECT, capture_output=True, text=True
    )
    if trial.returncode:
        pytest.skip(f"this Python can't be run as another user here: {trial.stderr[-200:]}")
    return command


def _closed_to_others(path: Path) -> Path | None:
    """The highest folder on the way to a path that others may not enter."""
    return next((top for top in reversed(path.parents) if not top.stat().st_mode & 0o001), None)


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
        self._ready.unlink(missing_ok=True)  # a server that was killed has left its own
        arguments = ["serve", "--port", "0", "--clock", str(CLOCK), "--ready-file", str(self._ready)]
        with (folder / "said.txt").open("w") as said:
            self.process = self._start(said, *arguments)
        wait_until(lambda: self._ready.exists() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.said
        self.ready = json.loads(self._ready.read_text())
        super().__init__(
            SimpleNamespace(endpoint_url=self.ready["endpoint_url"], host=SimpleNamespace(account=ACCOUNT))
        )
        port = self.ready["endpoint_url"].rpartition(":")[2]
        lines = self._start(subprocess.PIPE, "env", "--port", port).communicate()[0]
        self._secret = re.search(r'AWS_SECRET_ACCESS_KEY="?([^"\n]+)', lines)[1]

    @property
    def secret(self) -> str:
        return self._secret

    @property
    def pid(self) -> int:
        return self.ready["pid"]

    @property
    def said(self) -> str:
        """What the server has written to its standard output."""
        return (self.folder / "said.txt").read_text()

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
        self.process.wait(60)

    def _start(self, output: Any, *arguments: str) -> Any:
        return subprocess.Popen(
            [*self._through, sys.executable, "-m", "local_aws", *arguments],
            env=self.environment,
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )


def alive(process: psutil.Process) -> bool:
    """Whether a process is there, and more than a name that nobody has asked for yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""The embedded AWS run by a user without rights, and on a system that allows no namespaces."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attack import intrusion
from tests.attack.servers import NOBODY, PROJECT, Server, as_nobody
from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.sagemaker.jobs_support import Bench

PEEK = """
import os, pathlib
def handler(event, context):
    got = {}
    def attempt(name, read):
        try:
            got[name] = str(read(pathlib.Path("/proc", str(event), name)))
        except OSError:
            pass
    for name in ("environ", "maps", "auxv", "stack", "smaps", "personality", "syscall"):
        attempt(name, lambda path: path.open("rb").read(1))
    attempt("mem", lambda path: path.open("r+b"))
    for name in ("cwd", "root", "exe", "fd/0", "fd/1", "fd/3", "fd/4", "ns/mnt"):
        attempt(name, os.readlink)
    for name in ("cwd/README.md", "root/etc/passwd", "fd/1", "exe"):
        attempt(name, lambda path: path.open("rb").read(1))
    return got
"""


@pytest.fixture(scope="module", name="folder")
def folder_of_nobody() -> Iterator[Path]:
    """A folder that nobody may enter but the user of that name."""
    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    shutil.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def unprivileged(folder) -> Iterator[Server]:
    with Server(folder, {"HOME": str(folder)}, as_nobody()) as server:
        yield server


@pytest.fixture(scope="module")
def confined() -> Iterator[Server]:
    through = as_nobody(without_namespaces=True)
    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    shutil.chown(folder, NOBODY, NOBODY)
    with Server(folder, {"HOME": str(folder)}, through) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def plan(folder, unprivileged) -> dict[str, Any]:
    mark = f"planted-{secrets.token_hex(8)}"
    planted = [folder / mark, Path("/tmp") / mark]
    for file in planted:
        file.write_text(mark)
        file.chmod(0o600)
        shutil.chown(file, NOBODY, NOBODY)
    secret = unprivileged.secret
    yield {
        "unreadable": [*map(str, planted), str(folder), str(PROJECT / "README.md"), unprivileged.ready["log"]],
        "unwritable": [str(folder / "x"), str(PROJECT / "x")],
        "marks": [mark],
        "secrets": [{"length": len(secret), "sha256": hashlib.sha256(secret.encode()).hexdigest()}],
        "processes": [unprivileged.pid, unprivileged.process.pid],
    }
    for file in planted:
        file.unlink()


def skip_without_namespaces(server: Server) -> None:
    """Where such a user is allowed none, the tests of the system without them say what happens."""
    if "no namespaces" in server.said:
        pytest.skip(server.said)


def test_a_function_of_a_user_without_rights_gets_nothing(unprivileged, plan):
    skip_without_namespaces(unprivileged)
    unwritable = [*plan["unwritable"], "/intruder", "/root/intruder", "/var/task/intruder"]
    report = intrusion.of_a_function(Lambda(unprivileged), plan | {"unwritable": unwritable}, 120)
    assert report["got"] == {}


def test_a_job_of_a_user_without_rights_gets_nothing(unprivileged, plan):
    skip_without_namespaces(unprivileged)
    # A container's own root may be written to, the machine's files are read-only all the same.
    own = ["/etc/passwd", "/etc/ld.so.preload", "/dev/intruder", str(PROJECT / "x")]
    assert intrusion.of_a_job(Bench(unprivileged), plan | {"own": own})["got"] == {}
    assert not any(Path(path).exists() for path in own[1:])


# ---- no namespaces ---------------------------------------------------------------------------------------


def test_the_start_line_says_that_there_are_none(confined):
    words = "This system allows no namespaces: functions and jobs see the whole file system with your rights."
    assert confined.said.splitlines()[1].startswith(words)
    assert words in confined.log


def test_functions_and_jobs_work_without_them(confined):
    functions = Lambda(confined)
    source = "import boto3\ndef handler(event, context):\n    return boto3.client('sts').get_caller_identity()['Arn']"
    answer, error = functions.invoke(functions.create(source, Timeout=60))
    assert error is None and ":assumed-role/" in answer
    bench = Bench(confined)
    job = bench.process("print('ran')")
    assert job["ProcessingJobStatus"] == "Completed"
    assert bench.log("ProcessingJobs", job["ProcessingJobName"]) == ["ran"]


def test_the_memory_and_the_environment_of_the_server_are_closed_all_the_same(confined):
    """The kernel keeps processes of the same user out of a process that asks for it."""
    functions = Lambda(confined)
    got, error = functions.invoke(functions.create(PEEK, Timeout=60), confined.pid)
    assert error is None
    assert got == {}

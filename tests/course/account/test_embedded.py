"""The embedded AWS of a parent process: one for all of its children, gone when the parent is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psutil
import pytest

from course.account import embedded, state
from course.errors import CourseError
from local_aws.__main__ import environment

pytestmark = pytest.mark.slow


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the limit"
        time.sleep(0.02)


@pytest.fixture
def parent() -> Iterator[subprocess.Popen]:
    """A process as JupyterLab would be: it lives until the test ends it."""
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()
    for path in embedded.scratch_directory().glob(f"aws-{process.pid}.*"):
        path.unlink(missing_ok=True)


def test_kernels_that_begin_at_once_share_one_and_it_ends_with_their_parent(parent):
    found: list[embedded.Server] = []
    kernels = [threading.Thread(target=lambda: found.append(embedded.find_or_start(parent.pid))) for _ in range(3)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    [server] = set(found)
    assert server.clock == 60.0
    assert embedded.started_at(server.endpoint_url) == server
    ready = embedded.scratch_directory() / f"aws-{parent.pid}.json"
    pid = json.loads(ready.read_text())["pid"]
    parent.kill()
    parent.wait()
    wait_until(lambda: not embedded.answers(server.endpoint_url))
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_file_of_a_server_that_is_gone_is_not_believed(parent):
    ready = embedded.scratch_directory() / f"aws-{parent.pid}.json"
    ready.write_text(json.dumps({"endpoint_url": "http://127.0.0.1:9", "clock": 1, "pid": parent.pid}))
    assert embedded.started_at("http://127.0.0.1:9") == embedded.Server("http://127.0.0.1:9", None)
    ready.write_text("{")
    assert embedded.started_at("http://127.0.0.1:9").clock is None


def test_a_lock_whose_owner_is_gone_holds_nobody_up(parent):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = embedded.scratch_directory() / f"aws-{parent.pid}.lock"
    lock.write_text(str(gone.pid))
    assert not embedded._take(lock)
    assert embedded._take(lock)
    assert not embedded._take(lock), "taken by this process, which lives"


def test_a_server_that_ends_at_once_says_why(parent, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(embedded.EmbeddedAwsError, match="ended at once"):
        embedded.find_or_start(parent.pid)
    assert not (embedded.scratch_directory() / f"aws-{parent.pid}.lock").exists()


# ---- a state that lasts ----------------------------------------------------------------------------------


@pytest.fixture
def lab(parent, tmp_path, monkeypatch):
    """A lab that keeps its state, as `make lab` has it; its server ends with it."""
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(embedded.os, "getppid", lambda: parent.pid)
    return parent


def made(server: embedded.Server) -> Any:
    env = environment(server.endpoint_url)
    session = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    return session.client("s3", endpoint_url=server.endpoint_url, region_name="us-east-1")


def buckets(server: embedded.Server) -> list[str]:
    return [bucket["Name"] for bucket in made(server).list_buckets()["Buckets"]]


def test_after_a_kill_the_next_cell_finds_the_state_and_is_told(lab):
    first = embedded.find_or_start()
    assert not first.come_back
    made(first).create_bucket(Bucket="kept-by-the-lab")
    ready = embedded.scratch_directory() / f"aws-{lab.pid}.json"
    killed = psutil.Process(json.loads(ready.read_text())["pid"])
    killed.kill()
    killed.wait(30)
    second = embedded.find_or_start()
    assert second.come_back
    assert buckets(second) == ["kept-by-the-lab"]
    assert not embedded.find_or_start().come_back, "it is told once"


def test_a_learner_begins_again_and_goes_on_from_a_file(lab, tmp_path, capsys):
    server = embedded.find_or_start()
    made(server).create_bucket(Bucket="in-the-file")
    save = [sys.executable, "-m", "local_aws", "state", "save", str(tmp_path / "class")]
    subprocess.run([*save, "--state", str(tmp_path / "state")], check=True, timeout=60)
    state.begin_again()
    assert "is empty. Run the first cell" in capsys.readouterr().out
    assert buckets(embedded.find_or_start()) == []
    state.go_on_from(tmp_path / "class")
    assert buckets(embedded.find_or_start()) == ["in-the-file"]
    with pytest.raises(CourseError, match="There is no file"):
        state.go_on_from(tmp_path / "none")


def test_without_a_state_there_is_nothing_to_begin_again_from(monkeypatch):
    monkeypatch.delenv("COURSE_STATE", raising=False)
    with pytest.raises(CourseError, match="keeps no state"):
        state.begin_again()

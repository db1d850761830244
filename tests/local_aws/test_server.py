"""The process: how it starts, says so, and stops, and what its command line prints."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from local_aws.__main__ import environment
from tests.local_aws.functions.functions_support import Lambda

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "local_aws", "serve", "--port", "0"]


@dataclass
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen
    ready_file: Path
    folder: Path

    @property
    def ready(self) -> dict:
        return json.loads(self.ready_file.read_text())


@pytest.fixture
def start(tmp_path, wait_until) -> Iterator:
    """Starts servers whose temporary files lie in `tmp_path`, and ends those that still run."""
    processes = []

    def run(*arguments: str, command: list[str] = COMMAND, **environ: str) -> Running:
        ready = tmp_path / f"ready-{len(processes)}.json"
        folder = tmp_path / f"tmp-{len(processes)}"
        folder.mkdir()
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), *arguments],
            env=os.environ | {"TMPDIR": str(folder)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        wait_until(lambda: ready.exists() or process.poll() is not None, 60)
        return Running(process, ready, folder)

    yield run
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _with_a_busy_function(aws, url: str, wait_until) -> None:
    """Have a function of the server at this address run, for as long as nobody ends it."""
    functions = Lambda(type(aws)(SimpleNamespace(endpoint_url=url, host=aws.server.host)))
    name = functions.create(
        "import time\ndef handler(event, context):\n    print('busy')\n    time.sleep(300)", Timeout=400
    )
    functions.client.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    wait_until(lambda: "busy\n" in functions.log(name))


def _family(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_it_says_when_and_where_it_answers(start):
    running = start("--clock", "30")
    ready = running.ready
    line = running.process.stdout.readline()
    assert line.startswith(f"The embedded AWS answers at {ready['endpoint_url']} ")
    assert "waits pass 30 times as fast as on AWS" in line
    assert line.strip().endswith(f"Its log: {ready['log']}")
    assert (ready["pid"], ready["clock"]) == (running.process.pid, 30)
    assert Path(ready["log"]).is_file()
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(ready["endpoint_url"])
    assert answer.value.code == 403  # an unsigned ListBuckets


def test_it_stops_cleanly_and_takes_its_workers_with_it(aws, start, wait_until):
    running = start()
    _with_a_busy_function(aws, running.ready["endpoint_url"], wait_until)
    family = _family(running.process)
    assert family
    running.process.terminate()
    assert running.process.wait(60) == 0
    wait_until(lambda: not any(map(_alive, family)))
    assert not running.ready_file.exists()
    assert [path.name for path in running.folder.iterdir() if path.suffix != ".log"] == []


def test_it_stops_when_its_parent_is_gone(aws, start, wait_until):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    running = start("--parent", str(parent.pid))
    _with_a_busy_function(aws, running.ready["endpoint_url"], wait_until)
    family = _family(running.process)
    parent.kill()
    parent.wait()
    assert running.process.wait(60) == 0
    wait_until(lambda: not any(map(_alive, family)))


def test_an_interrupt_stops_it(start):
    running = start()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert "Traceback" not in running.process.stderr.read()


def test_a_parent_that_is_gone_already(start):
    parent = subprocess.Popen([sys.executable, "-c", ""])
    parent.wait()
    running = start("--parent", str(parent.pid))
    assert running.process.wait(60) == 0


def test_port_taken(aws, start):
    port = aws.endpoint_url.rpartition(":")[2]
    running = start("--port", port)
    assert running.process.wait(60) == 1
    error = running.process.stderr.read()
    assert f"The embedded AWS can't listen on port {port}" in error
    assert "choose another with --port" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--clock", "0"), "must be above 0"),
        (("--clock", "fast"), "invalid number value"),
        (("--port", "70000"), "from 0 to 65535"),
        (("--log-file", "/no/such/folder/log"), "/no/such/folder/log"),
    ],
)
def test_settings_that_cannot_be(start, arguments, words):
    running = start(*arguments)
    assert running.process.wait(60) != 0
    error = running.process.stderr.read()
    assert (words in error, "Traceback" in error) == (True, False), error


def test_env_prints_what_a_shell_needs(aws):
    port = aws.endpoint_url.rpartition(":")[2]
    script = (
        f'eval "$({sys.executable} -m local_aws env --port {port})" && '
        f'{sys.executable} -c \'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])\''
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(["sh", "-c", script], env=clean, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "arn:aws:iam::123456789012:user/administrator", done.stderr


def test_what_env_sets(aws):
    variables = environment(aws.endpoint_url)
    assert variables["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert variables["AWS_DISABLE_HOST_PREFIX_INJECTION"] == "true"
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"} <= variables.keys()


def test_a_command_that_is_none():
    done = subprocess.run([sys.executable, "-m", "local_aws", "fly"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, "invalid choice" in done.stderr) == (2, True)

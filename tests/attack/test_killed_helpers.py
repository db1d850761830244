"""Helper processes, killed as the kernel does when memory is short: they come back, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.attack.servers import Server, alive
from tests.local_aws.conftest import wait_until
from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.sagemaker.hosting_support import Hosting, packed, train
from tests.local_aws.sagemaker.jobs_support import Bench
from tests.processes import running, unique_seconds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the helpers in question are Linux's")
WAYS = {
    "in namespaces": {},
    "without namespaces": {"LOCAL_AWS_LAMBDA_RUNTIME": "forked", "LOCAL_AWS_SAGEMAKER_NAMESPACE": "off"},
}
DAEMON = (
    "import subprocess, sys, time\n"
    "def daemon(seconds):\n"
    "    program = 'import os, sys\\nif os.fork() == 0:\\n    os.setsid()\\n    if os.fork() == 0:\\n'\n"
    '    program += \'        os.closerange(0, 64)\\n        os.execvp("sleep", ["sleep", sys.argv[1]])\\n\'\n'
    "    subprocess.run([sys.executable, '-c', program, seconds], check=True)\n"
)


@pytest.fixture(scope="module", params=WAYS)
def server(request, tmp_path_factory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("killed"), environment=WAYS[request.param]) as server:
        yield server


@pytest.fixture(scope="module")
def functions(server) -> Lambda:
    return Lambda(server)


@pytest.fixture(scope="module")
def jobs(server) -> Bench:
    return Bench(server)


def called(server: Server, words: str) -> list[psutil.Process]:
    """The living processes of the server whose command line has these words."""
    found = []
    for process in server.children():
        with contextlib.suppress(psutil.Error):
            if words in " ".join(process.cmdline()) and alive(process):
                found.append(process)
    return found


def zygotes(server: Server) -> list[psutil.Process]:
    """The process that functions are forked from; where it lives in namespaces, after the one that waits for it."""
    (started,) = [each for each in called(server, ".zygote ") if each.ppid() == server.pid]
    in_namespaces = "LOCAL_AWS_LAMBDA_RUNTIME" not in server.environment
    return [started, *(started.children() if in_namespaces else [])]


# ---- functions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [0, -1])
def test_the_parent_of_the_runtimes_comes_back(server, functions, which):
    name = functions.create("def handler(event, context):\n    return event")
    assert functions.invoke(name, 1) == (1, None)
    for number in range(2):
        before = server.log.count("is started again")
        victim = zygotes(server)[which]
        victim.kill()
        server.wait_until(lambda gone=victim: not alive(gone))
        assert functions.invoke(name, number) == (number, None)
        assert functions.invoke(functions.create("def handler(event, context):\n    return 7"))[0] == 7
        server.wait_until(lambda seen=before: server.log.count("is started again") > seen)


def test_many_callers_are_answered_while_it_comes_back(server, functions):
    names = [functions.create(f"def handler(event, context):\n    return {number}") for number in range(6)]
    zygotes(server)[-1].kill()
    with ThreadPoolExecutor(len(names)) as callers:
        answers = list(callers.map(lambda name: functions.invoke(name), names))
    assert answers == [(number, None) for number in range(6)]


def test_an_invocation_that_was_running_is_reported_as_lambda_does(server, functions):
    seconds = unique_seconds()
    source = "import subprocess\ndef handler(event, context):\n    subprocess.run(['sleep', event])"
    name = functions.create(source, Timeout=60)
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(functions.invoke, name, seconds)
        server.wait_until(lambda: running("sleep", seconds))
        zygotes(server)[-1].kill()
        payload, error = answer.result(60)
    assert error == "Unhandled"
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    server.wait_until(lambda: not running("sleep", seconds))
    assert functions.invoke(name, "0")[1] is None


def test_a_runtime_that_is_killed_from_outside_between_invocations(server, functions):
    seconds = unique_seconds()
    source = "import subprocess\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n"
    source += "    subprocess.Popen(['sleep', event])\n    return count"
    name = functions.create(source)
    assert functions.invoke(name, seconds)[0] == 1
    (sleeper,) = running("sleep", seconds)
    sleeper.parent().kill()
    server.wait_until(lambda: not alive(sleeper))
    assert functions.invoke(name, "0") == (1, None)


def test_a_double_forked_daemon_ends_with_its_environment(server, functions):
    seconds = unique_seconds()
    source = DAEMON + "def handler(event, context):\n    daemon(event)\n    return 'left'"
    name = functions.create(source, Timeout=20)
    assert functions.invoke(name, seconds)[0] == "left"
    server.wait_until(lambda: running("sleep", seconds))
    functions.client.delete_function(FunctionName=name)
    server.wait_until(lambda: not running("sleep", seconds))


def test_a_double_forked_daemon_ends_with_a_runtime_that_times_out(server, functions):
    seconds = unique_seconds()
    source = DAEMON + "def handler(event, context):\n    daemon(event)\n    time.sleep(60)"
    name = functions.create(source, Timeout=3)
    payload, _ = functions.invoke(name, seconds)
    assert payload["errorType"] == "Sandbox.Timedout"
    server.wait_until(lambda: not running("sleep", seconds))


# ---- jobs ------------------------------------------------------------------------------------------------


def job_with_a_daemon(jobs: Bench, seconds: str) -> str:
    """Start a processing job that leaves a daemon and goes on working; gives its name."""
    request = jobs.processing(DAEMON + f"daemon('{seconds}')\nsubprocess.run(['sleep', '{seconds}1'])")
    jobs.client.create_processing_job(**request)
    jobs.aws.wait_until(lambda: running("sleep", seconds) and running("sleep", f"{seconds}1"))
    return request["ProcessingJobName"]


@pytest.mark.parametrize("generation", [0, 1], ids=["the launcher", "its first process"])
def test_a_killed_launcher_takes_the_processes_of_its_job_with_it(server, jobs, generation):
    seconds = unique_seconds()
    before = {each.pid for each in called(server, ".launcher ")}
    name = job_with_a_daemon(jobs, seconds)
    launchers = [each for each in called(server, ".launcher ") if each.pid not in before]
    sorted(launchers, key=lambda each: len(each.parents()))[generation].kill()
    reason = jobs.processed(name)["FailureReason"]
    assert reason.startswith("ClientError: Please use an instance type with more memory")
    assert reason.endswith(", exit code: 137")
    server.wait_until(lambda: not running("sleep", seconds) and not running("sleep", f"{seconds}1"))


def test_a_stopped_job_takes_its_daemon_with_it(server, jobs):
    seconds = unique_seconds()
    name = job_with_a_daemon(jobs, seconds)
    jobs.client.stop_processing_job(ProcessingJobName=name)
    assert jobs.processed(name)["ProcessingJobStatus"] == "Stopped"
    server.wait_until(lambda: not running("sleep", seconds) and not running("sleep", f"{seconds}1"))


# ---- endpoints -------------------------------------------------------------------------------------------


def test_an_instance_whose_processes_are_killed_comes_back(server, tmp_path):
    hosting = Hosting(server, server.wait_until)
    path = tmp_path / "model.bin"
    train(path, ("good", "bad"), 1)
    endpoint = hosting.serve({"ModelName": hosting.model(packed(model_bin=path.read_bytes()))})
    expected = hosting.predict(endpoint, "great lovely sound")
    for words in ("blazingtext.serve", ".launcher "):
        for generation in range(len(called(server, words))):
            victims = sorted(called(server, words), key=lambda each: len(each.parents()))
            victims[generation].kill()
            server.wait_until(lambda gone=victims[generation]: not alive(gone))
            server.wait_until(lambda: answers(hosting, endpoint) == expected)
    assert "has ended and is started again" in server.log


def answers(hosting: Hosting, endpoint: str) -> Any:
    """The endpoint's answer, None while its instance is being started again."""
    with contextlib.suppress(hosting.runtime.exceptions.ClientError):
        return hosting.predict(endpoint, "great lovely sound")
    return None


# ---- the server itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "end"),
    [
        ("in namespaces", "killed"),
        pytest.param("in namespaces", "told to stop", marks=pytest.mark.long),
        pytest.param("without namespaces", "killed", marks=pytest.mark.long),
        pytest.param("without namespaces", "told to stop", marks=pytest.mark.long),
    ],
)
def test_nothing_outlives_the_server(way, end, tmp_path):
    of_a_function, of_a_job = unique_seconds(), unique_seconds()
    with Server(tmp_path, environment=WAYS[way]) as server:
        functions = Lambda(server)
        name = functions.create(DAEMON + "def handler(event, context):\n    daemon(event)", Timeout=20)
        assert functions.invoke(name, of_a_function)[1] is None
        job_with_a_daemon(Bench(server), of_a_job)
        family = server.children()
        (scratch,) = scratch_folders(tmp_path)
        if end == "killed":
            server.kill()
            assert scratch.exists()
        else:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
        server.wait_until(lambda: not any(map(alive, family)))
        server.wait_until(lambda: not running("sleep", of_a_function) and not running("sleep", of_a_job))
    with Server(tmp_path) as following:
        (left,) = scratch_folders(tmp_path)
        assert left != scratch
        assert following.children


def test_the_scratch_folder_of_a_living_server_is_left_alone(tmp_path):
    with Server(tmp_path) as first:
        (mine,) = scratch_folders(tmp_path)
        name = Lambda(first).create("def handler(event, context):\n    return 1")
        (tmp_path / "second").mkdir()
        with Server(tmp_path / "second", environment={"TMPDIR": str(tmp_path)}):
            assert mine.exists() and len(scratch_folders(tmp_path)) == 2
            assert Lambda(first).invoke(name)[0] == 1
        assert mine.exists()
    assert scratch_folders(tmp_path) == []


def test_a_folder_that_a_function_has_closed_is_removed_with_the_rest(tmp_path):
    with Server(tmp_path) as server:
        functions = Lambda(server)
        source = "import os\ndef handler(event, context):\n    os.makedirs('/tmp/a/b')\n    os.chmod('/tmp/a', 0)"
        assert functions.invoke(functions.create(source))[1] is None
    assert scratch_folders(tmp_path) == []


def scratch_folders(folder: Path) -> list[Path]:
    """The scratch folders of servers whose temporary files lie here."""
    return [path for path in folder.glob("local-aws-*") if path.is_dir()]


def test_the_tests_daemon_is_one():
    """It has left its session, its parent and its descriptors: else nothing above would say anything."""
    seconds = unique_seconds()
    namespace: dict[str, Any] = {}
    exec(DAEMON, namespace)
    namespace["daemon"](seconds)
    (daemon,) = wait_until(lambda: running("sleep", seconds), 20)
    try:
        assert os.getpid() not in [each.pid for each in daemon.parents()]
        assert os.getsid(daemon.pid) != os.getsid(0)
        assert daemon.open_files() == []
    finally:
        daemon.kill()

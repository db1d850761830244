"""Code under a role against the machine: files, memory and processes of the user, of the server and of others."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.isolation import system
from local_aws.isolation.view import interpreter
from tests.attack import intrusion
from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.sagemaker.jobs_support import Bench

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or system.refusal() is not None, reason="this system allows no namespaces"
)
PROJECT = Path(__file__).resolve().parents[2]
OWN_OF_A_JOB = ["/intruder", "/root/intruder", "/opt/intruder", "/var/task/intruder", "/dev/shm/intruder"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Iterator[list[Path]]:
    """Files of the user's: in the home, in a temporary folder, in the project, each with a mark in its name."""
    mark = f"planted-{secrets.token_hex(8)}"
    places = [Path.home(), Path("/tmp"), PROJECT / "build", tmp_path_factory.mktemp("private")]
    files = []
    for place in filter(lambda place: place.is_dir() and os.access(place, os.W_OK), places):
        files.append(place / mark)
        files[-1].write_text(mark)
    yield files
    for file in files:
        file.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def plan(aws, planted) -> dict[str, Any]:
    """What the intruder is told, as if somebody had betrayed where things lie."""
    home, secret = Path.home(), aws.secret
    unreadable = [
        *planted,
        PROJECT / "README.md",
        PROJECT / "local_aws",
        PROJECT / "tests",
        home / ".cache",
        home / ".aws",
    ]
    return {
        "unreadable": [str(path) for path in (*unreadable, aws.server.host.directory, home / ".gitconfig")],
        "unwritable": [str(path) for path in (sys.executable, PROJECT / "intruder")],
        "marks": [planted[0].name],
        "secrets": [{"length": len(secret), "sha256": hashlib.sha256(secret.encode()).hexdigest()}],
        "processes": [os.getpid(), os.getppid()],
    }


def test_a_function_gets_nothing(aws, plan):
    report = intrusion.of_a_function(Lambda(aws), plan | {"unwritable": [*plan["unwritable"], *OWN_OF_A_JOB]}, 60)
    assert report["got"] == {}
    assert report["tries"] > 50


def test_a_job_gets_nothing(aws, plan):
    report = intrusion.of_a_job(Bench(aws), plan)
    assert report["got"] == {}
    assert report["tries"] > 50


def test_what_programs_need_is_there(aws):
    functions = Lambda(aws)
    source = """
import getpass, os, pathlib, socket, ssl, subprocess, tempfile, boto3
def handler(event, context):
    tempfile.NamedTemporaryFile().write(b"x")
    return {
        "user": getpass.getuser(), "ids": [os.getuid(), os.getgid()], "here": os.getcwd(),
        "shell": subprocess.run("echo $((6*7)) | tee /dev/stderr", shell=True, capture_output=True, text=True).stdout,
        "certificates": len(ssl.create_default_context().get_ca_certs()) > 0 or not event["certificates"],
        "host": socket.gethostbyname("localhost"),
        "who": boto3.client("sts").get_caller_identity()["Arn"].split(":")[5].split("/")[0],
        "root": sorted(os.listdir("/var")), "tmp": oct(os.stat("/tmp").st_mode & 0o7777),
        "stdout": pathlib.Path("/dev/stdout").write_text("by its name\\n"),
    }
"""
    import ssl

    name = functions.create(source, Timeout=30)
    answer, error, tail = functions.invoke_with_tail(
        name, {"certificates": ssl.create_default_context().get_ca_certs()[:1] != []}
    )
    assert error is None, answer
    assert answer == {
        "user": "sbx_user1051",
        "ids": [993, 990],
        "here": "/var/task",
        "shell": "42\n",
        "certificates": True,
        "host": "127.0.0.1",
        "who": "assumed-role",
        "root": ["runtime", "task", "tmp"],
        "tmp": "0o1777",
        "stdout": 12,
    }
    assert "by its name\n" in tail


def test_a_job_has_what_a_container_has(aws):
    bench = Bench(aws)
    script = """
import getpass, multiprocessing, os, pathlib, subprocess
assert getpass.getuser() == "root" and os.getcwd() == "/opt/ml"
for place in ("/opt/ml/x", "/opt/ml/processing/input/code/x", "/tmp/x", "/root/x", "/dev/shm/x", "/new-file"):
    pathlib.Path(place).write_text(place)
pathlib.Path("/data/deep").mkdir(parents=True)
assert multiprocessing.Pool(2).map(abs, [-1, -2]) == [1, 2]
assert subprocess.run(["sh", "-c", "ls /opt/ml | wc -l"], capture_output=True, text=True).stdout.strip() != "0"
print("all there")
"""
    job = bench.process(script)
    log = bench.log("ProcessingJobs", job["ProcessingJobName"])
    assert (job["ProcessingJobStatus"], log) == ("Completed", ["all there"])


def test_two_environments_see_nothing_of_each_other(aws):
    functions = Lambda(aws)
    mark = secrets.token_hex(8)
    source = (
        "import os, pathlib, subprocess, time\n"
        "def handler(event, context):\n"
        "    if event:\n"
        "        pathlib.Path('/tmp', event).touch()\n"
        "        subprocess.Popen(['sleep', '300', event])\n"
        "        return [event]\n"
        "    words = [pathlib.Path('/proc', n, 'cmdline').read_text() for n in os.listdir('/proc') if n.isdigit()]\n"
        "    return [*os.listdir('/tmp'), *(word for word in words if 'sleep' in word)]\n"
    )
    first, second = functions.create(source), functions.create(source + "# another\n")
    assert functions.invoke(first, mark)[0] == [mark]
    # A project that itself lies in /tmp is seen there, by its folder.
    own = {Path(path).parts[2] for path in interpreter() if Path(path).is_relative_to("/tmp")}
    assert [seen for seen in functions.invoke(second, "")[0] if seen not in own] == []


def test_the_environment_of_a_job_works_in_the_job_only(aws, tmp_path):
    """LD_PRELOAD of a job must not be loaded by what still has the server's rights."""
    trace = tmp_path / "loaded"
    bench = Bench(aws)
    variables = {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(trace), "PYTHONHOME": "/nowhere"}
    request = bench.processing("", Environment=variables)
    request["AppSpecification"]["ContainerEntrypoint"] = ["sh", "-c", "exit 0"]
    bench.client.create_processing_job(**request)
    assert bench.processed(request["ProcessingJobName"])["ProcessingJobStatus"] == "Completed"
    assert list(tmp_path.iterdir()) == []

"""Functions as processes: other ways of starting them, how many at once, and what is left when the server dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws.functions.environments import worker
from local_aws.server import serve
from tests.local_aws.functions.functions_support import Lambda, zipped
from tests.processes import running, unique_seconds

pytestmark = pytest.mark.slow

LINUX = sys.platform == "linux"
WAYS = ["forked", "subprocess"] if LINUX else ["subprocess"]


@pytest.fixture(scope="module", params=WAYS)
def plain(aws, request):
    """Functions without a file system of their own, as on systems that have no mount namespaces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_AWS_LAMBDA_RUNTIME", request.param)
        with serve(clock=600) as server:
            yield Lambda(type(aws)(server))


def test_paths_are_shown_as_on_aws_without_a_file_system_of_ones_own(plain, wait_until):
    source = (
        "import os, traceback\n"
        "def handler(event, context):\n"
        "    try:\n        1 / 0\n    except ZeroDivisionError:\n        traceback.print_exc()\n"
        "    open('/tmp/plain-' + context.aws_request_id, 'w').close()\n"
        "    os.remove('/tmp/plain-' + context.aws_request_id)\n"
        "    open(os.path.join(os.path.dirname(__file__), 'x'), 'w')\n"
    )
    name = plain.create(source)
    payload, error, tail = plain.invoke_with_tail(name)
    assert error == "Unhandled"
    assert payload["errorMessage"] == "[Errno 30] Read-only file system: '/var/task/x'"
    assert payload["stackTrace"] == [
        '  File "/var/task/lambda_function.py", line 9, in handler\n'
        "    open(os.path.join(os.path.dirname(__file__), 'x'), 'w')\n"
    ]
    assert '  File "/var/task/lambda_function.py", line 4, in handler' in tail
    assert str(plain.aws.server.host.directory) not in tail


SHARING = """
import multiprocessing, multiprocessing.shared_memory, concurrent.futures

def handler(event, context):
    ends = {}
    for name, make in {
        "Pool": multiprocessing.Pool,
        "Queue": multiprocessing.Queue,
        "Lock": multiprocessing.Lock,
        "SharedMemory": lambda: multiprocessing.shared_memory.SharedMemory(create=True, size=8),
        "ProcessPoolExecutor": concurrent.futures.ProcessPoolExecutor,
    }.items():
        try:
            ends[name] = repr(make())
        except OSError as error:
            ends[name] = [error.errno, error.strerror]
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=there.send, args=[42])
    process.start()
    return {"ends": ends, "pipe": here.recv()}
"""


def without_shared_memory(functions):
    payload, error = functions.invoke(functions.create(SHARING, Timeout=60))
    assert error is None, payload
    assert payload["pipe"] == 42
    assert set(map(tuple, payload["ends"].values())) == {(38, "Function not implemented")}, payload


def test_processes_share_no_memory_as_on_aws(aws):
    """`multiprocessing` in Lambda: Pool and Queue end in errno 38, Process and Pipe work (AWS Compute Blog)."""
    without_shared_memory(Lambda(aws))


def test_processes_share_no_memory_without_a_file_system_of_ones_own(plain):
    without_shared_memory(plain)


def test_life_without_a_file_system_of_ones_own(plain):
    source = (
        "import time, boto3\ncount = 0\n"
        "def handler(event, context):\n"
        "    global count\n    count += 1\n    time.sleep(event.get('sleep', 0))\n"
        "    return [count, time.tzname[0], boto3.client('sts').get_caller_identity()['Arn'].split(':')[5]]"
    )
    name = plain.create(source, Timeout=4)
    who = f"assumed-role/{plain.role.rpartition('/')[2]}/{name}"
    assert plain.invoke(name)[0] == [1, "UTC", who]
    assert plain.invoke(name)[0] == [2, "UTC", who]
    payload, _ = plain.invoke(name, {"sleep": 60})
    assert payload["errorType"] == "Sandbox.Timedout"
    assert plain.invoke(name)[0] == [1, "UTC", who]
    missing, _ = plain.invoke(plain.create("import pandas"))
    assert missing["errorType"] == "Runtime.ImportModuleError"


def test_one_environment_serves_one_invocation_at_a_time(aws):
    functions = Lambda(aws)
    source = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n    return context.log_stream_name"
    name = functions.create(source, Timeout=10)
    with ThreadPoolExecutor(3) as callers:
        streams = list(callers.map(lambda _: functions.invoke(name)[0], range(3)))
    assert len(set(streams)) == 3
    assert functions.invoke(name)[0] in streams


def test_beyond_the_reserved_concurrency_callers_are_throttled(aws):
    functions = Lambda(aws)
    name = functions.create("import time\ndef handler(event, context):\n    time.sleep(1)\n    return 1", Timeout=10)
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)

    def invoke(_):
        try:
            return functions.invoke(name)[0]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(5) as callers:
        answers = sorted(map(str, callers.map(invoke, range(5))))
    assert answers == ["1", "1", *["TooManyRequestsException"] * 3]


def test_accounts_concurrency(aws):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_AWS_LAMBDA_CONCURRENCY", "0")
        with serve(clock=600) as server:
            functions = Lambda(type(aws)(server))
            name = functions.create("def handler(event, context):\n    pass")
            with pytest.raises(ClientError) as throttled:
                functions.invoke(name)
    assert throttled.value.response["Reason"] == "ConcurrentInvocationLimitExceeded"


def test_changed_functions_do_not_keep_their_processes(aws, wait_until):
    functions = Lambda(aws)
    source = "import subprocess\ndef handler(event, context):\n    subprocess.Popen(['sleep', event])"
    name, first, second = functions.create(source), unique_seconds(), unique_seconds()
    functions.invoke(name, first)
    assert running("sleep", first)
    functions.client.update_function_configuration(FunctionName=name, MemorySize=256)
    wait_until(lambda: not running("sleep", first))
    functions.wait_until_active(name)
    functions.invoke(name, second)
    assert running("sleep", second)
    functions.client.delete_function(FunctionName=name)
    wait_until(lambda: not running("sleep", second))


def test_what_a_function_started_ends_with_its_runtime(aws, wait_until):
    functions = Lambda(aws)
    source = (
        "import subprocess, time\n"
        "def handler(event, context):\n"
        "    subprocess.Popen(['sleep', event])\n    print('started')\n    time.sleep(60)"
    )
    name, seconds = functions.create(source, Timeout=1), unique_seconds()
    _, _, tail = functions.invoke_with_tail(name, seconds)
    assert "started" in tail
    wait_until(lambda: not running("sleep", seconds))


@pytest.mark.parametrize("way", ["", *WAYS])
def test_a_killed_server_leaves_no_orphan(aws, way, tmp_path, wait_until):
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "local_aws", "serve", "--port", "0", "--ready-file", str(ready)]
    environment = os.environ | {"LOCAL_AWS_LAMBDA_RUNTIME": way, "TMPDIR": str(tmp_path)}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(ready.exists)
        url = json.loads(ready.read_text())["endpoint_url"]
        functions = Lambda(type(aws)(SimpleNamespace(endpoint_url=url, host=aws.server.host)))
        functions.client.create_function(
            FunctionName="sleeper",
            Runtime="python3.13",
            Role=functions.role,
            Handler="lambda_function.handler",
            Code={"ZipFile": zipped("import time\ndef handler(event, context):\n    time.sleep(100)")},
            Timeout=120,
        )
        functions.wait_until_active("sleeper")
        functions.client.invoke(FunctionName="sleeper", InvocationType="Event", Payload="{}")
        least = 1 if way == "subprocess" else 2
        family = wait_until(
            lambda: len(found := psutil.Process(server.pid).children(recursive=True)) >= least and found
        )
    finally:
        server.kill()
        server.wait()
    wait_until(lambda: not any(_alive(process.pid) for process in family), 5)


def test_names_taken_from_the_runtime_interface_client():
    """Fails when an upgrade of awslambdaric moves what `worker` replaces or relies on."""
    bootstrap = worker.Bootstrap()
    assert bootstrap.run.__code__.co_varnames[:2] == ("handler", "lambda_runtime_client")
    taken = {"create_log_sink", "_get_handler", "handle_event_request", "log_error"}
    assert taken <= set(bootstrap.run.__code__.co_names)
    assert "extract_traceback" in bootstrap.module.handle_event_request.__code__.co_names
    assert "extract_traceback" in bootstrap.module.build_fault_result.__code__.co_names
    posts = bootstrap.module.handle_event_request.__code__.co_names
    assert {"post_invocation_result", "post_invocation_error", "marshaller"} <= set(posts)
    for method in ("wait_next_invocation", "post_init_error", "post_invocation_result", "post_invocation_error"):
        assert callable(getattr(worker.RuntimeClient, method))
    invocation_fields = {"invoke_id", "event_body", "deadline_time_in_ms", "invoked_function_arn", "x_amzn_trace_id"}
    assert invocation_fields <= set(bootstrap.run.__code__.co_names)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""Invocations as a caller sees them: answers, errors, context, environment, reuse of an environment."""

from __future__ import annotations

import base64
import json
import re
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import Lambda, zipped

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    return Lambda(aws)


@pytest.mark.slow
def test_response_of_a_synchronous_invocation(functions):
    name = functions.create("def handler(event, context):\n    return {'got': event}")
    answer = functions.client.invoke(FunctionName=name, Payload=b'{"a": "\xc3\xa9"}')
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer and "LogResult" not in answer
    assert answer["Payload"].read() == '{"got": {"a": "é"}}'.encode()


def test_older_runtimes_escape_what_is_not_ascii(functions):
    name = functions.create("def handler(event, context):\n    return 'é'", Runtime="python3.11")
    assert functions.client.invoke(FunctionName=name)["Payload"].read() == b'"\\u00e9"'


def test_no_payload_is_an_empty_event_and_no_return_value_is_null(functions):
    name = functions.create("def handler(event, context):\n    assert event == {}")
    assert functions.invoke(name, None) == (None, None)


def test_what_json_does_not_know(functions):
    source = (
        "from decimal import Decimal\nfrom collections import namedtuple\n"
        "def handler(event, context):\n"
        "    return b'raw' if event else [Decimal('1.10'), float('nan'), namedtuple('P', 'x')(1)]"
    )
    name = functions.create(source)
    assert functions.client.invoke(FunctionName=name)["Payload"].read() == b'[1.10, NaN, {"x": 1}]'
    assert functions.client.invoke(FunctionName=name, Payload="1")["Payload"].read() == b"raw"


def test_exception_of_the_handler(functions):
    source = "class Broken(Exception):\n    pass\n\ndef handler(event, context):\n    raise Broken('on purpose')\n"
    name = functions.create(source)
    answer = functions.client.invoke(FunctionName=name)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    payload = json.load(answer["Payload"])
    assert list(payload) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert payload == {
        "errorMessage": "on purpose",
        "errorType": "Broken",
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "stackTrace": ["  File \"/var/task/lambda_function.py\", line 5, in handler\n    raise Broken('on purpose')\n"],
    }


INIT_FAULTS = {
    "import": (
        "import pandas",
        "lambda_function.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'lambda_function': No module named 'pandas'",
    ),
    "file": (
        "x = 1",
        "elsewhere.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'elsewhere': No module named 'elsewhere'",
    ),
    "handler": (
        "x = 1",
        "lambda_function.handler",
        "Runtime.HandlerNotFound",
        "Handler 'handler' missing on module 'lambda_function'",
    ),
    "syntax": (
        "def handler(event, context)\n    pass",
        "lambda_function.handler",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'lambda_function': expected ':' (lambda_function.py, line 1)",
    ),
    "name": (
        "x = 1",
        "handler",
        "Runtime.MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
    ),
    "builtin": (
        "x = 1",
        "sys.handler",
        "Runtime.BuiltInModuleConflict",
        "Cannot use built-in module sys as a handler module",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", INIT_FAULTS)
def test_fault_while_initialising(functions, case):
    source, handler, error_type, message = INIT_FAULTS[case]
    payload, error = functions.invoke(functions.create(source, Handler=handler))
    assert error == "Unhandled"
    trace = ['  File "/var/task/lambda_function.py" Line 1\n    def handler(event, context)\n']
    assert payload == {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": "",
        "stackTrace": trace if case == "syntax" else [],
    }


def test_boto3_comes_without_the_crt_as_on_lambda(functions):
    source = "import boto3, botocore.compat\ndef handler(event, context):\n    return botocore.compat.HAS_CRT"
    assert functions.invoke(functions.create(source)) == (False, None)


def test_exception_while_importing_shows_the_import_system(functions):
    payload, _ = functions.invoke(functions.create("raise ValueError('too early')"))
    assert (payload["errorType"], payload["errorMessage"], payload["requestId"]) == ("ValueError", "too early", "")
    first, *middle, last = payload["stackTrace"]
    assert first.startswith('  File "/var/lang/lib/python3.13/importlib/__init__.py", line ')
    assert all("<frozen importlib" in frame for frame in middle)
    assert last == "  File \"/var/task/lambda_function.py\", line 1, in <module>\n    raise ValueError('too early')\n"


def test_value_that_cannot_become_json(functions):
    payload, error = functions.invoke(functions.create("def handler(event, context):\n    return {1}"))
    assert error == "Unhandled"
    assert payload["errorType"] == "Runtime.MarshalError"
    assert payload["errorMessage"] == "Unable to marshal response: Object of type set is not JSON serializable"
    assert payload["stackTrace"] == [] and payload["requestId"]


def test_timeout_loses_globals_but_not_tmp(functions):
    source = (
        "import os, time\ncount = 0\n"
        "def handler(event, context):\n"
        "    global count\n    count += 1\n"
        "    open('/tmp/seen', 'a').write('x')\n"
        "    time.sleep(event.get('sleep', 0))\n"
        "    return [count, len(open('/tmp/seen').read()), context.log_stream_name]"
    )
    name = functions.create(source, Timeout=1)
    assert functions.invoke(name)[0][:2] == [1, 1]
    (count, seen, stream), _ = functions.invoke(name)
    assert (count, seen) == (2, 2)
    payload, error, tail = functions.invoke_with_tail(name, {"sleep": 30})
    request_id = functions.last_request_id
    assert (error, payload) == (
        "Unhandled",
        {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {request_id} Error: Task timed out after 1.00 seconds",
        },
    )
    assert tail.endswith("\tStatus: timeout\t\n")
    assert "Task timed out" not in tail
    assert functions.invoke(name)[0] == [1, 4, stream]


EXITS = {
    "sys.exit(0)": "Runtime exited without providing a reason",
    "sys.exit(1)": "Runtime exited with error: exit status 1",
    "os._exit(7)": "Runtime exited with error: exit status 7",
    "os.kill(os.getpid(), 9)": "Runtime exited with error: signal: killed",
}


def test_process_that_ends(functions):
    name = functions.create("import os, sys\ndef handler(event, context):\n    exec(event)")
    for code, how in EXITS.items():
        payload, error, tail = functions.invoke_with_tail(name, code)
        assert error == "Unhandled"
        assert payload == {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: {functions.last_request_id} Error: {how}",
        }
        assert tail.endswith("\tStatus: error\tError Type: Runtime.ExitError\t\n")


def test_what_ends_the_runtime_is_shown_as_on_aws(functions):
    name = functions.create("def handler(event, context):\n    raise KeyboardInterrupt")
    _, _, tail = functions.invoke_with_tail(name)
    paths = re.findall(r'File "([^"]+)"', tail)
    assert paths
    assert all(path.startswith(("/var/runtime/awslambdaric/", "/var/task/")) for path in paths)


def test_segmentation_fault_is_seen_as_a_timeout(functions):
    source = "import ctypes\ndef handler(event, context):\n    ctypes.string_at(0)"
    payload, _ = functions.invoke(functions.create(source, Timeout=1))
    assert payload["errorType"] == "Sandbox.Timedout"


def test_too_much_memory(functions):
    source = (
        "kept = []\ndef handler(event, context):\n"
        "    for _ in range(event['mb']):\n        kept.append(bytearray(b'x' * (1 << 20)))"
    )
    name = functions.create(source, Timeout=30)
    assert functions.invoke(name, {"mb": 60}) == (None, None)
    payload, error, tail = functions.invoke_with_tail(name, {"mb": 1000})
    assert (error, payload["errorType"]) == ("Unhandled", "Runtime.OutOfMemory")
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert tail.endswith("\tStatus: error\tError Type: Runtime.OutOfMemory\t\n")
    used = int(re.search(r"Max Memory Used: (\d+) MB", tail)[1])
    assert used > 128
    assert functions.invoke(name, {"mb": 1}) == (None, None)


def test_boto3_counts_as_memory_once_it_is_imported(functions):
    source = "def handler(event, context):\n    if event:\n        from boto3 import client"
    name = functions.create(source)

    def used(event):
        return int(re.search(r"Max Memory Used: (\d+) MB", functions.invoke_with_tail(name, event)[2])[1])

    assert used(False) + 10 < used(True)


@pytest.mark.slow
def test_initialisation_is_capped_and_then_has_the_functions_timeout(functions, monkeypatch, wait_until):
    monkeypatch.setattr("local_aws.functions.environments.environment._INIT_SECONDS", 0.3)
    name = functions.create("import time\ntime.sleep(0.8)\ndef handler(event, context):\n    return 'slow'", Timeout=5)
    payload, error, tail = functions.invoke_with_tail(name)
    assert (payload, error) == ("slow", None)
    assert "Init Duration" not in tail
    log = wait_until(lambda: len(log := functions.log(name)) >= 5 and log)
    assert re.fullmatch(r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: timeout\n", log[1])
    too_slow = functions.create("import time\ntime.sleep(9)", Timeout=1)
    payload, error = functions.invoke(too_slow)
    assert (error, payload["errorType"]) == ("Unhandled", "Sandbox.Timedout")


def test_process_that_ends_while_initialising(functions):
    payload, _, tail = functions.invoke_with_tail(functions.create("import sys\nsys.exit(2)"))
    assert payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {functions.last_request_id} Error: Runtime exited with error: exit status 2",
    }
    assert tail.endswith("\tStatus: error\tError Type: Runtime.ExitError\t\n")


def test_response_too_large(functions):
    name = functions.create("def handler(event, context):\n    return 'x' * event")
    payload, error = functions.invoke(name, 6_291_556)
    assert (error, payload) == (
        "Unhandled",
        {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        },
    )
    assert len(functions.invoke(name, 6_291_554)[0]) == 6_291_554


def test_only_tmp_can_be_written(functions):
    source = "import os\ndef handler(event, context):\n    open('/tmp/file', 'w').write('fine')\n    open(event, 'w')"
    name = functions.create(source)
    for path in ("/var/task/x", "/etc/x", "/var/runtime/x"):
        payload, _ = functions.invoke(name, path)
        assert payload["errorMessage"] == f"[Errno 30] Read-only file system: '{path}'"
        assert payload["errorType"] == "OSError"


def test_context_object(functions):
    source = (
        "def handler(event, context):\n"
        "    names = ['aws_request_id', 'log_group_name', 'log_stream_name', 'function_name', 'function_version',\n"
        "             'invoked_function_arn', 'memory_limit_in_mb', 'tenant_id']\n"
        "    found = {name: getattr(context, name) for name in names}\n"
        "    custom = context.client_context and context.client_context.custom\n"
        "    return found | {'remaining': context.get_remaining_time_in_millis(), 'custom': custom}"
    )
    name = functions.create(source, MemorySize=256, Timeout=7)
    given = base64.b64encode(json.dumps({"custom": {"k": "é"}}).encode()).decode()
    found = json.load(functions.client.invoke(FunctionName=name, ClientContext=given)["Payload"])
    assert 6000 < found.pop("remaining") <= 7000
    stream = found.pop("log_stream_name")
    assert re.fullmatch(rf"{datetime.now(UTC):%Y/%m/%d}/\[\$LATEST\][0-9a-f]{{32}}", stream)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found.pop("aws_request_id"))
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    assert found == {
        "log_group_name": f"/aws/lambda/{name}",
        "function_name": name,
        "function_version": "$LATEST",
        "invoked_function_arn": arn,
        "memory_limit_in_mb": "256",
        "tenant_id": None,
        "custom": {"k": "é"},
    }
    qualified = json.load(functions.client.invoke(FunctionName=name, Qualifier="$LATEST")["Payload"])
    assert qualified["invoked_function_arn"] == f"{arn}:$LATEST"
    assert qualified["custom"] is None


def test_environment_of_a_function(functions):
    source = (
        "import os, time, getpass\ndef handler(event, context):\n"
        "    return {'env': dict(os.environ), 'cwd': os.getcwd(), 'zone': time.tzname[0], 'tmp': os.listdir('/tmp'),\n"
        "            'mode': oct(os.stat('/tmp').st_mode)[-4:]}"
    )
    name = functions.create(source, Runtime="python3.14", Environment={"Variables": {"MINE": "yes"}})
    found, _ = functions.invoke(name)
    # Where Python itself lives under /tmp, the way to it shows there.
    tmp = [entry for entry in found["tmp"] if entry not in Path(sys.prefix).parts + Path(sys.base_prefix).parts]
    assert (found["cwd"], found["zone"], tmp, found["mode"]) == ("/var/task", "UTC", [], "1777")
    environment = found["env"]
    assert environment.pop("AWS_ACCESS_KEY_ID").startswith("ASIA")
    assert environment.pop("AWS_SECRET_ACCESS_KEY") and environment.pop("AWS_SESSION_TOKEN")
    assert re.fullmatch(r"127\.0\.0\.1:\d+", environment.pop("AWS_LAMBDA_RUNTIME_API"))
    assert environment.pop("AWS_LAMBDA_LOG_STREAM_NAME")
    trace = environment.pop("_X_AMZN_TRACE_ID")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:1", trace)
    assert environment == {
        "MINE": "yes",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ENDPOINT_URL": functions.aws.endpoint_url,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_REGION": "us-east-1",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "LD_LIBRARY_PATH": (
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
        ),
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "PWD": "/var/task",
        "PYTHONPATH": "/var/runtime",
        "SHLVL": "0",
        "TZ": ":UTC",
        "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "_HANDLER": "lambda_function.handler",
    }


def test_locale_of_the_older_runtimes(functions):
    source = "import os\ndef handler(event, context):\n    return os.environ.get('LC_CTYPE')"
    assert functions.invoke(functions.create(source, Runtime="python3.11"))[0] is None
    assert functions.invoke(functions.create(source, Runtime="python3.12"))[0] == "C.UTF-8"


def test_boto3_acts_under_the_functions_role(functions):
    bucket = functions.aws.bucket()
    source = (
        "import boto3\ns3 = boto3.client('s3')\n"
        "def handler(event, context):\n"
        "    who = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    s3.put_object(Bucket=event, Key='written', Body=b'by a function')\n    return who"
    )
    denied = functions.create(source)
    payload, error = functions.invoke(denied, bucket)
    assert error == "Unhandled" and payload["errorType"] in ("AccessDenied", "ClientError")
    assert "is not authorized to perform: s3:PutObject" in payload["errorMessage"]
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    role = functions.aws.role("lambda.amazonaws.com", statement)
    allowed = functions.create(source, Role=role)
    who, error = functions.invoke(allowed, bucket)
    assert (error, who) == (None, f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/{allowed}")
    body = functions.aws.client("s3").get_object(Bucket=bucket, Key="written")["Body"].read()
    assert body == b"by a function"


def test_packages_of_this_machine_are_not_the_functions(functions):
    source = "import importlib\ndef handler(event, context):\n    importlib.import_module(event)"
    name = functions.create(source)
    for module in ("numpy", "moto", "pytest", "local_aws"):
        payload, _ = functions.invoke(name, module)
        assert payload["errorMessage"] == f"No module named '{module}'"
    for module in ("boto3", "botocore", "urllib3", "dateutil", "sqlite3", "zipfile"):
        assert functions.invoke(name, module) == (None, None)


def test_dry_run_and_asynchronous_acceptance(functions):
    name = functions.create("def handler(event, context):\n    raise Exception('must not matter')")
    dry = functions.client.invoke(FunctionName=name, InvocationType="DryRun")
    assert (dry["StatusCode"], dry["Payload"].read()) == (204, b"")
    event = functions.client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    assert (event["StatusCode"], event["Payload"].read()) == (202, b"")
    assert "ExecutedVersion" not in event and "FunctionError" not in event


def test_payload_must_be_json(functions):
    name = functions.create("def handler(event, context):\n    pass")
    expected = (
        "Could not parse request body into json: Could not parse payload into json: Unexpected character "
        "((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, Array, Object or token 'null', "
        "'true' or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
        "line: 1, column: 1]"
    )
    with pytest.raises(ClientError) as refused:
        functions.client.invoke(FunctionName=name, Payload=b"\x99\xeb,j\x07\xa1zYh")
    assert refused.value.response["Error"] == {
        "Code": "InvalidRequestContentException",
        "Message": expected,
    } | {key: refused.value.response["Error"][key] for key in refused.value.response["Error"] if key == "Type"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        functions.client.invoke(FunctionName=name, Payload=b'{"a": 1')


def test_payload_limits(functions):
    name = functions.create("def handler(event, context):\n    return len(event)")
    assert functions.invoke(name, "x" * 6_291_454)[0] == 6_291_454
    for kind, size in (("RequestResponse", 6_291_457), ("Event", 1_048_577)):
        with pytest.raises(ClientError) as refused:
            functions.client.invoke(FunctionName=name, InvocationType=kind, Payload=b'"' + b"x" * (size - 2) + b'"')
        assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_function_that_is_not_there(functions):
    with pytest.raises(ClientError) as missing:
        functions.client.invoke(FunctionName="nobody")
    error = missing.value.response["Error"]
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] == f"Function not found: arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody:$LATEST"


def test_code_can_be_downloaded(functions):
    code = zipped("def handler(event, context):\n    return 'as it was'")
    name = functions.create("", Code={"ZipFile": code})
    location = functions.client.get_function(FunctionName=name)["Code"]["Location"]
    with urllib.request.urlopen(location) as download:
        assert download.read() == code


def test_package_with_folders_and_handler_in_one(functions):
    code = zipped(**{"app/main.py": "from app.other import answer\n\ndef go(event, context):\n    return answer",
                     "app/other.py": "answer = 42", "app/__init__.py": ""})  # fmt: skip
    name = functions.create("", Code={"ZipFile": code}, Handler="app/main.go")
    assert functions.invoke(name) == (42, None)

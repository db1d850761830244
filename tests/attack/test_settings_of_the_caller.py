"""Settings of whoever starts the server by hand: none of them reaches the server's own clients or what it starts."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import pytest

from local_aws.isolation import callers_settings
from tests.attack.servers import Server
from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.sagemaker.jobs_support import Bench

BROKEN = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_DEFAULT_PROFILE": "no-such-profile",
    "AWS_ACCESS_KEY_ID": "AKIAOFTHECALLER00000",
    "AWS_SECRET_ACCESS_KEY": "of-the-caller",
    "AWS_SESSION_TOKEN": "of-the-caller",
    "AWS_REGION": "nowhere-1",
    "AWS_DEFAULT_REGION": "nowhere-1",
    "AWS_RETRY_MODE": "bogus",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_DEFAULTS_MODE": "bogus",
    "AWS_CA_BUNDLE": "/no/such/bundle",
    "AWS_USE_FIPS_ENDPOINT": "perhaps",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "perhaps",
    "AWS_STS_REGIONAL_ENDPOINTS": "bogus",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "bogus",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "bogus",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "bogus",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "-1",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "bogus",
    "AWS_CSM_ENABLED": "true",
    "AWS_SDK_UA_APP_ID": "x" * 99,
    "AWS_DATA_PATH": "/no/such/models",
    "BOTOCORE_TCP_KEEPALIVE": "perhaps",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}
PROGRAM = "import json, os\nprint(json.dumps(dict(os.environ)))"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Any:
    folder = tmp_path_factory.mktemp("settings")
    broken = folder / "config"
    broken.write_text("[default\nthis is no configuration = = =\n[[")
    files = {"AWS_CONFIG_FILE": str(broken), "AWS_SHARED_CREDENTIALS_FILE": str(broken)}
    closed = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
    with Server(folder, environment=BROKEN | files, through=closed) as running:
        yield running


def test_services_speak_to_each_other_whatever_the_caller_has_set(server):
    """A function that writes to S3 under its role, and logs: four services, each by the server's own clients."""
    functions = Lambda(server)
    source = (
        "import boto3\ndef handler(event, context):\n    print('hello')\n"
        "    return boto3.client('sts').get_caller_identity()"
    )
    name = functions.create(source, Timeout=30)
    answer, error = functions.invoke(name)
    assert error is None, answer
    server.wait_until(lambda: "hello\n" in functions.log(name))


def test_a_function_inherits_none_of_them(server):
    functions = Lambda(server)
    name = functions.create("import os\ndef handler(event, context):\n    return dict(os.environ)", Timeout=30)
    found, error = functions.invoke(name)
    assert error is None
    assert_none(found)
    assert found["AWS_ENDPOINT_URL"] == server.endpoint_url


def test_a_processing_script_inherits_none_of_them(server):
    bench = Bench(server)
    request = bench.processing(PROGRAM)
    bench.client.create_processing_job(**request)
    job = bench.processed(request["ProcessingJobName"])
    assert job["ProcessingJobStatus"] == "Completed", job
    (line,) = bench.log("ProcessingJobs", request["ProcessingJobName"])
    assert_none(json.loads(line))
    assert json.loads(line)["AWS_ENDPOINT_URL"] == server.endpoint_url


@pytest.mark.skipif(sys.platform != "linux", reason="reads environments in /proc")
def test_no_process_of_the_server_has_them(server):
    """Beside the server itself, whose first environment is what its starter gave it."""
    for process in server.children():
        words = process.environ()
        assert not {name for name in BROKEN if name in words and words[name] == BROKEN[name]}, process.cmdline()


def assert_none(environment: dict[str, str]) -> None:
    """None of the caller's values stands in an environment, and nothing of a proxy."""
    assert {name for name, value in environment.items() if BROKEN.get(name) == value} == set()
    assert {name for name in environment if name.lower().endswith("_proxy")} <= {"NO_PROXY"}
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def test_everything_of_the_caller_is_forgotten_and_nothing_else():
    kept = {"PATH": "/bin", "LOCAL_AWS_LAMBDA_RUNTIME": "forked", "HOME": "/home/x", "MY_AWS_NOTE": "x"}
    environment = BROKEN | kept | {"no_proxy": "localhost", f"AWS_{secrets.token_hex(4).upper()}": "x"}
    callers_settings.forget(environment)
    left = {name: value for name, value in environment.items() if name not in kept}
    assert {name: environment[name] for name in kept} == kept
    assert set(left) == {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "NO_PROXY"}
    assert Path(left["AWS_CONFIG_FILE"]) == Path(left["AWS_SHARED_CREDENTIALS_FILE"])

"""Memory and room come back after objects and logs are deleted."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.attack.servers import Server

MIB = 1_048_576


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        # What it loads at first use stays.
        warm = running.bucket()
        running.client("s3").put_object(Bucket=warm, Key="k", Body=b"x" * (2 * MIB))
        running.client("s3").delete_object(Bucket=warm, Key="k")
        running.client("logs").create_log_group(logGroupName="/warm")
        running.client("logs").delete_log_group(logGroupName="/warm")
        running.client("sqs").list_queues()
        yield running


def memory(server: Server) -> float:
    """What the server holds, in MiB."""
    return psutil.Process(server.pid).memory_info().rss / MIB


@pytest.fixture
def comes_back(server: Server) -> Iterator[Any]:
    """Holds that the server's memory is, within so many MiB, what it was; said after what takes it."""
    before = memory(server)
    yield lambda within: server.wait_until(lambda: memory(server) < before + within, 30)


def test_overwritten_and_deleted_objects(server: Server, comes_back: Any):
    """Each body stood in a circle that Python finds only now and then."""
    s3, bucket, body = server.client("s3"), server.bucket(), secrets.token_bytes(20 * MIB)
    for _ in range(12):
        s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body
    s3.delete_object(Bucket=bucket, Key="k")
    comes_back(150)


def test_deleted_logs(server: Server, comes_back: Any):
    """Moto kept a list of every event that there ever was."""
    logs, names = server.client("logs"), {"logGroupName": "/flood", "logStreamName": "s"}
    now, before = int(time.time() * 1000), memory(server)
    for _ in range(2):
        logs.create_log_group(logGroupName="/flood")
        logs.create_log_stream(**names)
        for _ in range(100):
            logs.put_log_events(**names, logEvents=[{"timestamp": now, "message": "x" * 1_000_000}])
        assert memory(server) > before + 50
        logs.delete_log_group(logGroupName="/flood")
        comes_back(80)


def test_deleted_messages(server: Server, comes_back: Any):
    sqs, body = server.client("sqs"), "x" * 200_000
    url = sqs.create_queue(QueueName="flood")["QueueUrl"]
    for _ in range(60):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": f"{n}", "MessageBody": body} for n in range(5)])
    sqs.delete_queue(QueueUrl=url)
    comes_back(40)


@pytest.mark.long
def test_objects_of_100_mb(server: Server, comes_back: Any):
    s3, bucket, body = server.client("s3"), server.bucket(), secrets.token_bytes(100 * MIB)
    for number in range(6):
        s3.put_object(Bucket=bucket, Key=f"k{number % 2}", Body=body)
    for key in ("k0", "k1"):
        s3.delete_object(Bucket=bucket, Key=key)
    comes_back(250)


@pytest.mark.long
def test_half_a_million_short_lines(server: Server, comes_back: Any):
    logs, names = server.client("logs"), {"logGroupName": "/lines", "logStreamName": "s"}
    logs.create_log_group(logGroupName="/lines")
    logs.create_log_stream(**names)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": f"a line, and its number is {number}"} for number in range(10_000)]
    for _ in range(50):
        logs.put_log_events(**names, logEvents=events)
    logs.delete_log_group(logGroupName="/lines")
    comes_back(150)


# ---- room on the disk --------------------------------------------------------------------------------

SMALL = """
mkdir -p "$0" && mount -t tmpfs -o size=48m tmpfs "$0" && TMPDIR="$0" exec "$@"
"""


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Server]:
    """A server whose temporary files have 48 MB."""
    through = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL, str(tmp_path / "small")]
    if sys.platform != "linux" or subprocess.run([*through, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system of its own can be made here")
    shutil.rmtree(tmp_path / "small")
    with Server(tmp_path, through=through) as running:
        yield running


def test_what_did_not_fit_takes_no_room(cramped: Server):
    """After a PutObject that fails for want of room, what fits still fits; and after room is made, a function."""
    s3, bucket = cramped.client("s3"), cramped.bucket()
    for _ in range(4):
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket=bucket, Key="large", Body=b"x" * (60 * MIB))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert "no room left" in str(refused.value)
    for number in range(4):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"x" * (8 * MIB))

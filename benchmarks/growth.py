"""What things cost as they become many: objects, log events, executions, functions.

Each row is the time of one more of a kind, and of the first page of its list, where there are so many already. The
baseline is the same where there are a tenth: what grows in step with its number has a ratio of 10.
"""

from __future__ import annotations

import io
import json
import secrets
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.bench import Bench
from benchmarks.emulators import Emulator
from benchmarks.figures import Figure, within
from benchmarks.functions import PLAIN, role
from benchmarks.states import chain
from benchmarks.turns import Way, milliseconds

_AT_ONCE, _READINGS = 4, 20
_LIMIT = within(1.5)


def measure(bench: Bench) -> Iterator[Figure]:
    """Milliseconds where there are many, beside those where there are a tenth as many."""
    for name, kind, sizes in (
        ("objects", Objects, (1_000, 10_000)),
        ("log events", LogEvents, (10_000, 100_000)),
        ("executions", Executions, (1_000, 10_000)),
        ("functions", Functions, (100, 1_000)),
    ):
        if not any(bench.wants(f"{what} {sizes[-1]:,} {name}") for what in ("one more of", "a page of")):
            continue
        bench.say(f"growth: {name}")
        yield from _of(name, kind(bench.ours), sizes)


def _of(name: str, things: Things, sizes: tuple[int, ...]) -> Iterator[Figure]:
    before: dict[str, float] = {}
    there, fewer = 0, 0
    for size in sizes:
        things.make(size - there)
        there = size
        now = {
            "one more of": _median(milliseconds(things.one_more)),
            "a page of": _median(milliseconds(things.page)),
        }
        for what, took in now.items():
            if what in before:
                yield Figure(f"{what} {size:,} {name}", "ms", took, f"of {fewer:,}", before[what], _LIMIT)
        before, fewer = now, size


def _median(way: Way) -> float:
    return statistics.median(way() for _ in range(_READINGS))


class Things:
    """Things of one kind on an emulator."""

    one_more: Callable[[], Any]
    page: Callable[[], Any]

    def make(self, count: int) -> None:
        """So many more."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(self.one_more) for _ in range(count)]:
                done.result()


class Objects(Things):
    """Objects of S3 in one bucket."""

    def __init__(self, emulator: Emulator):
        s3, bucket = emulator.client("s3"), f"growth-{secrets.token_hex(6)}"
        s3.create_bucket(Bucket=bucket)
        self.one_more = lambda: s3.put_object(Bucket=bucket, Key=secrets.token_hex(8), Body=b"content")
        self.page = lambda: s3.list_objects_v2(Bucket=bucket, MaxKeys=100)


class LogEvents(Things):
    """Events of one log stream."""

    _BATCH = 1000

    def __init__(self, emulator: Emulator):
        self._logs, self._which = emulator.client("logs"), {"logGroupName": "growth", "logStreamName": "one"}
        self._logs.create_log_group(logGroupName="growth")
        self._logs.create_log_stream(**self._which)
        self.one_more = lambda: self._put(1)
        self.page = lambda: self._logs.get_log_events(**self._which, limit=100)

    def make(self, count: int) -> None:
        for start in range(0, count, self._BATCH):
            self._put(min(self._BATCH, count - start))

    def _put(self, count: int) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": "a line of a function that runs"}
        self._logs.put_log_events(**self._which, logEvents=[event] * count)


class Executions(Things):
    """Executions of one state machine."""

    def __init__(self, emulator: Emulator):
        states = emulator.client("stepfunctions")
        machine = states.create_state_machine(
            name=f"growth-{secrets.token_hex(6)}",
            definition=json.dumps(chain(1)),
            roleArn=role(emulator, "states.amazonaws.com"),
        )["stateMachineArn"]
        self.one_more = lambda: states.start_execution(stateMachineArn=machine, input='{"n": 0}')
        self.page = lambda: states.list_executions(stateMachineArn=machine, maxResults=100)


class Functions(Things):
    """Functions of Lambda."""

    def __init__(self, emulator: Emulator):
        client, role_arn, archive = emulator.client("lambda"), role(emulator, "lambda.amazonaws.com"), io.BytesIO()
        with zipfile.ZipFile(archive, "w") as members:
            members.writestr("lambda_function.py", PLAIN)
        self.one_more = lambda: client.create_function(
            FunctionName=f"growth-{secrets.token_hex(8)}",
            Runtime="python3.13",
            Role=role_arn,
            Handler="lambda_function.handler",
            Code={"ZipFile": archive.getvalue()},
        )
        self.page = lambda: client.list_functions(MaxItems=50)

"""What functions write: lines, records, tracebacks, the platform's own lines, and CloudWatch Logs."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from local_aws.functions.environments.frames import FrameReader, FrameWriter
from local_aws.functions.log import Report, init_report
from local_aws.logs.writer import Destination, LogStream
from tests.local_aws.functions.functions_support import Lambda


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    return Lambda(aws)


def masked(events: list[str]) -> list[str]:
    """Events with what differs from run to run replaced."""
    patterns = {
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "<id>",
        r"\d+\.\d\d ms": "<ms> ms",
        r"Billed Duration: \d+": "Billed Duration: <n>",
        r"Used: \d+": "Used: <n>",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z": "<time>",
        r"runtime:[0-9a-f]{64}": "runtime:<hash>",
    }
    for pattern, mark in patterns.items():
        events = [re.sub(pattern, mark, event) for event in events]
    return events


START, END = "START RequestId: <id> Version: $LATEST\n", "END RequestId: <id>\n"
REPORT = (
    "REPORT RequestId: <id>\tDuration: <ms> ms\tBilled Duration: <n> ms\tMemory Size: 128 MB\tMax Memory Used: <n> MB\t"
)
INIT_START = (
    "INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:<hash>\n"
)


def test_log_of_a_cold_and_a_warm_invocation(functions, wait_until):
    source = (
        "import logging, sys\nprint('while initialising')\n"
        "def handler(event, context):\n"
        "    print('one\\ntwo')\n"
        "    print('kept\\rtogether')\n"
        "    logging.getLogger().warning('a record of\\ntwo lines')\n"
        "    logging.basicConfig(level=logging.INFO)\n"
        "    logging.info('the root logger has a handler already')\n"
        "    print('to standard error', file=sys.stderr)\n"
        "    print('no line feed', end='')"
    )
    name = functions.create(source)
    functions.invoke(name)
    functions.invoke(name)
    events = masked(wait_until(lambda: len(log := functions.log(name)) >= 20 and log))
    invocation = [
        START,
        "one\n",
        "two\n",
        "kept\rtogether\n",
        "[WARNING]\t<time>\t<id>\ta record of\ntwo lines\n",
        "to standard error\n",
        "no line feed",
        END,
    ]
    assert events == [
        INIT_START,
        "while initialising\n",
        *invocation,
        f"{REPORT}Init Duration: <ms> ms\t\n",
        *invocation,
        f"{REPORT}\n",
    ]


def test_events_keep_the_order_in_which_they_were_written():
    writer = SimpleNamespace(written=[])
    writer.put = lambda _, events: writer.written.extend(events)
    stream = LogStream(writer, Destination("group", "stream", "role", "service", "session"))
    stream.write("a plain line, read late\n", at=1_005)
    stream.write("a record with the time at which it was made\n", at=1_001)
    stream.write("another line\n", at=1_005)
    times = [event.time for event in writer.written]
    assert times == sorted(times)


def test_exception_is_one_event_with_no_break_spaces(functions, wait_until):
    name = functions.create("def handler(event, context):\n    raise KeyError('k')")
    functions.invoke(name)
    events = wait_until(lambda: len(log := functions.log(name)) >= 5 and log)
    assert events[2] == (
        "[ERROR] KeyError: 'k'\nTraceback (most recent call last):\n"
        '\u00a0\u00a0File "/var/task/lambda_function.py", line 2, in handler\n'
        "\u00a0\u00a0\u00a0\u00a0raise KeyError('k')"
    )


def test_failed_initialisation_is_tried_again_inside_the_first_invocation(functions, wait_until):
    name = functions.create("import nothing_like_it")
    functions.invoke(name)
    events = masked(wait_until(lambda: len(log := functions.log(name)) >= 10 and log))
    error = (
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'lambda_function': "
        "No module named 'nothing_like_it'\nTraceback (most recent call last):"
    )
    failed = "Status: error\tError Type: Runtime.ImportModuleError"
    assert events[1].startswith("[WARNING]\t<time>\t\tLAMBDA_WARNING: Unhandled exception.")
    assert events[0] == INIT_START and events[2] == error
    assert events[3] == f"INIT_REPORT Init Duration: <ms> ms\tPhase: init\t{failed}\n"
    assert events[4] == START and events[6] == error
    assert events[7] == f"INIT_REPORT Init Duration: <ms> ms\tPhase: invoke\t{failed}\n"
    assert events[8:] == [END, f"{REPORT}{failed}\t\n"]


def test_tail_is_four_kilobytes_and_begins_after_initialisation(functions):
    name = functions.create("def handler(event, context):\n    print('x' * event)")
    _, _, tail = functions.invoke_with_tail(name, 10)
    assert masked([tail]) == [f"{START}{'x' * 10}\n{END}{REPORT}Init Duration: <ms> ms\t\n"]
    _, _, tail = functions.invoke_with_tail(name, 10_000)
    assert len(tail) == 4096 and masked([tail])[0].endswith(f"x\n{END}{REPORT}\n")


def test_long_output_is_whole_and_cut_only_where_cloudwatch_must(functions, wait_until):
    name = functions.create("def handler(event, context):\n    print('y' * event)\n    print('after')")
    functions.invoke(name, 2_400_000)
    events = wait_until(lambda: len(log := functions.log(name)) >= 8 and log)
    assert [len(event) for event in events[2:5]] == [1_048_550, 1_048_550, 302_901]
    assert "".join(events[2:5]) == "y" * 2_400_000 + "\n" and events[5] == "after\n"


@pytest.mark.slow
def test_a_cut_never_falls_inside_a_character(functions, wait_until):
    name = functions.create("def handler(event, context):\n    print('x' + 'é' * event)")
    functions.invoke(name, 700_000)
    events = wait_until(lambda: len(log := functions.log(name)) >= 6 and log)
    assert [len(event.encode()) for event in events[2:4]] == [1_048_549, 351_453]
    assert "".join(events[2:4]) == "x" + "é" * 700_000 + "\n"


def test_a_role_that_may_not_write_logs_leaves_none(functions):
    role = functions.aws.role("lambda.amazonaws.com")
    silent = functions.create("def handler(event, context):\n    print('unheard')", Role=role)
    functions.invoke(silent)
    loud = functions.create("def handler(event, context):\n    print('heard')")
    functions.invoke(loud)
    functions.aws.server.host.logs.flush()
    assert "heard\n" in functions.log(loud)
    assert functions.log(silent) == []


def test_log_group_of_ones_own(functions, wait_until):
    name = functions.create(
        "def handler(event, context):\n    return context.log_group_name",
        LoggingConfig={"LogGroup": "/chosen/group", "LogFormat": "Text"},
    )
    assert functions.invoke(name)[0] == "/chosen/group"
    logs = functions.aws.client("logs")
    groups = wait_until(lambda: logs.describe_log_groups(logGroupNamePrefix="/chosen")["logGroups"])
    assert [group["logGroupName"] for group in groups] == ["/chosen/group"]


def test_billed_duration_rounds_up_and_includes_initialisation():
    report = Report("id", 3016.78, 128, 36, init=84.0)
    assert report.billed == 3101
    assert report.text() == (
        "REPORT RequestId: id\tDuration: 3016.78 ms\tBilled Duration: 3101 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 36 MB\tInit Duration: 84.00 ms\t\n"
    )
    assert Report("id", 3000.0, 128, 36).billed == 3000
    assert init_report(1236.04, "init", None) == "INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: timeout\n"


def test_frames_and_plain_output_share_a_pipe_in_pieces_of_any_size(tmp_path):
    pipe = tmp_path / "pipe"
    with pipe.open("wb", buffering=0) as written:
        writer = FrameWriter(written.fileno())
        written.write("plain é\nhalf a ".encode())
        writer.log("a record\nof two lines, and long: " + "z" * 9000)
        written.write(b"line\n")
        writer.mark("there")
    data = pipe.read_bytes()
    for size in (1, 2, 7, 4096, len(data)):
        reader = FrameReader()
        found = [
            (one.is_mark, one.text) for at in range(0, len(data), size) for one in reader.feed(data[at : at + size])
        ]
        assert found == [
            (False, "plain é\n"),
            (False, "a record\nof two lines, and long: " + "z" * 9000),
            (False, "half a line\n"),
            (True, "there"),
        ]

"""Floods: of log lines, of one line without an end, of members in a package. They end, and take no memory along."""

from __future__ import annotations

import io
import json
import secrets
import stat
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.call import ApiError
from local_aws.functions.environments.frames import FrameReader
from local_aws.functions.package import Packages
from local_aws.logs.lines import EVENT_BYTES, LineCutter, cut, lines_of
from local_aws.logs.writer import Destination, LogStream
from tests.local_aws.conftest import wait_until

MIB = 1_048_576


# ---- lines -------------------------------------------------------------------------------------------


class Endless(io.RawIOBase):
    """A pipe that brings one line of so many bytes."""

    def __init__(self, size: int):
        self._left = size

    def read1(self, size: int) -> bytes:
        data = b"x" * min(size, self._left)
        self._left -= len(data)
        return data


@given(st.lists(st.binary(max_size=9) | st.sampled_from([b"\n", b"\n\n", "é€𝄞".encode(), b"\xff" * 9]), max_size=9))
def test_lines_are_whole_however_they_come(parts):
    cutter = LineCutter()
    found = [line for part in parts for line in cutter.feed(part)] + list(cutter.flush())
    assert found == b"".join(parts).splitlines(keepends=True) or b"".join(found) == b"".join(parts)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in found[:-1])


@given(st.lists(st.text("aé€𝄞\n", max_size=20), max_size=6), st.integers(4, 9))
def test_long_lines_are_cut_between_characters(parts, longest):
    cutter = LineCutter(longest)
    found = [line for part in parts for line in cutter.feed(part.encode())] + list(cutter.flush())
    assert all(len(line.rstrip(b"\n")) <= longest for line in found)
    texts = [line.decode() for line in found]  # strictly: no character was cut
    assert "".join(texts).replace("\n", "") == "".join(parts).replace("\n", "")


@given(st.binary(max_size=30), st.integers(4, 9))
def test_any_bytes_are_cut(data, longest):
    pieces = list(cut(data, longest))
    assert b"".join(pieces) == data
    assert all(len(piece) <= longest for piece in pieces)


def test_a_line_without_end_takes_no_more_memory_than_an_event():
    tracemalloc.start()
    try:
        size = sum(len(text) for lines in lines_of(Endless(64 * MIB)) for text in lines)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 64 * MIB
    assert peak < 8 * MIB


def test_a_function_s_line_without_end_takes_no_more_either():
    """It is read from the pipe that logging records and tracebacks share."""
    reader, chunk = FrameReader(), b"x" * 65_536
    tracemalloc.start()
    try:
        size = sum(len(written.text) for _ in range(64 * MIB // len(chunk)) for written in reader.feed(chunk))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 63 * MIB < size <= 64 * MIB
    assert peak < 8 * MIB


# ---- what is sent ------------------------------------------------------------------------------------


@pytest.fixture
def stream(aws: Any) -> LogStream:
    """A log stream of a job whose role may write logs."""
    role = aws.role("sagemaker.amazonaws.com", {"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
    group = f"/flood/{secrets.token_hex(4)}"
    return LogStream(aws.server.host.logs, Destination(group, "s", role, "sagemaker.amazonaws.com", "job"))


def events(aws: Any, stream: LogStream) -> list[str]:
    """The messages of a stream, oldest first."""
    logs = aws.client("logs")
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        names = {"logGroupName": stream.destination.group, "logStreamName": stream.destination.stream}
        page = logs.get_log_events(**names, startFromHead=True, **token)
        if not page["events"]:
            return found
        found += [event["message"] for event in page["events"]]
        token = {"nextToken": page["nextForwardToken"]}


def test_a_flood_of_lines_arrives_whole_and_in_order(aws: Any, stream: LogStream):
    lines = [f"line {number}" for number in range(25_000)]
    for at in range(0, len(lines), 1000):
        stream.write_all(lines[at : at + 1000])
    stream.flush()
    assert wait_until(lambda: len(found := events(aws, stream)) == len(lines) and found) == lines


def test_events_are_as_large_as_cloudwatch_takes_them(aws: Any, stream: LogStream):
    """1 MB, less the 26 bytes that each counts more in a batch."""
    stream.write("x" * (2 * EVENT_BYTES) + "é")
    stream.flush()
    found = wait_until(lambda: len(found := events(aws, stream)) == 3 and found)
    assert [len(text.encode()) for text in found] == [EVENT_BYTES, EVENT_BYTES, 2]


def test_who_writes_faster_than_can_be_sent_has_to_wait(aws: Any, stream: LogStream):
    """A server that took all at once would hold it all in memory."""
    writer = aws.server.host.logs
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.001):
            most[0] = max(most[0], writer._characters)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(80):
        stream.write("x" * MIB)
    stop.set()
    watcher.join()
    stream.flush()
    assert most[0] <= 18 * MIB
    aws.client("logs").delete_log_group(logGroupName=stream.destination.group)


# ---- packages ----------------------------------------------------------------------------------------


def package(members: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, target in (links or {}).items():
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, target)
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_package_of_very_many_empty_members(tmp_path: Path):
    data = package({f"d{number % 50}/f{number}": b"" for number in range(3_000)})
    placed = Packages(tmp_path).add(data, "CreateFunction", True)
    assert sum(1 for path in placed.directory.rglob("*") if path.is_file()) == 3_000


def test_a_package_of_more_members_than_a_zip_holds_is_refused_before_anything_is_written(tmp_path: Path):
    data = package({f"f{number}": b"" for number in range(65_536)})
    with pytest.raises(ApiError, match="Could not unzip uploaded file"):
        Packages(tmp_path).add(data, "CreateFunction", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("members", "links"),
    [
        ({"../x": b""}, {}),
        ({"a/../../x": b""}, {}),
        ({"/etc/x": b""}, {}),
        ({"a/x": b""}, {"a": ".."}),
        ({"a/x": b""}, {"a": "/tmp"}),
        ({"f": b"written through it"}, {"d1": ".", "f": "d1/d2/../../../outside"}),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_member_leads_out_of_the_package(tmp_path: Path, members: dict[str, bytes], links: dict[str, str]):
    with pytest.raises(ApiError):
        Packages(tmp_path / "code").add(package(members, links), "CreateFunction", True)
    assert list(tmp_path.rglob("*")) == [tmp_path / "code"]


def test_links_inside_a_package_work(tmp_path: Path):
    data = package({"d/f": b"one", "l/g": b"two"}, {"l": "d"})
    placed = Packages(tmp_path).add(data, "CreateFunction", True)
    assert (placed.directory / "l" / "f").read_bytes() == b"one"
    assert (placed.directory / "d" / "g").read_bytes() == b"two"


NO_ROOM = """
import resource, sys
from pathlib import Path
from local_aws.functions.package import Packages
packages, data = Packages(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (len(data) - 1, resource.RLIM_INFINITY))
try:
    packages.add(data, "CreateFunction", True)
except OSError as error:
    print(type(error).__name__, list(Path(sys.argv[1]).iterdir()))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(packages.add(data, "CreateFunction", True).archive.stat().st_size == len(data))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no file's size")
def test_a_package_that_did_not_fit_leaves_nothing_and_fits_later(tmp_path: Path):
    """It is the package itself that doesn't fit any more, after all of its members did."""
    zipped = tmp_path / "package.zip"
    zipped.write_bytes(package({f"f{number}": secrets.token_bytes(100) for number in range(100)}))
    command = [sys.executable, "-c", NO_ROOM, str(tmp_path / "code"), str(zipped)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == "OSError []\nTrue\n"


def test_the_same_package_at_once_is_kept_once(tmp_path: Path):
    packages, data = Packages(tmp_path), package({f"f{number}": b"" for number in range(200)})
    with ThreadPoolExecutor(4) as pool:
        placed = list(pool.map(lambda _: packages.add(data, "CreateFunction", True), range(4)))
    assert len(set(placed)) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_large_package_keeps_no_other_waiting(tmp_path: Path):
    packages = Packages(tmp_path)
    large = package({f"f{number}": b"" for number in range(9_000)})
    small = package({"lambda_function.py": json.dumps(None).encode()})
    slow = threading.Thread(target=packages.add, args=(large, "CreateFunction", True))
    slow.start()
    packages.add(small, "CreateFunction", True)
    assert slow.is_alive()
    slow.join()

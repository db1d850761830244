"""A state as one file, and the command that makes one, takes one, and shows what there is."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tarfile

import pytest

from local_aws.house import Bytes
from local_aws.state import snapshot
from local_aws.state.folder import StateRefused, prepare, taken
from local_aws.state.store import Change, Store
from tests.local_aws.state.state_support import kept_in

pytestmark = pytest.mark.slow

LARGE = bytes(200_000)


@pytest.fixture
def folder(tmp_path):
    """A state with a record that has a large content, and one without."""
    place = tmp_path / "state"
    with opened(place) as store:
        store.write([Change("kind", "a", b"1", {"large": Bytes(LARGE)}), Change("kind", "b", b"2")])
    return place


@contextlib.contextmanager
def opened(folder):
    with taken(folder):
        prepare(folder)
        with contextlib.closing(Store(folder)) as store:
            yield store


def holds(folder) -> dict[str, bytes]:
    with opened(folder) as store:
        return dict(store.records("kind"))


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_aws", "state", *arguments], capture_output=True, text=True, timeout=120
    )


def test_a_snapshot_is_one_file_that_makes_the_state_again(folder, tmp_path):
    snapshot.save(folder, tmp_path / "file")
    with opened(folder) as store:
        store.write([Change("kind", "later", b"3")])
    assert snapshot.load(folder, tmp_path / "file") in tmp_path.glob("state/set-aside-*")
    assert holds(folder) == {"a": b"1", "b": b"2"}
    with opened(folder) as store:
        assert store.read("large") == LARGE
    snapshot.load(tmp_path / "elsewhere", tmp_path / "file")
    assert holds(tmp_path / "elsewhere") == {"a": b"1", "b": b"2"}


def test_reset_leaves_nothing_and_deletes_nothing(folder):
    aside = snapshot.reset(folder)
    assert holds(folder) == {}
    assert (aside / "state.db").exists()
    assert (aside / "contents" / "large").read_bytes() == LARGE


def test_show_says_what_there_is_and_how_large(folder):
    lines = list(snapshot.describe(folder))
    assert lines[0].endswith("no server runs on it")
    assert "  kind: 2 records, 0.2 MB" in lines


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "contents/../../outside", "contents/sub/x", "lock"])
def test_a_file_that_would_write_elsewhere_is_refused_and_the_state_stays(folder, tmp_path, name):
    evil = tmp_path / "evil"
    with tarfile.open(evil, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(StateRefused, match="is no snapshot"):
        snapshot.load(folder, evil)
    assert holds(folder) == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize("cut", [0, 100, -100])
def test_a_file_that_is_not_whole_is_refused_and_the_state_stays(folder, tmp_path, cut):
    file = tmp_path / "file"
    snapshot.save(folder, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises((StateRefused, OSError)):
        snapshot.load(folder, file)
    assert holds(folder) == {"a": b"1", "b": b"2"}


def test_the_command_works_beside_a_server_as_far_as_that_can_be(tmp_path):
    with kept_in(tmp_path) as server:
        state, file = ("--state", str(server.state)), str(tmp_path / "file")
        server.client("s3").create_bucket(Bucket="in-the-file")
        assert command("save", file, *state).returncode == 0
        assert f"in use by the embedded AWS at {server.url}" in command("show", *state).stdout
        refused = command("load", file, *state)
        assert (refused.returncode, server.url in refused.stderr) == (1, True)
        assert "Stop that one first" in command("reset", *state).stderr
        server.stop()
        assert command("reset", *state).returncode == 0
        server.start()
        assert server.client("s3").list_buckets()["Buckets"] == []
        server.stop()
        assert "was set aside" in command("load", file, *state).stdout
        server.start()
        assert [each["Name"] for each in server.client("s3").list_buckets()["Buckets"]] == ["in-the-file"]


def test_a_second_make_aws_names_the_server_that_runs_and_ends_well(tmp_path):
    with kept_in(tmp_path) as server:
        arguments = ["serve", "--port", "0", "--state", str(server.state), "--unless-running"]
        second = subprocess.run(
            [sys.executable, "-m", "local_aws", *arguments], capture_output=True, text=True, timeout=120
        )
    port = server.url.rpartition(":")[2]
    assert second.returncode == 0
    assert server.url in second.stdout
    assert f"python -m local_aws env --port {port}" in second.stdout


def test_without_a_state_there_is_nothing_to_save(tmp_path):
    done = command("save", str(tmp_path / "file"), "--state", str(tmp_path / "none"))
    assert done.returncode == 1
    assert f"There is no state in {tmp_path / 'none'}" in done.stderr

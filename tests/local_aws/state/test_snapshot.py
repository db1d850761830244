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
from local_aws.state.folder import SCRATCH, StateRefused, let_wait, prepare, put_in_place, set_aside, taken
from local_aws.state.store import CONTENTS, FILE, Change, Store
from tests.local_aws.state.state_support import kept_in, machine

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


def buckets(client) -> list[str]:
    return [each["Name"] for each in client.list_buckets()["Buckets"]]


def test_the_command_works_where_no_server_runs(tmp_path):
    with kept_in(tmp_path) as server:
        state, file = ("--state", str(server.state)), str(tmp_path / "file")
        server.client("s3").create_bucket(Bucket="in-the-file")
        server.stop()
        assert command("save", file, *state).returncode == 0
        assert "was set aside" in command("reset", *state).stdout
        server.start()
        assert buckets(server.client("s3")) == []
        server.stop()
        assert "was set aside" in command("load", file, *state).stdout
        server.start()
        assert buckets(server.client("s3")) == ["in-the-file"]


def test_a_running_server_goes_on_with_another_state_at_its_address_and_ends_what_was_running(tmp_path):
    with kept_in(tmp_path) as server:
        state, file = ("--state", str(server.state)), str(tmp_path / "file")
        s3, states = server.client("s3"), server.client("stepfunctions")
        s3.create_bucket(Bucket="in-the-file")
        arn = states.create_state_machine(
            name="waits",
            definition=machine({"A": {"Type": "Wait", "Seconds": 90_000, "End": True}}),
            roleArn=server.role("states.amazonaws.com"),
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]
        assert command("save", file, *state).returncode == 0
        assert f"in use by the embedded AWS at {server.url}" in command("show", *state).stdout
        said = command("reset", *state)
        assert f"{server.url} has begun anew" in said.stdout, said.stderr
        # The clients made before are good for it: address and keys are the same.
        assert buckets(s3) == []
        assert states.list_state_machines()["stateMachines"] == []
        s3.create_bucket(Bucket="set-aside")
        assert "was set aside" in command("load", file, *state).stdout
        assert buckets(s3) == ["in-the-file"]
        assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"
        assert server.process.poll() is None, "the process is the one that its starter knows"


def test_a_file_that_cannot_be_read_leaves_a_running_server_alone(tmp_path):
    with kept_in(tmp_path) as server:
        server.client("s3").create_bucket(Bucket="stays")
        (tmp_path / "file").write_bytes(b"nothing of ours")
        assert command("load", str(tmp_path / "file"), "--state", str(server.state)).returncode == 1
        assert buckets(server.client("s3")) == ["stays"]


@pytest.mark.parametrize("ended_after", range(4))
def test_a_replacement_that_was_cut_short_is_finished_by_the_next_who_has_the_folder(folder, tmp_path, ended_after):
    """Whatever was moved by then: nothing, the state before, the contents, the file."""
    snapshot.save(folder, tmp_path / "file")
    place = folder / f"{SCRATCH}x"
    snapshot.load(tmp_path / "other", tmp_path / "file")
    place.mkdir()
    for name in (FILE, CONTENTS):
        (tmp_path / "other" / name).rename(place / name)
    let_wait(folder, place)
    if ended_after:
        set_aside(folder, "replaced")
    for name in (CONTENTS, FILE)[: max(ended_after - 1, 0)]:
        (folder / "next" / name).rename(folder / name)
    with taken(folder):
        put_in_place(folder)
    assert holds(folder) == {"a": b"1", "b": b"2"}
    assert not (folder / "next").exists()


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

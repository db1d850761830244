"""The folder of a state: one server at a time, forms that can be read, and what is done with the others."""

from __future__ import annotations

import contextlib
import pickle
import sqlite3
import subprocess
import sys

import pytest

from local_aws.house import Bytes, Keeper, Records
from local_aws.moto import frozen
from local_aws.state import plain
from local_aws.state.folder import StateRefused, Taken, holder, prepare, taken
from local_aws.state.keeper import Writer
from local_aws.state.store import FILE, FORMAT, Change, Store


def written(folder, **records: bytes) -> None:
    with taken(folder):
        prepare(folder)
        with contextlib.closing(Store(folder)) as store:
            store.write([Change("kind", name, data) for name, data in records.items()])


def read(folder) -> dict[str, bytes]:
    with taken(folder):
        prepare(folder)
        with contextlib.closing(Store(folder)) as store:
            return dict(store.records("kind"))


def altered(folder, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / FILE)) as file:
        file.execute(sql)
        file.commit()


def test_what_is_written_is_read(tmp_path):
    written(tmp_path, a=b"1", b=b"2")
    written(tmp_path, b=b"3")
    assert read(tmp_path) == {"a": b"1", "b": b"3"}


def test_a_second_server_on_a_state_is_refused_by_the_name_of_the_first(tmp_path):
    with taken(tmp_path, "http://127.0.0.1:4566"):
        told = holder(tmp_path)
        assert told is not None and told["endpoint_url"] == "http://127.0.0.1:4566"
        command = [sys.executable, "-m", "local_aws", "serve", "--port", "0", "--state", str(tmp_path)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert second.returncode == 1
    assert f"The state in {tmp_path} is in use: the embedded AWS at http://127.0.0.1:4566" in second.stderr
    assert holder(tmp_path) is None
    with taken(tmp_path), pytest.raises(Taken), taken(tmp_path):
        pass


def test_a_newer_form_is_refused_with_the_remedy_and_left_as_it_is(tmp_path):
    written(tmp_path, a=b"1")
    altered(tmp_path, f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(StateRefused, match=rf"its format is {FORMAT + 1}, this one reads {FORMAT}.*git pull"):
        read(tmp_path)
    altered(tmp_path, f"PRAGMA user_version = {FORMAT}")
    assert read(tmp_path) == {"a": b"1"}


@pytest.mark.parametrize("older", [f"PRAGMA user_version = {FORMAT - 1}", "UPDATE about SET value = '0.1'"])
def test_an_older_form_is_set_aside_and_not_deleted(tmp_path, older):
    written(tmp_path, a=b"1")
    altered(tmp_path, older)
    assert read(tmp_path) == {}
    [aside] = tmp_path.glob("set-aside-*")
    with contextlib.closing(sqlite3.connect(aside / FILE)) as file:
        assert file.execute("SELECT name, data FROM records").fetchall() == [("a", b"1")]


def test_an_empty_file_is_set_aside(tmp_path):
    """A machine that loses its power may leave one."""
    written(tmp_path, a=b"1")
    (tmp_path / FILE).write_bytes(b"")
    assert read(tmp_path) == {}
    assert FILE in [path.name for path in tmp_path.glob("set-aside-*-empty/*")]


def test_what_the_system_refuses_is_told_in_its_words(tmp_path):
    place, absent = tmp_path / "a-file", tmp_path / "absent.state"
    place.write_bytes(b"")
    for command, words in [
        (["serve", "--port", "0", "--state", str(place)], f"The embedded AWS can't start: {place}: File exists."),
        (["state", "load", str(absent), "--state", str(tmp_path / "state")], f"{absent}: No such file or directory"),
    ]:
        ended = subprocess.run(
            [sys.executable, "-m", "local_aws", *command], capture_output=True, text=True, timeout=120
        )
        assert (ended.returncode, ended.stderr.strip()) == (1, words)


def test_a_file_that_is_none_of_ours_is_refused(tmp_path):
    altered(tmp_path, "CREATE TABLE notes (text)")
    with pytest.raises(StateRefused, match="holds no state of the embedded AWS"):
        read(tmp_path)


def test_a_damaged_file_is_refused_with_the_remedy(tmp_path):
    written(tmp_path, **{f"r{number}": bytes(1000) for number in range(500)})
    file = tmp_path / FILE
    data = bytearray(file.read_bytes())
    data[8192:20_000] = b"\xff" * (20_000 - 8192)
    file.write_bytes(data)
    with pytest.raises(StateRefused, match=r"is damaged (?s:.*) state reset"):
        read(tmp_path)
    assert file.read_bytes() == data


def test_a_torn_end_of_the_log_costs_what_was_being_written_and_nothing_before(tmp_path):
    """As a process leaves it that is killed while it writes: the log is cut off anywhere."""
    program = f"""
import os
from pathlib import Path
from local_aws.state.folder import prepare
from local_aws.state.store import Change, Store
prepare(Path({str(tmp_path)!r}))
store = Store(Path({str(tmp_path)!r}))
for number in range(50):
    store.write([Change("kind", str(number), bytes(5000))])
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    log = tmp_path / f"{FILE}-wal"
    whole = log.read_bytes()
    log.write_bytes(whole[:-3000])
    assert list(read(tmp_path)) == [str(number) for number in range(49)]


def test_contents_lie_beside_the_records_once_and_go_with_the_last_that_names_them(tmp_path):
    small, large = Bytes(b"s"), Bytes(b"l" * 100_000)
    with taken(tmp_path):
        prepare(tmp_path)
        with contextlib.closing(Store(tmp_path)) as store:
            store.write([Change("kind", name, b"", {"small": small, "large": large}) for name in "ab"])
            assert (store.read("small"), store.read("large")) == (b"s", b"l" * 100_000)
            file = store.path("large")
            assert file is not None and store.path("small") is None
            store.write([Change("kind", "a", None)])
            assert file.exists()
            store.write([Change("kind", "b", b"", {"small": small})])
            assert not file.exists()
            assert store.read("small") == b"s"


def test_files_that_no_record_names_are_removed(tmp_path):
    written(tmp_path)
    stray = tmp_path / "contents" / "stray"
    stray.write_bytes(b"x")
    read(tmp_path)
    assert not stray.exists()


class Full:
    """A content for which there is no room."""

    size = 100_000

    def pieces(self):
        yield b"begins"
        raise OSError(28, "No space left on device")


def test_what_finds_no_room_is_refused_whole_and_written_when_there_is_some(tmp_path):
    """Its own teller hears of it; whoever only waits for what others told doesn't."""
    data, contents = {"a": "1", "b": "2"}, {"a": {"c": Full()}, "b": {}}
    with taken(tmp_path):
        prepare(tmp_path)
        with contextlib.closing(Store(tmp_path)) as store, contextlib.closing(Writer(store)) as keeper:
            shelf = Records("kind", data.get, data.__setitem__)
            shelf_dump = type("Shelf", (), {"kind": "kind", "load": shelf.load})()
            shelf_dump.dump = lambda name: type(shelf.dump(name))(data[name], contents[name])
            keeper.load([shelf_dump])
            keeper.changed("kind", "a")
            keeper.changed("kind", "b")
            with pytest.raises(OSError, match="No space left"):
                keeper.settle()
            keeper.settle()
            assert store.records("kind") == []
            assert not list((tmp_path / "contents").iterdir())
            contents["a"] = {}
            keeper.settle()
            assert [name for name, _ in store.records("kind")] == ["a", "b"]


class Evil:
    """Would run a command where it is read as a pickle is."""

    def __reduce__(self):
        return print, ("ran",)


@pytest.mark.parametrize("read", [plain.decode, lambda data: frozen.thaw(data, lambda stands: None)])
def test_reading_a_state_runs_nothing(read, capsys):
    """A state may come from somebody else."""
    with pytest.raises(ValueError, match="print"):
        read(pickle.dumps({"x": Evil()}))
    assert capsys.readouterr().out == ""


def test_without_a_folder_nothing_is_kept():
    keeper = Keeper()
    keeper.changed("kind", "a")
    keeper.settle()
    assert list(keeper.kinds()) == []

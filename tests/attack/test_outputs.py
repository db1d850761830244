"""What a job leaves behind, against the server that reads it: links, pipes, devices, and what is replaced meanwhile."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from pathlib import Path

import pytest

from local_aws.sagemaker.containers import tree
from tests.local_aws.sagemaker.jobs_support import Bench, target

OUTPUT = "/opt/ml/processing/output"
LINKS = {
    "the folder is a link": "shutil.rmtree(out); os.symlink(away, out)",
    "a folder above it is a link": "os.rename(above, above + '2'); os.symlink(away, above)",
    "a folder in it is a link": "os.symlink(away, out + '/deep')",
    "a file in it is a link": "os.symlink(away + '/passwd', out + '/passwd')",
    "a link to a link": "os.symlink(away, '/opt/ml/one'); os.symlink('/opt/ml/one', out + '/two')",
    "a link by /proc": "os.symlink('/proc/self/root' + away, out + '/deep')",
    "a link upwards": "os.symlink('../../../../../../../../../..' + away, out + '/deep')",
    "a hard link": "os.link(away + '/passwd', out + '/passwd')",
    "a pipe": "os.mkfifo(out + '/pipe')",
    "a socket": "import socket; socket.socket(socket.AF_UNIX).bind(out + '/socket')",
    "a device": "os.mknod(out + '/null', 0o20666, os.makedev(1, 3))",
}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def script(attack: str, away: str) -> str:
    return (
        "import contextlib, os, pathlib, shutil\n"
        f"out, away, above = {OUTPUT!r}, {away!r}, '/opt/ml/processing'\n"
        "pathlib.Path(out, 'first.txt').write_text('mine')\n"
        "with contextlib.suppress(OSError):\n"
        f"    {attack}\n"
    )


@pytest.mark.parametrize("mode", ["EndOfJob", "Continuous"])
@pytest.mark.parametrize("attack", LINKS)
def test_only_files_of_the_job_are_uploaded(bench, attack, mode):
    prefix = f"links-{secrets.token_hex(4)}"
    outputs = [target("out", bench.uri(prefix), OUTPUT, mode)]
    job = bench.process(script(LINKS[attack], "/etc"), outputs=outputs)
    assert job["ProcessingJobStatus"] == "Completed", job
    sent = {key.removeprefix(f"{prefix}/"): bench.get(key) for key in bench.keys(prefix)}
    assert sent in ({}, {"first.txt": b"mine"})


@pytest.mark.parametrize("place", ["output/message", "output"])
def test_the_explanation_of_a_failure_is_the_jobs_own(bench, tmp_path, place):
    secret = tmp_path / "message"
    secret.write_text("the user's own")
    away = secret if place.endswith("message") else tmp_path
    program = (
        "import os, shutil\nshutil.rmtree('/opt/ml/output')\n"
        f"os.makedirs(os.path.dirname('/opt/ml/{place}'), exist_ok=True)\n"
        f"os.symlink({str(away)!r}, '/opt/ml/{place}')\n"
        "raise SystemExit(3)"
    )
    job = bench.process(program)
    assert job["FailureReason"] == "AlgorithmError: , exit code: 3"
    assert "ExitMessage" not in job


def test_a_folder_that_is_replaced_while_it_is_read(tmp_path):
    """A race, run for some thousand looks: whatever is seen or opened is the tree's own."""
    root, away = tmp_path / "root", tmp_path / "away"
    (root / "out").mkdir(parents=True)
    (root / "out" / "own").write_text("own")
    away.mkdir()
    (away / "secret").write_text("secret")
    (away / "own").write_text("secret")
    ended = threading.Event()

    def replace() -> None:
        while not ended.wait(0.0002):  # it must be there at times
            (root / "out").rename(root / "aside")
            (root / "out").symlink_to(away)
            (root / "out").unlink()
            (root / "aside").rename(root / "out")

    attacker = threading.Thread(target=replace)
    attacker.start()
    try:
        opened = 0
        for _ in range(3000):
            assert {path for path, _ in tree.files(root, "out")} <= {"out/own"}
            try:
                with tree.open_file(root, "out/own") as file:
                    opened += 1
                    assert file.read() == b"own"
            except OSError:
                continue
    finally:
        ended.set()
        attacker.join()
    assert opened


@pytest.mark.parametrize(
    "path", ["../away", "out/../../away", "/away", "out/link", "out/folder", "out/pipe", "nowhere/x"]
)
def test_what_is_no_regular_file_of_the_tree_is_not_opened(tmp_path, path):
    """Nor is one of the tree's by a path that only begins at the root, or leaves the tree on its way."""
    root = tmp_path / "root"
    (root / "out" / "folder").mkdir(parents=True)
    (tmp_path / "away").write_text("away")
    (root / "out" / "link").symlink_to(tmp_path / "away")
    os.mkfifo(root / "out" / "pipe")
    with pytest.raises(OSError):
        tree.open_file(root, f"{tmp_path}{path}" if path.startswith("/") else path)


def test_the_files_of_a_tree_come_in_order_with_their_states(tmp_path: Path):
    for name in ("b/x", "a/z", "a/y", "c"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text(name)
    found = dict(tree.files(tmp_path, "out"))
    assert list(found) == ["out/c", "out/a/y", "out/a/z", "out/b/x"]
    assert found["out/a/y"] == (3, (tmp_path / "out/a/y").stat().st_mtime_ns)
    assert list(tree.files(tmp_path, "not-there")) == []

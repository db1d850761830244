"""The job's script, run as the job runs it: a process of its own over a tree in place of /opt/ml."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from processing.reviews import preprocess

ROOT = Path(__file__).resolve().parent.parent


def data_set(path: Path, name: str, count: int = 40) -> Path:
    lines = [json.dumps({"helpful": [1, 1], "reviewText": f"{name} {i}. Fine."}) for i in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.json", "\n".join(lines))
    return path


class Job:
    """One instance's /opt/ml, with the files of `processing` as its input 'code'."""

    def __init__(self, root: Path):
        self.root = root
        self.input = root / "processing" / "input"
        shutil.copytree(ROOT / "processing", self.input / "code", ignore=shutil.ignore_patterns("__pycache__"))

    def configure(self, host: str, hosts: list[str], distribution: str | None) -> None:
        config = self.root / "config"
        config.mkdir()
        (config / "resourceconfig.json").write_text(json.dumps({"current_host": host, "hosts": hosts}))
        if distribution:
            inputs = [
                {"InputName": "input", "S3Input": {"S3DataDistributionType": distribution}},
                {"InputName": "code", "S3Input": {"S3DataDistributionType": "FullyReplicated"}},
            ]
            (config / "processingjobconfig.json").write_text(json.dumps({"ProcessingInputs": inputs}))

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-B", self.input / "code" / "preprocess.py", *arguments],
            env={**os.environ, "COURSE_OPT_ML": str(self.root)},
            cwd=self.root,
            capture_output=True,
            text=True,
        )

    def outputs(self) -> dict[str, bytes]:
        files = [p for side in ("train", "test") for p in sorted((self.root / "processing" / side).glob("*"))]
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in files}

    def message(self) -> str | None:
        path = self.root / "output" / "message"
        return path.read_text() if path.exists() else None


@pytest.fixture
def job(tmp_path) -> Job:
    return Job(tmp_path / "ml")


def test_the_named_data_set_gives_the_bytes_of_the_core(job, tmp_path):
    archive = data_set(job.input / "reviews_A_5.json.zip", "A")
    data_set(job.input / "reviews_B_5.json.zip", "B")
    done = job.run("reviews_A_5.json.zip")
    assert (done.returncode, done.stderr, job.message()) == (0, "", None)
    summary = preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt")
    assert job.outputs() == {
        "train/reviews_A_5_train.txt": (tmp_path / "train.txt").read_bytes(),
        "test/reviews_A_5_test.txt": (tmp_path / "test.txt").read_bytes(),
    }
    assert f"{summary.reviews} reviews" in done.stdout
    assert len(done.stdout.splitlines()) == 2


def test_without_an_argument_every_zip_is_taken_wherever_it_lies(job):
    data_set(job.input / "A.json.zip", "A")
    data_set(job.input / "deeper" / "B.json.ZIP", "B")
    (job.input / "notes.txt").write_text("no zip")
    data_set(job.input / "code" / "not_data.json.zip", "C")
    assert job.run().returncode == 0
    assert set(job.outputs()) == {
        "train/A_train.txt",
        "train/B_train.txt",
        "test/A_test.txt",
        "test/B_test.txt",
    }


def test_a_missing_data_set_fails_and_says_what_is_there(job):
    data_set(job.input / "A.json.zip", "A")
    done = job.run("B.json.zip")
    assert done.returncode == 1
    assert "B.json.zip is not under" in job.message()
    assert "there is A.json.zip" in job.message()
    assert "Check the script's argument" in done.stderr
    assert "Traceback" not in done.stderr
    assert job.outputs() == {}


def test_one_bad_data_set_fails_the_job_after_the_others(job):
    (job.input / "A.json.zip").write_text("no zip at all")
    data_set(job.input / "B.json.zip", "B")
    done = job.run()
    assert done.returncode == 1
    assert "A.json.zip is not a zip file" in job.message()
    assert set(job.outputs()) == {"train/B_train.txt", "test/B_test.txt"}


def test_a_long_message_is_cut_to_what_sagemaker_keeps(job):
    for i in range(30):
        (job.input / f"bad_{i}.json.zip").write_text("no zip at all")
    assert job.run().returncode == 1
    assert len(job.message()) == 1024


def test_an_unexpected_error_is_in_the_message_too(job):
    data_set(job.input / "A.json.zip", "A")
    (job.root / "processing" / "train").write_text("a file where the folder should be")
    done = job.run()
    assert done.returncode == 1
    assert job.message().startswith("FileExistsError: ")
    assert "Traceback" in done.stderr


def test_two_data_sets_with_the_same_output_are_refused(job):
    data_set(job.input / "A.json.zip", "A")
    data_set(job.input / "A.other.json.zip", "B")
    assert job.run().returncode == 1
    assert "A.json.zip and A.other.json.zip would write the same files" in job.message()
    assert job.outputs() == {}


def test_instances_with_the_same_objects_share_them(tmp_path):
    hosts = ["algo-1", "algo-2", "algo-3"]
    written = []
    for host in hosts:
        job = Job(tmp_path / host)
        job.configure(host, hosts, "FullyReplicated")
        for name in "ABCD":
            data_set(job.input / f"{name}.json.zip", name)
        assert job.run().returncode == 0
        written.append([name for name in job.outputs() if name.startswith("train")])
    assert written == [
        ["train/A_train.txt", "train/D_train.txt"],
        ["train/B_train.txt"],
        ["train/C_train.txt"],
    ]


@pytest.mark.parametrize("distribution", ["ShardedByS3Key", None])
def test_an_instance_takes_all_of_its_shard(tmp_path, distribution):
    job = Job(tmp_path / "algo-2")
    job.configure("algo-2", ["algo-1", "algo-2"], distribution)
    for name in "AC":
        data_set(job.input / f"{name}.json.zip", name)
    done = job.run()
    assert done.returncode == 0
    assert [name for name in job.outputs() if name.startswith("train")] == [
        "train/A_train.txt",
        "train/C_train.txt",
    ]


@pytest.mark.parametrize("arguments", [(), ("B.json.zip",)])
def test_an_empty_shard_is_no_failure(tmp_path, arguments):
    job = Job(tmp_path / "algo-2")
    job.configure("algo-2", ["algo-1", "algo-2"], "ShardedByS3Key")
    done = job.run(*arguments)
    assert (done.returncode, job.message(), job.outputs()) == (0, None, {})
    assert "nothing to do" in done.stdout


def said_without_traceback(job: Job, done: subprocess.CompletedProcess, *texts: str) -> None:
    """The job has failed, and says why in its log and in its exit message."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr
        assert text in (job.message() or "")


@pytest.mark.parametrize("length", [246, 250, 255])
def test_a_name_too_long_for_its_outputs_is_told_and_the_others_are_done(job, length):
    long = data_set(job.input / ("r" * (length - 4) + ".zip"), "A").name
    data_set(job.input / "reviews_B_5.json.zip", "B")
    said_without_traceback(job, job.run(), long, "File name too long", "a shorter name")
    assert set(job.outputs()) == {"train/reviews_B_5_train.txt", "test/reviews_B_5_test.txt"}


def test_what_the_file_system_refuses_is_told(job):
    """A folder stands where the output should be."""
    data_set(job.input / "reviews_A_5.json.zip", "A")
    (job.root / "processing" / "test" / "reviews_A_5_test.txt").mkdir(parents=True)
    said_without_traceback(job, job.run(), "reviews_A_5.json.zip: Is a directory")


def test_an_exit_message_that_cannot_be_written_is_told_in_the_log(job):
    (job.root / "output").write_text("not a folder")
    done = job.run("missing.zip")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "missing.zip is not under" in done.stderr
    assert "could not be written" in done.stderr


def test_a_name_that_is_no_text_is_told(job):
    archive = data_set(job.input / "reviews_A_5.json.zip", "A")
    odd = Path(os.fsdecode(os.fsencode(job.input) + b"/reviews_\xff.zip"))
    try:
        archive.rename(odd)
    except OSError:
        pytest.skip("this system allows text alone as names")
    odd.write_bytes(b"not a zip")
    said_without_traceback(job, job.run(), "reviews_\\udcff.zip")

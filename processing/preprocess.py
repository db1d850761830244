"""The script of the processing job: preprocess the data sets of this instance.

    python3 /opt/ml/processing/input/code/preprocess.py [file name of a data set]

It reads the zips under ``/opt/ml/processing/input`` (its own folder ``code`` apart) and writes
``/opt/ml/processing/train/<name>_train.txt`` and ``/opt/ml/processing/test/<name>_test.txt``, by the rules
of `reviews`, which lies beside it. Without an argument it takes every zip it finds. The environment
variable ``COURSE_OPT_ML`` names another folder in place of ``/opt/ml``, where a system can't show the
script that path.

Several instances share the work by data set: with ``ShardedByS3Key`` each has its own objects already; with
``FullyReplicated`` all have the same ones, and each takes its part of the sorted list. One zip is never cut
in two. It is a script: import `reviews` instead.

All data sets are tried. If any fails, what was wrong is written to ``/opt/ml/output/message``, where
SageMaker picks up the job's exit message, and the exit status is 1. (Amazon SageMaker developer guide,
Build your own processing container.)
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviews import DataSetError, Summary, output_names, preprocess

MESSAGE_LIMIT = 1024  # characters that SageMaker keeps


def main(arguments: list[str]) -> int:
    """Preprocess the data set named in `arguments`, or all; return the exit status."""
    root = Path(os.environ.get("COURSE_OPT_ML", "/opt/ml"))
    wanted = arguments[0] if arguments else None
    try:
        failures = run(root, wanted)
    except Exception as error:
        _write_message(root, f"{type(error).__name__}: {error}")
        raise
    if failures:
        _write_message(root, " ".join(failures))
        print(*failures, sep="\n", file=sys.stderr)
        return 1
    return 0


def run(root: Path, wanted: str | None) -> list[str]:
    """Preprocess this instance's data sets; return one text for each that failed, with its remedy."""
    try:
        archives = own_data_sets(root / "processing" / "input", wanted, Instances.read(root / "config"))
    except DataSetError as error:
        return [str(error)]
    except OSError as error:
        return [in_words_of(error)]
    if not archives:
        print(f"{wanted or 'No data set'} is not with this instance: nothing to do.", flush=True)
    failures = []
    for archive in archives:
        started = time.monotonic()
        try:
            print(f"{archive.name}: {archive.stat().st_size:,} bytes", flush=True)
            summary = preprocess_one(archive, root / "processing")
        except DataSetError as error:
            failures.append(str(error))
        except FileExistsError:
            # A file in the place of a folder: that is the machine's fault, and no data set's.
            raise
        except OSError as error:
            failures.append(f"{archive.name}: {in_words_of(error)}")
        else:
            print(f"{archive.name}: {in_words(summary)}, {time.monotonic() - started:.1f} s", flush=True)
    return failures


@dataclass(frozen=True)
class Instances:
    """The instances that share the job: how many, which one this is (from 0), whether S3 has shared out."""

    count: int = 1
    index: int = 0
    sharded: bool = False

    @classmethod
    def read(cls, config: Path) -> Instances:
        """Read ``resourceconfig.json`` and ``processingjobconfig.json``; without, this is the only one."""
        resources = _read_json(config / "resourceconfig.json")
        hosts = sorted(resources.get("hosts", []))
        if len(hosts) < 2:
            return cls()
        inputs = _read_json(config / "processingjobconfig.json").get("ProcessingInputs")
        # Without the request, sharded is the safe guess: at worst two instances write the same bytes.
        sharded = inputs is None or any(
            (each.get("S3Input") or {}).get("S3DataDistributionType") == "ShardedByS3Key" for each in inputs
        )
        return cls(len(hosts), hosts.index(resources["current_host"]), sharded)


def own_data_sets(folder: Path, wanted: str | None, instances: Instances) -> list[Path]:
    """The zips that this instance is to preprocess: those named `wanted` or all, or its share.

    Raises `DataSetError` where there is none and no other instance can have it, or where two would write the
    same files.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and folder / "code" not in p.parents)
    found = [path for path in files if path.name == wanted]
    if wanted is None:
        found = [path for path in files if path.suffix.lower() == ".zip"]
    if not found and not instances.sharded:
        there = ", ".join(path.name for path in files[:5]) or "nothing"
        raise DataSetError(
            f"{wanted or 'A zip file'} is not under {folder}; there is {there}. "
            "Check the script's argument and the S3 address of the processing input 'input'."
        )
    by_output: dict[str, Path] = {}
    for path in found:
        other = by_output.setdefault(output_names(path.name)[0], path)
        if other != path:
            raise DataSetError(
                f"{other.relative_to(folder)} and {path.relative_to(folder)} would write the same files. "
                "Rename one: the outputs are named by what stands before the first dot."
            )
    return found if instances.sharded else found[instances.index :: instances.count]


def preprocess_one(archive: Path, folder: Path) -> Summary:
    """Preprocess one zip into ``train`` and ``test`` under `folder`; return the counts."""
    train, test = folder / "train", folder / "test"
    for output in (train, test):
        output.mkdir(parents=True, exist_ok=True)
    train_name, test_name = output_names(archive.name)
    return preprocess(archive, train / train_name, test / test_name, name=archive.name)


def in_words(summary: Summary) -> str:
    """The counts in one line for the log."""
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in summary.dropped.items()) or "none"
    train, test = sum(summary.training_sentences.values()), sum(summary.testing_sentences.values())
    return f"{summary.reviews:,} reviews, dropped: {dropped}; {train:,} training and {test:,} testing sentences"


REMEDIES = {
    errno.ENAMETOOLONG: "Give the data set a shorter name: the outputs are named after it, with _train.txt at the end.",
    errno.ENOSPC: "Give the job a larger volume (VolumeSizeInGB of its ClusterConfig).",
    errno.EACCES: "Check the local paths of the job's inputs and outputs.",
    errno.EROFS: "Check the local paths of the job's outputs: they have to be below /opt/ml/processing.",
}


def in_words_of(error: OSError) -> str:
    """What the system would not do with a file, which file, and what helps."""
    file = Path(os.fsdecode(error.filename)).name if isinstance(error.filename, (str, bytes)) else ""
    what = f"{error.strerror or error}{f' ({file})' if file else ''}."
    return " ".join([what, REMEDIES.get(error.errno or 0, "")]).strip()


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write_message(root: Path, text: str) -> None:
    path = root / "output" / "message"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:MESSAGE_LIMIT], encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        # The job's log has the text all the same.
        print(f"The exit message could not be written: {in_words_of(error)}", file=sys.stderr)


if __name__ == "__main__":
    # A file's name may hold bytes that are no text.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))

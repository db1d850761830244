"""Three ways to preprocess a data set, and the fresh process in which one of them is measured.

    floor   unzip in chunks, json.loads of each line, nothing else
    ours    processing.reviews.preprocess
    naive   the same rules over lists: read the member whole, parse all, label all, write all

`python -m benchmarks.preprocessing_ways WAY ARCHIVE` prints the processor's seconds for the work alone and the
process's peak resident set in MiB, as JSON. Only the standard library and the core are imported here: what else
the benchmarks need would count as memory of the work.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from processing.reviews import clean, is_for_testing, preprocess, sentences

_CHUNK_BYTES = 128 * 1024


def ours(archive: Path, folder: Path) -> None:
    """The core of the course."""
    preprocess(archive, folder / "train.txt", folder / "test.txt")


def floor(archive: Path, folder: Path) -> None:
    """Unzip and parse, and nothing else."""
    with zipfile.ZipFile(archive) as zipped, zipped.open(json_name(zipped)) as member:
        tail = b""
        while chunk := member.read(_CHUNK_BYTES):
            lines = (tail + chunk).split(b"\n")
            tail = lines.pop()
            for line in lines:
                json.loads(line.decode())
        if tail:
            json.loads(tail.decode())


def naive(archive: Path, folder: Path) -> None:
    """What a first attempt looks like: every step over the whole list."""
    with zipfile.ZipFile(archive) as zipped:
        lines = zipped.read(json_name(zipped)).splitlines()
    reviews = [json.loads(line) for line in lines]
    reviews = [review for review in reviews if 2 * review["helpful"][0] != review["helpful"][1]]
    sets: dict[bool, list[str]] = {False: [], True: []}
    for review in reviews:
        helpful, votes = review["helpful"]
        label = "__label__1" if 2 * helpful > votes else "__label__2"
        text = clean(review["reviewText"])
        sets[is_for_testing(text)] += [f"{label} {sentence}\n" for sentence in sentences(text)]
    (folder / "train.txt").write_text("".join(sets[False]), encoding="utf-8")
    (folder / "test.txt").write_text("".join(sets[True]), encoding="utf-8")


WAYS = {"ours": ours, "floor": floor, "naive": naive}


def json_name(zipped: zipfile.ZipFile) -> str:
    """The member of a zip that holds the reviews."""
    return next(n for n in zipped.namelist() if n.endswith(".json") and not n.startswith("__MACOSX/"))


def peak_memory_mib() -> float:
    """This process's peak resident set in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: a child started by a larger process inherits its parent's peak there.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    """The fresh process: do the work once and print processor seconds and peak memory."""
    way, archive = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        WAYS[way](Path(archive), Path(folder))
        seconds = time.process_time() - started
    print(json.dumps([seconds, peak_memory_mib()]))


if __name__ == "__main__":
    main()

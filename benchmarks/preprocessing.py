"""Preprocessing measured: seconds and peak memory beside the least and the naive way to do it.

    python benchmarks/preprocessing.py [path of a data set's zip] [--sizes 1 10 100]

Three ways over 1, 10 and 100 copies of one bundled data set in a zip, each in a fresh process:

    floor   unzip in chunks, json.loads of each line, nothing else
    ours    processing.reviews.preprocess
    naive   the same rules over lists: read the member whole, parse all, label all, write all

Seconds are those of the work alone, without the start of Python; the best of several runs, the ways taking
turns. Memory is the process's peak resident set, Python included. It asserts nothing.
At 100 copies the naive way takes more than 4 GiB of memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA_SET = ROOT / "data" / "reviews_Musical_Instruments_5.json.zip"
CHUNK_BYTES = 128 * 1024
RUNS = {1: 7, 10: 3}  # runs for a size; 2 for the sizes not named


def floor(archive: Path, folder: Path) -> None:
    """Unzip and parse, and nothing else."""
    with zipfile.ZipFile(archive) as zipped, zipped.open(_json_name(zipped)) as member:
        tail = b""
        while chunk := member.read(CHUNK_BYTES):
            lines = (tail + chunk).split(b"\n")
            tail = lines.pop()
            for line in lines:
                json.loads(line.decode())
        if tail:
            json.loads(tail.decode())


def ours(archive: Path, folder: Path) -> None:
    """The core of the course."""
    from processing.reviews import preprocess

    preprocess(archive, folder / "train.txt", folder / "test.txt")


def naive(archive: Path, folder: Path) -> None:
    """What a first attempt looks like: every step over the whole list."""
    from processing.reviews import clean, is_for_testing, sentences

    with zipfile.ZipFile(archive) as zipped:
        lines = zipped.read(_json_name(zipped)).splitlines()
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


WAYS = {"floor": floor, "ours": ours, "naive": naive}


def enlarged(source: Path, copies: int, folder: Path) -> Path:
    """A zip like `source` whose JSON member holds its lines `copies` times."""
    target = folder / f"{copies}.json.zip"
    with zipfile.ZipFile(source) as zipped:
        name = _json_name(zipped)
        content = zipped.read(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open(name, "w") as member:
        for _ in range(copies):
            member.write(content)
    return target


def measure(way: str, archive: Path) -> tuple[float, float]:
    """Run one way in a fresh process; return its seconds and its peak memory in MiB."""
    command = [sys.executable, str(Path(__file__).resolve()), "--way", way, str(archive)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def run_one(way: str, archive: Path) -> None:
    """The fresh process: do the work once and print seconds and peak memory."""
    sys.path.insert(0, str(ROOT))
    import processing.reviews  # noqa: F401 - its import is no part of the work

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        WAYS[way](archive, Path(folder))
        seconds = time.perf_counter() - started
    print(json.dumps([seconds, peak_memory_mib()]))


def peak_memory_mib() -> float:
    """This process's peak resident set in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: a child started by a larger process inherits its parent's peak there.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _json_name(zipped: zipfile.ZipFile) -> str:
    return next(n for n in zipped.namelist() if n.endswith(".json") and not n.startswith("__MACOSX/"))


def main() -> None:
    """Measure every way at every size and print the table."""
    parser = argparse.ArgumentParser(description="Measure preprocessing beside its floor and the naive way.")
    parser.add_argument("archive", type=Path, nargs="?", default=DATA_SET)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        run_one(options.way, options.archive)
        return
    print("| size | way | seconds | to floor | peak MiB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            archive = enlarged(options.archive, size, Path(folder))
            results: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
            for _ in range(RUNS.get(size, 2)):
                for way in WAYS:
                    results[way].append(measure(way, archive))
            archive.unlink()
            best = {way: min(seconds for seconds, _ in runs) for way, runs in results.items()}
            for way, runs in results.items():
                memory = max(memory for _, memory in runs)
                ratio = best[way] / best["floor"]
                print(f"| {size}x | {way} | {best[way]:.3f} | {ratio:.2f} | {memory:.1f} |", flush=True)


if __name__ == "__main__":
    main()

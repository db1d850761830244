"""Preprocessing: processor time and peak memory beside the least and the naive way to do it.

The ways of `preprocessing_ways` over 1, 10 and 100 copies of a bundled data set in one zip, each in a fresh process.
At 100 copies the naive way, which would take more than 4 GiB of memory, is left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench, figures
from benchmarks.emulators import ROOT
from benchmarks.figures import Figure, at_most, within
from benchmarks.preprocessing_ways import WAYS, json_name
from benchmarks.turns import Way, take_turns

DATA_SET = ROOT / "data" / "reviews_Musical_Instruments_5.json.zip"
_ROUNDS = {1: 7, 10: 2, 100: 1}


def measure(bench: Bench) -> Iterator[Figure]:
    """Processor seconds and peak MiB at three sizes."""
    for copies, rounds in _ROUNDS.items():
        bench.say(f"preprocessing {copies}x")
        archive = enlarged(DATA_SET, copies, bench.directory)
        memory: dict[str, list[float]] = {name: [] for name in WAYS if name != "naive" or copies < 100}
        ways = {name: _way(name, archive, taken) for name, taken in memory.items()}
        seconds = take_turns(ways, rounds, limit_seconds=60)
        archive.unlink()
        yield from figures(f"preprocessing {copies}x: processor time", "s", seconds, aim=within(1.5))
        yield from figures(
            f"preprocessing {copies}x: peak memory", "MiB", memory, statistic=max, aim=at_most(40, "MiB")
        )


def enlarged(source: Path, copies: int, folder: Path) -> Path:
    """A zip like `source` whose JSON member holds its lines `copies` times."""
    target = folder / f"{copies}.json.zip"
    with zipfile.ZipFile(source) as zipped:
        name = json_name(zipped)
        content = zipped.read(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open(name, "w") as member:
        for _ in range(copies):
            member.write(content)
    return target


def _way(name: str, archive: Path, memory: list[float]) -> Way:
    def once() -> float:
        command = [sys.executable, "-m", "benchmarks.preprocessing_ways", name, str(archive)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        seconds, mib = json.loads(done.stdout)
        memory.append(mib)
        return seconds

    return once

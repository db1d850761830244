"""From the command to the first answer: a fresh process each time, asked by S3's ListBuckets until it answers."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.baselines import BASELINES
from benchmarks.bench import Bench, figures
from benchmarks.emulators import Emulator, NotThere, Ours
from benchmarks.figures import Absent, Figure, at_most, both, within
from benchmarks.turns import Way, take_turns

_ROUNDS = 3


def measure(bench: Bench) -> Iterator[Figure]:
    """Start to first answer, in seconds."""
    what = "start to first answer"
    bench.say(what)
    ways = {kind.name: _way(kind) for kind in (Ours, *BASELINES)}
    readings = take_turns(ways, _ROUNDS, limit_seconds=30)
    yield from figures(what, "s", readings, aim=both(within(1), at_most(0.3, "s")))


def _way(kind: type[Emulator]) -> Way | Absent:
    try:
        kind().prepare()
    except NotThere as reason:
        return Absent(str(reason))

    def once() -> float:
        emulator = kind()
        try:
            return emulator.start()
        finally:
            emulator.stop()

    return once

"""What a subject measures with: emulators that serve, and the comparison of one thing on all of them."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from benchmarks.baselines import BASELINES
from benchmarks.emulators import Emulator, NotThere, Ours
from benchmarks.figures import Absent, Aim, Figure
from benchmarks.turns import Statistic, Way, summary, take_turns, why_absent

Prepare = Callable[[Emulator], Way]
"""Makes what a measurement needs on an emulator (a bucket, a function) and gives the way to be measured."""


class Bench:
    """A context: emulators are started on first use and ended with the block.

    Args:
        say: told what is being measured.
        rows: parts of the names of those rows that are wanted; all of them by default.
    """

    def __init__(self, say: Callable[[str], None], rows: Iterable[str] = ()):
        self.say, self._rows = say, [row.lower() for row in rows]
        self._stack = contextlib.ExitStack()
        self._emulators: dict[str, Emulator | Absent] = {}

    def __enter__(self) -> Self:
        self.directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def wants(self, what: str) -> bool:
        """Whether a row of that name is wanted."""
        return not self._rows or any(row in what.lower() for row in self._rows)

    @property
    def ours(self) -> Emulator:
        """The embedded AWS, serving.

        Raises:
            NotThere: it did not start.
        """
        return self._serving(Ours)

    def compare(
        self,
        what: str,
        unit: str,
        prepare: Prepare,
        service: str,
        rounds: int,
        aim: Aim | None = None,
        aim_beside: str | None = None,
        floor: Mapping[str, Way] | None = None,
    ) -> Iterator[Figure]:
        """One thing measured on every emulator, taking turns: a figure a baseline.

        Args:
            service: what is used, by boto3's name; an emulator that is without it isn't asked.
            rounds: readings, of which the median counts.
            aim_beside: the baseline that the aim is about; the first one where none is named.
            floor: a further baseline, which is no emulator.
        """
        if not self.wants(what):
            return
        self.say(what)
        ways = {kind.name: self._way(self._serving(kind), prepare, service) for kind in (Ours, *BASELINES)}
        ways |= floor or {}
        yield from figures(what, unit, take_turns(ways, rounds), aim=aim, aim_beside=aim_beside)

    def _way(self, emulator: Emulator | Absent, prepare: Prepare, service: str) -> Way | Absent:
        if isinstance(emulator, Absent):
            return emulator
        if service in emulator.without:
            return Absent(emulator.without[service])
        problems: list[Absent] = []
        with why_absent(problems.append):
            return prepare(emulator)
        return problems[0]

    def _serving(self, kind: type[Emulator]) -> Emulator | Absent:
        """An emulator that serves, started where it doesn't; a baseline that can't be had is absent."""
        if kind.name not in self._emulators:
            self.say(f"starting {kind.name}")
            self._emulators[kind.name] = self._started(kind)
        return self._emulators[kind.name]

    def _started(self, kind: type[Emulator]) -> Emulator | Absent:
        emulator = kind()
        try:
            emulator.prepare()
            emulator.start()
        except NotThere as reason:
            if kind is Ours:
                raise
            return Absent(str(reason))
        self._stack.callback(emulator.stop)
        return emulator


def figures(
    what: str,
    unit: str,
    readings: Mapping[str, list[float] | Absent],
    statistic: Statistic = statistics.median,
    aim: Aim | None = None,
    aim_beside: str | None = None,
) -> Iterable[Figure]:
    """A figure for each baseline among readings, of which the first is ours; the aim stands in one of them."""
    (_, ours), *others = ((name, summary(taken, statistic)) for name, taken in readings.items())
    if not others:
        return [Figure(what, unit, ours, aim=aim)]
    beside = aim_beside or others[0][0]
    return [Figure(what, unit, ours, name, theirs, aim if name == beside else None) for name, theirs in others]

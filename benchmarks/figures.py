"""What a benchmark finds: figures, the aims they are held against, the table, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MORE_IS_BETTER = frozenset({"/s"})
"""Units of rates: the ratio of two of these is turned round, so that below 1 is always good for ours."""


@dataclass(frozen=True)
class Absent:
    """Why there is no reading. `failed` is False where the thing isn't there, and says so."""

    reason: str
    failed: bool = False


Reading = float | Absent


@dataclass(frozen=True)
class Aim:
    """What ours should reach: `met` is asked with our reading, the baseline's and the ratio (None where not there)."""

    text: str
    met: Callable[[float, float | None, float | None], bool]


def at_most(limit: float, unit: str) -> Aim:
    """Ours itself, whatever the baseline does."""
    return Aim(f"≤ {limit:g} {unit}", lambda ours, _, __: ours <= limit)


def at_least(limit: float, unit: str) -> Aim:
    """The same for a rate."""
    return Aim(f"≥ {limit:,g}{unit}", lambda ours, _, __: ours >= limit)


def within(ratio: float) -> Aim:
    """Ours takes at most so many times what the baseline takes. Without a baseline it can't be reached."""
    return Aim(f"≤ {ratio:g} times", lambda _, __, found: found is not None and found <= ratio)


def at_most_above(limit: float, unit: str) -> Aim:
    """Ours takes at most so much more than the baseline."""
    return Aim(f"≤ {limit:g} {unit} more", lambda ours, theirs, _: theirs is not None and ours - theirs <= limit)


def both(one: Aim, other: Aim) -> Aim:
    """Two aims at once."""
    return Aim(f"{one.text}, {other.text}", lambda *readings: one.met(*readings) and other.met(*readings))


@dataclass(frozen=True)
class Figure:
    """One line of the table: a thing measured on ours and on one baseline."""

    what: str
    unit: str
    ours: Reading
    baseline: str = ""
    theirs: Reading = Absent("")
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """What ours takes over what the baseline takes; None where one of them has no reading."""
        if isinstance(self.ours, Absent) or isinstance(self.theirs, Absent):
            return None
        above, below = (self.theirs, self.ours) if self.unit in MORE_IS_BETTER else (self.ours, self.theirs)
        return above / below if below else None

    @property
    def aim_met(self) -> bool | None:
        """Whether the aim is met; None where there is no aim or ours has no reading."""
        if self.aim is None or isinstance(self.ours, Absent):
            return None
        return self.aim.met(self.ours, None if isinstance(self.theirs, Absent) else self.theirs, self.ratio)


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | ours | baseline | ratio | aim |", "|---|--:|--:|--:|---|"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        theirs = f"{figure.baseline} {_shown(figure.theirs, figure.unit)}".strip()
        lines.append(f"| {figure.what} | {_shown(figure.ours, figure.unit)} | {theirs} | {ratio} | {_aim(figure)} |")
    return "\n".join(lines)


def verdict(figures: Iterable[Figure]) -> str:
    """One line: how many aims are met, which are missed, what could not be measured."""
    figures = list(figures)
    judged = [figure for figure in figures if figure.aim_met is not None]
    missed = [figure for figure in judged if not figure.aim_met]
    said = [f"{len(judged) - len(missed)} of {len(judged)} aims met"]
    if missed:
        said.append("missed: " + ", ".join(f"{figure.what} ({figure.aim.text})" for figure in missed))
    for word, is_failure in (("failed", True), ("not there yet", False)):
        names = {f.what: None for f in figures if isinstance(f.ours, Absent) and f.ours.failed is is_failure}
        if names:
            said.append(f"{word}: {', '.join(names)}")
    return "Verdict: " + "; ".join(said) + "."


def failed(figures: Iterable[Figure]) -> bool:
    """Whether something of ours broke while it was measured."""
    return any(isinstance(figure.ours, Absent) and figure.ours.failed for figure in figures)


def missed(figures: Iterable[Figure]) -> bool:
    """Whether an aim is missed."""
    return any(figure.aim_met is False for figure in figures)


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    mark = {True: " ✓", False: " ✗", None: ""}[figure.aim_met]
    return figure.aim.text + mark


def _shown(reading: Reading, unit: str) -> str:
    if isinstance(reading, Absent):
        return reading.reason
    digits = max(0, 2 - len(f"{reading:.0f}")) if reading >= 1 else 3
    return f"{reading:,.{digits}f}{unit}" if unit in MORE_IS_BETTER else f"{reading:,.{digits}f} {unit}"

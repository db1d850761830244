"""Charts of the learner's own numbers: bars, spans on a time line, where files go, how far a chain has come; each also
reads as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course.errors import CourseError
from course.pictures import BLUE, GREEN, GREY, LINE, RED, frame, image, text

_ROW, _TOP, _WIDE, _LETTER = 30, 52, 420, 7.2
_TONES = {"plain": BLUE, "good": GREEN, "bad": RED, "quiet": GREY}


class Chart:
    """A picture with a title, which reads as text, too."""

    title: str
    measured = False

    @property
    def svg(self) -> str:
        """The picture, as SVG that stands on its own."""
        raise NotImplementedError

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": image(self.svg, repr(self), self.measured)}


class Bars(Chart):
    """A bar for each number, beside its name, with its share where the numbers make up a whole.

    Args:
        numbers: by name, in the order in which they are shown; none below zero.
        title: what they count.
        shares: say what part of all each is.
        form: how a number is written.
        measured: the numbers differ from run to run.
    """

    def __init__(
        self,
        numbers: Mapping[str, float],
        title: str,
        shares: bool = False,
        form: str = "{:,.0f}",
        measured: bool = False,
    ):
        # A column of pandas has names and numbers, too, but no truth value.
        self._numbers = {str(name): float(number) for name, number in numbers.items()}
        if not self._numbers or min(self._numbers.values()) < 0:
            raise CourseError("A bar chart needs at least one number, and none below zero.")
        self.title, self.measured = title, measured
        self._shares, self._form = shares, form

    def _shown(self, number: float) -> str:
        share = f" ({number / (sum(self._numbers.values()) or 1):.0%})" if self._shares else ""
        return self._form.format(number) + share

    @property
    def svg(self) -> str:
        left = 32 + _LETTER * max(map(len, self._numbers))
        right = 24 + _LETTER * max(len(self._shown(number)) for number in self._numbers.values())
        most = max(self._numbers.values()) or 1
        parts = [text(self.title, 20, 28, more='font-weight="600"')]
        for row, (name, number) in enumerate(self._numbers.items()):
            y, width = _TOP + row * _ROW, max(2.0, _WIDE * number / most)
            parts += [
                text(name, left - 10, y + 14, "end"),
                f'<rect x="{left:g}" y="{y:g}" width="{width:g}" height="20" rx="4" fill="{BLUE}"/>',
                text(self._shown(number), left + width + 8, y + 14),
            ]
        height = _TOP + len(self._numbers) * _ROW + 12
        return frame(left + _WIDE + right, height, self.title, repr(self), *parts)

    def __repr__(self) -> str:
        width = max(map(len, self._numbers))
        lines = [f"  {name:<{width}}  {self._shown(number)}" for name, number in self._numbers.items()]
        return "\n".join([f"{self.title}:", *lines])


@dataclass(frozen=True)
class Span:
    """From when to when something went on, in seconds from the beginning of the time line; a moment has no length."""

    name: str
    begin: float
    end: float
    what: str = ""
    tone: str = "plain"


class TimeLine(Chart):
    """Spans below each other on one scale of time; those of one name stand in one row.

    Args:
        spans: in the order in which they are shown.
        title: what they are of.
        wide: how wide the scale is drawn.
    """

    measured = True

    def __init__(self, spans: Sequence[Span], title: str, wide: int = _WIDE):
        if not spans:
            raise CourseError("A time line needs at least one thing that went on.")
        self.title, self.spans, self._wide = title, tuple(spans), wide

    def _rows(self) -> dict[str, list[Span]]:
        rows: dict[str, list[Span]] = {}
        for span in self.spans:
            rows.setdefault(span.name, []).append(span)
        return rows

    @property
    def svg(self) -> str:
        rows, last = self._rows(), max(max(span.end for span in self.spans), 0.001)
        left = 32 + _LETTER * max(map(len, rows))
        right = 24 + _LETTER * max(len(_said(spans)) for spans in rows.values())
        bottom = _TOP + len(rows) * _ROW
        parts = [text(self.title, 20, 28, more='font-weight="600"')]
        for tick in range(5):
            x = left + self._wide * tick / 4
            parts.append(f'<path d="M{x:g} {_TOP - 8}V{bottom:g}" stroke="{LINE}"/>')
            parts.append(text(f"{last * tick / 4:.3g} s", x, bottom + 18, "middle", f'font-size="12" fill="{GREY}"'))
        for row, (name, spans) in enumerate(rows.items()):
            y, until = _TOP + row * _ROW, left
            parts.append(text(name, left - 10, y + 14, "end"))
            for span in spans:
                x = left + self._wide * span.begin / last
                width = max(3.0, self._wide * (span.end - span.begin) / last)
                until = max(until, min(x + width, left + self._wide))
                colour = _TONES[span.tone]
                parts.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="20" rx="2" fill="{colour}"/>')
            parts.append(text(_said(spans), until + 8, y + 14, more='font-size="12"'))
        return frame(left + self._wide + right, bottom + 30, self.title, repr(self), *parts)

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(map(len, rows))
        lines = [f"  {name:<{width}}  from {spans[0].begin:.3f} s, {_said(spans)}" for name, spans in rows.items()]
        return "\n".join([f"{self.title}:", *lines])


def _said(spans: Sequence[Span]) -> str:
    """How long something went on, all in all, and what the last of it was."""
    took = sum(span.end - span.begin for span in spans)
    return ", ".join(filter(None, (f"{took:.3f} s", spans[-1].what)))


Status = Literal["done", "begun", "waits", "failed"]


@dataclass(frozen=True)
class Step:
    """One step of a chain: how it stands, how many seconds it has taken, and a word more about it."""

    name: str
    status: Status
    seconds: float | None = None
    what: str = ""

    @property
    def said(self) -> str:
        """How it stands, in words."""
        took = "" if self.seconds is None else f"{self.seconds:.3f} s"
        return ", ".join(filter(None, (self.status, took, self.what)))


_STEPS = {"done": ("✓", GREEN), "begun": ("●", BLUE), "waits": ("○", GREY), "failed": ("✕", RED)}


class Steps(Chart):
    """The steps of a chain below each other, each with a sign and a colour for how it stands.

    Args:
        steps: in their order.
        title: what they are steps of.
    """

    measured = True

    def __init__(self, steps: Sequence[Step], title: str):
        if not steps:
            raise CourseError("A chain needs at least one step.")
        self.title, self.steps = title, tuple(steps)

    @property
    def svg(self) -> str:
        names = 64 + 8 * max(len(step.name) for step in self.steps)
        wide = names + 40 + _LETTER * max(len(step.said) for step in self.steps)
        bottom = _TOP + len(self.steps) * _ROW
        parts = [text(self.title, 20, 28, more='font-weight="600"')]
        parts.append(f'<path d="M34 {_TOP + 10}V{bottom - 20:g}" stroke="{LINE}" stroke-width="2"/>')
        for row, step in enumerate(self.steps):
            y, (sign, colour) = _TOP + row * _ROW, _STEPS[step.status]
            weight = "600" if step.status in ("begun", "failed") else "400"
            parts += [
                f'<circle cx="34" cy="{y + 10:g}" r="10" fill="#ffffff" stroke="{colour}" stroke-width="2"/>',
                text("" if step.status == "waits" else sign, 34, y + 14.5, "middle", f'font-size="12" fill="{colour}"'),
                text(step.name, 54, y + 14.5, more=f'font-weight="{weight}"'),
                text(step.said, names, y + 14.5, more=f'fill="{colour}"'),
            ]
        return frame(max(wide, 40 + 8 * len(self.title)), bottom + 10, self.title, repr(self), *parts)

    def __repr__(self) -> str:
        width = max(len(step.name) for step in self.steps)
        lines = [f"  {_STEPS[step.status][0]} {step.name:<{width}}  {step.said}" for step in self.steps]
        return "\n".join([f"{self.title}:", *lines])


class Paths(Chart):
    """Two columns of places with an arrow for each way that files go: `->` to the right, `<-` to the left.

    Args:
        ways: left place, direction, right place.
        heads: what stands above the columns.
        title: what is copied.
    """

    def __init__(self, ways: Sequence[tuple[str, str, str]], heads: tuple[str, str], title: str):
        if not ways:
            raise CourseError("There is no way to draw yet: the request has neither inputs nor outputs.")
        self.title, self._ways, self._heads = title, tuple(ways), heads

    @property
    def svg(self) -> str:
        columns = [(self._heads[0], *(way[0] for way in self._ways)), (self._heads[1], *(way[2] for way in self._ways))]
        wide = [24 + _LETTER * max(map(len, column)) for column in columns]
        gap, right = 90, 20 + wide[0] + 90
        parts = [text(self.title, 20, 28, more='font-weight="600"')]
        parts += [
            text(head, x, 56, more=f'fill="{GREY}"') for head, x in zip(self._heads, (32, right + 12), strict=True)
        ]
        for row, (here, direction, there) in enumerate(self._ways):
            y = 68 + row * 40
            begin, end = (20 + wide[0] + 6, right - 6) if direction == "->" else (right - 6, 20 + wide[0] + 6)
            tip = 9 if end > begin else -9
            colour = BLUE if direction == "->" else GREEN
            parts += [
                f'<rect x="20" y="{y}" width="{wide[0]:g}" height="30" rx="6" fill="#ffffff" stroke="{LINE}"/>',
                text(here, 32, y + 20),
                f'<rect x="{right:g}" y="{y}" width="{wide[1]:g}" height="30" rx="6" fill="#ffffff" stroke="{LINE}"/>',
                text(there, right + 12, y + 20),
                f'<path d="M{begin:g} {y + 15}H{end - tip:g}" stroke="{colour}" stroke-width="2" fill="none"/>',
                f'<polygon points="{end:g},{y + 15} {end - tip:g},{y + 10} {end - tip:g},{y + 20}" fill="{colour}"/>',
            ]
        height = 68 + len(self._ways) * 40 + 10
        return frame(20 + wide[0] + gap + wide[1] + 20, height, self.title, repr(self), *parts)

    def __repr__(self) -> str:
        width = max(len(way[0]) for way in self._ways)
        return "\n".join([f"{self.title}:", *(f"  {here:<{width}}  {way}  {there}" for here, way, there in self._ways)])

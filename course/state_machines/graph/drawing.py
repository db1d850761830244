"""A flow as an SVG picture: rounded boxes from top to bottom, groups around inner flows, colours by status.

The picture stands on a card of its own, so it reads the same in JupyterLab's light and dark theme; a sign and
a word go with each colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from course.state_machines.graph.layout import Arrow, Layout, Point, lay_out
from course.state_machines.graph.machine import END, START, Flow, State, Transition
from course.state_machines.graph.node import Size

_MARGIN, _PAD, _HEAD = 18.0, 16.0, 34.0
# Wide enough for ordinary names in DejaVu Sans, the widest font that `system-ui` stands for: no sign on a name.
_NAME_WIDTH, _SMALL_WIDTH = 8.6, 6.3
_LONGEST_NAME, _LONGEST_DOES = 34, 56
_BEND = 7.0
# The way that a run should take is drawn straight, the way out to the side.
_WEIGHTS = {"next": 1.0, "choice": 0.6, "default": 0.5, "catch": 0.1}


@dataclass(frozen=True)
class Look:
    """How a status looks: border, fill, and the sign that goes with it."""

    line: str
    fill: str
    sign: str


LOOKS = {
    "succeeded": Look("#0a7d33", "#e4f6ea", "✓"),
    "in progress": Look("#0b63ce", "#e3effd", "▶"),
    "failed": Look("#c4161c", "#fde8e8", "✗"),
    "caught": Look("#b65c00", "#fdefdc", "!"),
    "cancelled": Look("#5f6b7a", "#e9ebee", "■"),
}
"""The statuses, in the colours of the Step Functions console."""

_PLAIN = Look("#5f6b7a", "#ffffff", "")
_STYLE = (
    ".sm{font-family:system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;fill:#16191f}"
    ".sm-n{font-size:13px;font-weight:600}.sm-s{font-size:11px;fill:#414d5c}"
    ".sm-a{fill:none;stroke:#5f6b7a;stroke-width:1.3}.sm-h{fill:#5f6b7a}"
)


def svg(
    flow: Flow, statuses: dict[str, str], title: str, description: str, notes: Mapping[str, str] | None = None
) -> str:
    """The picture of a machine.

    Args:
        flow: the machine.
        statuses: status by state, of `LOOKS`; a state without one is drawn plain.
        title, description: what it shows in words, for those who hear it.
        notes: a few more words by state, shown in its box.
    """
    drawn = _Drawn(flow, statuses, notes or {}, ends=True)
    legend = [status for status in LOOKS if status in statuses.values()]
    width = max(drawn.size.width, sum(len(status) * _SMALL_WIDTH + 34 for status in legend), 180.0)
    height = drawn.size.height + (26 if legend else 0)
    shift = (width - drawn.size.width) / 2
    total = Size(round(width + 2 * _MARGIN), round(height + 2 * _MARGIN))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{total.width}" height="{total.height}" '
        f'viewBox="0 0 {total.width} {total.height}" style="max-width:100%;height:auto" class="sm">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc><style>{_STYLE}</style>",
        f'<rect x="0.5" y="0.5" width="{total.width - 1}" height="{total.height - 1}" rx="10" fill="#f7f8f9" '
        'stroke="#d5dbdb"/>',
        *drawn.at(_MARGIN + shift, _MARGIN),
        *_legend(legend, _MARGIN, _MARGIN + height - 2),
        "</svg>",
    ]
    return "\n".join(parts)


class _Drawn:
    """A flow laid out, its inner flows with it; `size` is what it takes up."""

    def __init__(self, flow: Flow, statuses: dict[str, str], notes: Mapping[str, str], ends: bool):
        self.flow, self.statuses, self.notes = flow, statuses, notes
        self.inner = {
            name: [_Drawn(one, statuses, notes, ends=False) for one in state.flows]
            for name, state in flow.states.items()
            if state.flows
        }
        shown = [one for one in flow.transitions if ends or (one.source != START and one.target != END)]
        self.transitions: list[Transition] = shown
        boxes = {name: self._box(state) for name, state in _in_order(flow).items()}
        if ends:
            boxes = {START: Size(52, 30)} | boxes
            if any(one.target == END for one in shown):
                boxes[END] = Size(52, 30)
        arrows = [Arrow(one.source, one.target, _label_size(one), _WEIGHTS[one.kind]) for one in shown]
        self.boxes = boxes
        self.layout: Layout = lay_out(boxes, arrows)
        self.size = self.layout.size

    def _box(self, state: State) -> Size:
        inner = self.inner.get(state.name)
        own = max(len(_short(state.name, _LONGEST_NAME)) * _NAME_WIDTH, len(self._caption(state)) * _SMALL_WIDTH) + 40
        if not inner:
            return Size(max(own, 120.0), 46.0)
        width = sum(one.size.width for one in inner) + _PAD * (len(inner) + 1)
        return Size(max(width, own), _HEAD + max(one.size.height for one in inner) + 2 * _PAD)

    def at(self, x: float, y: float) -> list[str]:
        """The picture's parts, moved to a place."""
        parts = []
        for transition, way, label in zip(self.transitions, self.layout.ways, self.layout.labels, strict=True):
            parts += _arrow(transition, [(a + x, b + y) for a, b in way], self._corner(transition.source, x, y))
            if label:
                parts.append(_label(transition, (label[0] + x, label[1] + y)))
        for name, size in self.boxes.items():
            corner = self.layout.corners[name]
            parts += self._state(name, (corner[0] + x, corner[1] + y), size)
        return parts

    def _corner(self, name: str, x: float, y: float) -> tuple[Point, Size]:
        corner = self.layout.corners[name]
        return (corner[0] + x, corner[1] + y), self.boxes[name]

    def _state(self, name: str, corner: Point, size: Size) -> list[str]:
        x, y = corner
        if name in (START, END):
            word = name.strip("()").capitalize()
            return [
                f'<rect x="{x:g}" y="{y:g}" width="{size.width:g}" height="{size.height:g}" rx="15" fill="#fff" '
                'stroke="#5f6b7a"/>',
                _text(word, x + size.width / 2, y + 19, "sm-s", "middle"),
            ]
        state = self.flow.states[name]
        status = self.statuses.get(name, "")
        look = LOOKS.get(status, _PLAIN)
        dashes = "" if state.defined else ' stroke-dasharray="3 3"'
        width = 2 if status else 1.3
        parts = [
            f'<g data-state="{escape(name)}"><title>{escape(name)}{escape(": " + status if status else "")}</title>',
            f'<rect x="{x:g}" y="{y:g}" width="{size.width:g}" height="{size.height:g}" rx="8" fill="{look.fill}" '
            f'stroke="{look.line}" stroke-width="{width}"{dashes}/>',
            _text(_short(name, _LONGEST_NAME), x + 12, y + 20, "sm-n"),
            _text(self._caption(state), x + 12, y + 36, "sm-s"),
        ]
        if look.sign:
            sign = _text(look.sign, x + size.width - 12, y + 20, "sm-n", "end")
            parts.append(sign.replace("<text", f'<text style="fill:{look.line}"'))
        left = x + (size.width - sum(one.size.width + _PAD for one in self.inner.get(name, [])) + _PAD) / 2
        for one in self.inner.get(name, []):
            parts += one.at(round(left, 1), y + _HEAD + _PAD)
            left += one.size.width + _PAD
        return [*parts, "</g>"]

    def _caption(self, state: State) -> str:
        if not state.defined:
            return "not defined"
        words = (state.type or "no type yet", state.does, self.notes.get(state.name, ""))
        return _short(" · ".join(part for part in words if part), _LONGEST_DOES)


def _in_order(flow: Flow) -> dict[str, State]:
    """The states, the first to run first, however the definition has them."""
    first = next((one.target for one in flow.transitions if one.source == START), None)
    start = {first: flow.states[first]} if first else {}
    return start | flow.states


def _label_size(transition: Transition) -> Size | None:
    return Size(_text_width(transition.label), 18.0) if transition.label else None


def _text_width(label: str) -> float:
    return len(label) * _SMALL_WIDTH + 12


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _text(text: str, x: float, y: float, style: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{style}">{escape(text)}</text>'


def _label(transition: Transition, middle: Point) -> str:
    x, y = middle
    width = _text_width(transition.label) - 4
    return (
        f'<g><title>{escape(transition.when)}</title><rect x="{x - width / 2:g}" y="{y - 8:g}" width="{width:g}" '
        f'height="16" rx="4" fill="#f7f8f9"/>{_text(transition.label, x, y + 4, "sm-s", "middle")}</g>'
    )


def _arrow(transition: Transition, way: list[Point], source: tuple[Point, Size]) -> list[str]:
    """A line straight down and sideways, its corners round, with its head; a state that follows itself gets a loop."""
    dashes = ' stroke-dasharray="5 4"' if transition.kind == "catch" else ""
    if not way:
        (x, y), size = source
        right = x + size.width
        way = [(right, y + 12), (right + 20, y + 12), (right + 20, y + 34), (right, y + 34)]
    (from_x, from_y), (x, y) = way[-2:]
    along, across = _direction((from_x, from_y), (x, y))
    path = _rounded([*way[:-1], (x - 6 * along, y - 6 * across)])
    back_x, back_y = x - 8 * along, y - 8 * across
    sides = (f"{back_x + 4 * side * across:g},{back_y + 4 * side * along:g}" for side in (-1, 1))
    head = " ".join([f"{x:g},{y:g}", *sides])
    return [f'<path class="sm-a" d="{path}"{dashes}/>', f'<polygon class="sm-h" points="{head}"/>']


def _rounded(points: list[Point]) -> str:
    """The path through points of which each is straight above, below or beside the one before."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        (in_x, in_y), (out_x, out_y) = _direction(before, (x, y)), _direction((x, y), after)
        if (in_x, in_y) != (out_x, out_y):
            bend = min(_BEND, math.dist(before, (x, y)) / 2, math.dist((x, y), after) / 2)
            path += f"L{x - bend * in_x:g} {y - bend * in_y:g}Q{x:g} {y:g} {x + bend * out_x:g} {y + bend * out_y:g}"
    return f"{path}L{points[-1][0]:g} {points[-1][1]:g}"


def _direction(start: Point, end: Point) -> Point:
    """1 or -1 along the one axis on which the points differ, 0 along the other."""
    (x, y), (to_x, to_y) = start, end
    return (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)


def _legend(statuses: list[str], x: float, y: float) -> list[str]:
    parts = []
    for status in statuses:
        look = LOOKS[status]
        parts.append(
            f'<rect x="{x:g}" y="{y - 9:g}" width="11" height="11" rx="2" fill="{look.fill}" stroke="{look.line}"/>'
        )
        parts.append(_text(f"{look.sign} {status}", x + 16, y, "sm-s"))
        x += len(status) * _SMALL_WIDTH + 44
    return parts

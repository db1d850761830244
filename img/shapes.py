"""A small vocabulary for diagrams: box, store, page, choice, person, lane, arrow, text.

A picture is written down as calls on a `Picture`, in pixels, and read back as SVG text. The picture remembers
where everything is, so `Picture.problems` can say what overlaps or sticks out. It does no layout of its own.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from xml.sax.saxutils import escape

from img.theme import BODY, HEADING, LABEL, WIDTH, style_sheet, text_width

Point = tuple[float, float]

MARGIN = 16
PADDING_X, PADDING_Y = 8, 4
HEAD = 9


@dataclass(frozen=True)
class Rect:
    """A rectangle in pixels from the picture's upper left corner."""

    x: float
    y: float
    w: float
    h: float

    def left(self, at: float = 0.5) -> Point:
        """The point on the left side, `at` of the way down."""
        return self.x, self.y + self.h * at

    def right(self, at: float = 0.5) -> Point:
        """The point on the right side, `at` of the way down."""
        return self.x + self.w, self.y + self.h * at

    def top(self, at: float = 0.5) -> Point:
        """The point on the upper side, `at` of the way across."""
        return self.x + self.w * at, self.y

    def bottom(self, at: float = 0.5) -> Point:
        """The point on the lower side, `at` of the way across."""
        return self.x + self.w * at, self.y + self.h

    def overlaps(self, other: "Rect") -> bool:
        """Whether the two share a surface."""
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )

    def holds(self, other: "Rect") -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.w <= self.x + self.w
            and other.y + other.h <= self.y + self.h
        )

    def shrunk(self, across: float, down: float) -> "Rect":
        """The same rectangle, smaller by `across` at left and right and by `down` above and below."""
        return Rect(self.x + across, self.y + down, self.w - 2 * across, self.h - 2 * down)


@dataclass(frozen=True)
class _Written:
    text: str
    where: Rect
    inside: Rect | None


@dataclass
class Picture:
    """One diagram.

    `alt` is the text that stands for the picture where it can't be seen; lessons take it from here.
    `lessons` are the numbers of the lessons that it was made for.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    lessons: tuple[int, ...]
    height: int
    width: int = WIDTH
    _layers: dict[str, list[str]] = field(
        default_factory=lambda: {"lanes": [], "arrows": [], "shapes": [], "texts": []}
    )
    _solids: list[Rect] = field(default_factory=list)
    _segments: list[tuple[Point, Point]] = field(default_factory=list)
    _written: list[_Written] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text(30, 44, self.title, size=HEADING, strong=True)
        self.text(30, 70, self.subtitle, soft=True)

    def box(self, x: float, y: float, w: float, h: float, title: str, *lines: str, tone: str = "plain") -> Rect:
        """A thing that does something: a rounded box, with a title (may hold line breaks) and lines."""
        shape = f'<rect class="shape fill-{tone} edge-{tone}" {_place(x, y, w, h)} rx="9"/>'
        return self._solid(Rect(x, y, w, h), shape, title, lines)

    def pill(self, x: float, y: float, w: float, h: float, title: str, *, tone: str = "plain") -> Rect:
        """A beginning, an end or an event: a box with round ends."""
        shape = f'<rect class="shape fill-{tone} edge-{tone}" {_place(x, y, w, h)} rx="{_n(h / 2)}"/>'
        return self._solid(Rect(x, y, w, h), shape, title, ())

    def store(self, x: float, y: float, w: float, h: float, title: str, *lines: str, tone: str = "storage") -> Rect:
        """A thing that keeps something (a bucket, a log): a drum."""
        rim = 9
        side = (
            f"M{_n(x)} {_n(y + rim)} A{_n(w / 2)} {rim} 0 0 1 {_n(x + w)} {_n(y + rim)} V{_n(y + h - rim)} "
            f"A{_n(w / 2)} {rim} 0 0 1 {_n(x)} {_n(y + h - rim)} Z"
        )
        lid = f"M{_n(x)} {_n(y + rim)} A{_n(w / 2)} {rim} 0 0 0 {_n(x + w)} {_n(y + rim)}"
        shape = f'<path class="shape fill-{tone} edge-{tone}" d="{side}"/><path class="thin edge-{tone}" d="{lid}"/>'
        return self._solid(Rect(x, y, w, h), shape, title, lines, lower=rim)

    def page(self, x: float, y: float, w: float, h: float, title: str, *lines: str, tone: str = "storage") -> Rect:
        """A document or an object: a sheet with a folded corner."""
        fold = 14
        sheet = f"M{_n(x)} {_n(y)} H{_n(x + w - fold)} L{_n(x + w)} {_n(y + fold)} V{_n(y + h)} H{_n(x)} Z"
        corner = f"M{_n(x + w - fold)} {_n(y)} V{_n(y + fold)} H{_n(x + w)}"
        shape = (
            f'<path class="shape fill-{tone} edge-{tone}" stroke-linejoin="round" d="{sheet}"/>'
            f'<path class="thin edge-{tone}" d="{corner}"/>'
        )
        return self._solid(Rect(x, y, w, h), shape, title, lines)

    def choice(self, x: float, y: float, w: float, h: float, title: str, *, tone: str = "plain") -> Rect:
        """A decision: a diamond. Its title needs about half of the width."""
        where = Rect(x, y, w, h)
        corners = (where.top(), where.right(), where.bottom(), where.left())
        points = " ".join(f"{_n(cx)},{_n(cy)}" for cx, cy in corners)
        shape = f'<polygon class="shape fill-{tone} edge-{tone}" stroke-linejoin="round" points="{points}"/>'
        return self._solid(where, shape, title, ())

    def person(self, x: float, y: float, *, tone: str = "plain") -> Rect:
        """A human being, 34 wide and 40 high, its upper left corner at x, y."""
        shoulders = f"M{_n(x)} {_n(y + 40)} A17 19 0 0 1 {_n(x + 34)} {_n(y + 40)} Z"
        shape = (
            f'<path class="shape fill-{tone} edge-{tone}" stroke-linejoin="round" d="{shoulders}"/>'
            f'<circle class="shape fill-{tone} edge-{tone}" cx="{_n(x + 17)}" cy="{_n(y + 10)}" r="9.5"/>'
        )
        return self._solid(Rect(x, y, 34, 40), shape, "", ())

    def badge(self, x: float, y: float, number: int, *, tone: str = "plain") -> Rect:
        """A number in a circle around x, y: the same number names the same thing twice in a picture."""
        shape = f'<circle class="shape fill-{tone} edge-{tone}" cx="{_n(x)}" cy="{_n(y)}" r="14"/>'
        return self._solid(Rect(x - 14, y - 14, 28, 28), shape, str(number), ())

    def bar(self, x: float, y: float, w: float, h: float, title: str = "", *, tone: str = "plain") -> Rect:
        """A stretch of time: a flat bar with an optional short text."""
        shape = f'<rect class="shape fill-{tone} edge-{tone}" {_place(x, y, w, h)} rx="4"/>'
        where = self._solid(Rect(x, y, w, h), shape, "", ())
        if title:
            self._write(x + w / 2, y + h / 2 + 5, title, BODY, anchor="middle", inside=where)
        return where

    def lane(self, x: float, y: float, w: float, h: float, title: str = "", *, tone: str | None = None) -> Rect:
        """A surrounding for several things, with its name in the upper left corner."""
        self._layers["lanes"].append(f'<rect class="lane edge-{tone or "line"}" {_place(x, y, w, h)} rx="12"/>')
        if title:
            self.text(x + 16, y + 26, title, size=LABEL, strong=True)
        return Rect(x, y, w, h)

    def house(self, x: float, y: float, w: float, h: float, roof: float, title: str) -> Rect:
        """A lane with a roof of the height `roof` on top of it."""
        outline = f"M{_n(x)} {_n(y)} L{_n(x + w / 2)} {_n(y - roof)} L{_n(x + w)} {_n(y)} V{_n(y + h)} H{_n(x)} Z"
        self._layers["lanes"].append(f'<path class="thin edge-line" stroke-linejoin="round" d="{outline}"/>')
        self.text(x + w / 2, y - roof / 2 + 14, title, size=LABEL, strong=True, anchor="middle")
        return Rect(x, y, w, h)

    def line(self, *points: Point, tone: str = "line", dashed: bool = False) -> None:
        """A line without a head, for lifelines and dividers. Texts may stand on it."""
        path = "M" + " L".join(f"{_n(px)} {_n(py)}" for px, py in points)
        self._layers["lanes"].append(f'<path class="thin edge-{tone}{" dashed" if dashed else ""}" d="{path}"/>')

    def arrow(self, *points: Point, tone: str = "line", dashed: bool = False) -> None:
        """An arrow along `points` with rounded corners. It keeps a small distance from what it joins."""
        path = [_towards(points[0], points[1], 3), *points[1:-1], _towards(points[-1], points[-2], 4)]
        self._segments += pairwise(path)
        tip, before = path[-1], path[-2]
        neck = _towards(tip, before, HEAD - 1)
        drawn = f"M{_n(path[0][0])} {_n(path[0][1])}"
        for previous, corner, following in zip(path, path[1:-1], path[2:], strict=False):
            radius = min(10, _length(previous, corner) / 2, _length(corner, following) / 2)
            enter, leave = _towards(corner, previous, radius), _towards(corner, following, radius)
            drawn += f" L{_n(enter[0])} {_n(enter[1])} Q{_n(corner[0])} {_n(corner[1])} {_n(leave[0])} {_n(leave[1])}"
        drawn += f" L{_n(neck[0])} {_n(neck[1])}"
        self._layers["arrows"].append(
            f'<path class="arrow edge-{tone}{" dashed" if dashed else ""}" d="{drawn}"/>'
            f'<polygon class="head-{tone}" points="{_head(tip, before)}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        anchor: str = "start",
        strong: bool = False,
        soft: bool = False,
        wrong: bool = False,
    ) -> None:
        """Text with its baseline at y; line breaks make lines, `` `code` `` is set in a monospaced face."""
        ink = "wrong-ink" if wrong else "soft" if soft else "ink"
        for number, line in enumerate(text.split("\n")):
            self._write(x, y + number * size * 1.4, line, size, anchor=anchor, strong=strong, ink=ink)

    def note(self, x: float, y: float, text: str, *, tone: str = "plain") -> None:
        """A remark: lines beside a coloured stripe, the first line's top at y."""
        lines = text.split("\n")
        high = len(lines) * BODY * 1.4
        self._layers["shapes"].append(f'<rect class="head-{tone}" {_place(x, y, 4, high)} rx="2"/>')
        self.text(x + 16, y + BODY, text)

    def problems(self) -> list[str]:
        """What is wrong with the drawing: overlaps, texts too wide, arrows through things.

        An empty list when all is right.
        """
        return [
            *self._outside(),
            *self._texts_colliding(),
            *self._solids_colliding(),
            *self._arrows_colliding(),
        ]

    def svg(self) -> str:
        """The picture as a complete SVG file."""
        body = "\n".join(element for layer in self._layers.values() for element in layer)
        frame = f'<rect class="card" {_place(0.5, 0.5, self.width - 1, self.height - 1)} rx="14"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-desc">\n'
            f'<title id="{self.name}-title">{escape(self.title)}</title>\n'
            f'<desc id="{self.name}-desc">{escape(self.alt)}</desc>\n'
            f"<style>\n{style_sheet()}\n</style>\n{frame}\n{body}\n</svg>\n"
        )

    def _solid(self, where: Rect, shape: str, title: str, lines: tuple[str, ...], *, lower: float = 0) -> Rect:
        self._layers["shapes"].append(shape)
        self._solids.append(where)
        rows = [(row, LABEL, True) for row in title.split("\n") if row] + [(row, BODY, False) for row in lines]
        steps = [size * (1.3 if strong else 1.42) for _, size, strong in rows]
        if title and lines:
            steps[title.count("\n") + 1] += 4
        y = where.y + lower + (where.h - lower - sum(steps)) / 2
        for (row, size, strong), step in zip(rows, steps, strict=True):
            y += step
            self._write(
                where.x + where.w / 2,
                y - size * 0.36,
                row,
                size,
                anchor="middle",
                strong=strong,
                inside=where,
            )
        return where

    def _write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        strong: bool = False,
        ink: str = "ink",
        inside: Rect | None = None,
    ) -> None:
        wide = text_width(text, size, strong=strong)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        self._written.append(_Written(text, Rect(left, y - 0.78 * size, wide, size), inside))
        classes = ink + (" strong" if strong else "")
        runs = "".join(
            f'<tspan class="code">{escape(run)}</tspan>' if position % 2 else escape(run)
            for position, run in enumerate(text.split("`"))
        )
        self._layers["texts"].append(
            f'<text class="{classes}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}">'
            f"{runs}</text>"
        )

    def _outside(self) -> list[str]:
        page = Rect(0, 0, self.width, self.height).shrunk(MARGIN, MARGIN)
        found = [f"{w.text!r} leaves the picture" for w in self._written if not page.holds(w.where)]
        return found + [f"a shape at {s} leaves the picture" for s in self._solids if not page.holds(s)]

    def _texts_colliding(self) -> list[str]:
        found = []
        for number, one in enumerate(self._written):
            if one.inside and not one.inside.shrunk(PADDING_X, PADDING_Y).holds(one.where):
                found.append(f"{one.text!r} is too large for its shape: {one.where} in {one.inside}")
            found += [
                f"{one.text!r} and {other.text!r} overlap"
                for other in self._written[number + 1 :]
                if one.where.overlaps(other.where)
            ]
            if one.inside is None:
                found += [f"{one.text!r} lies on a shape at {s}" for s in self._solids if s.overlaps(one.where)]
        return found

    def _solids_colliding(self) -> list[str]:
        return [
            f"shapes at {one} and {other} overlap"
            for number, one in enumerate(self._solids)
            for other in self._solids[number + 1 :]
            if one.overlaps(other)
        ]

    def _arrows_colliding(self) -> list[str]:
        found = []
        for start, end in self._segments:
            if start[0] != end[0] and start[1] != end[1]:
                found.append(f"the arrow from {start} to {end} is slanted")
            found += [
                f"the arrow from {start} to {end} crosses {w.text!r}"
                for w in self._written
                if _crosses(start, end, w.where)
            ]
            found += [
                f"the arrow from {start} to {end} crosses the shape at {s}"
                for s in self._solids
                if _crosses(start, end, s.shrunk(3, 3))
            ]
        return found


def _crosses(start: Point, end: Point, rect: Rect) -> bool:
    """Whether a straight line from `start` to `end` passes through the rectangle (Liang-Barsky clipping)."""
    enter, leave = 0.0, 1.0
    for origin, way, low, high in (
        (start[0], end[0] - start[0], rect.x, rect.x + rect.w),
        (start[1], end[1] - start[1], rect.y, rect.y + rect.h),
    ):
        if way == 0:
            if not low < origin < high:
                return False
            continue
        near, far = sorted(((low - origin) / way, (high - origin) / way))
        enter, leave = max(enter, near), min(leave, far)
    return enter < leave


def _head(tip: Point, before: Point) -> str:
    base = _towards(tip, before, HEAD + 2)
    length = _length(tip, before)
    across = ((before[1] - tip[1]) / length * 5, -(before[0] - tip[0]) / length * 5)
    corners = (tip, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1]))
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)


def _length(one: Point, other: Point) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])


def _towards(start: Point, goal: Point, distance: float) -> Point:
    part = distance / _length(start, goal)
    return start[0] + (goal[0] - start[0]) * part, start[1] + (goal[1] - start[1]) * part


def _place(x: float, y: float, w: float, h: float) -> str:
    return f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"'


def _n(value: float) -> str:
    return f"{round(value, 1):g}"

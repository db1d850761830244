"""Draws the rooms of the two houses, `course` and `local_aws`, from the imports in their files.

A room is a folder or a file of a house's first level. It stands one floor above the highest room that it imports.
What follows from other arrows is left out: a room that imports `access` may import what `access` imports, too.
"""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from img.shapes import Picture
from img.theme import LABEL, WIDTH, text_width

PROJECT = Path(__file__).resolve().parents[1]
Arrows = dict[str, set[str]]

_TONES = {
    "functions": "function",
    "states": "flow",
    "state_machines": "flow",
    "sagemaker": "learning",
    "s3": "storage",
    "moto": "storage",
    "access": "access",
    "gateway": "access",
    "iam": "access",
}
_BOX, _CHANNEL, _TRACK, _GAP, _LEAST_GAP, _PASSAGE = 34, 30, 8, 20, 4, 8
_PADDING = 18
_LEFT, _INSET = 30, 24


def draw() -> Picture:
    """The course above, the embedded AWS below, and between them nothing but HTTP."""
    course, aws = _Plan(arrows("course")), _Plan(arrows("local_aws"))
    top, between, border = 126, 64, 22
    p = Picture(
        name="rooms",
        title="The rooms of the two houses",
        subtitle="Drawn from the imports. A room imports the rooms that its arrows lead to, and what lies below those.",
        alt=(
            "The rooms of course and of local_aws, drawn from the imports: boxes on floors, and arrows from each room"
            " down to what it imports. No arrow points up. In local_aws the server stands on top; below it are the"
            " services, among them three wings, functions, states and sagemaker, without an arrow between them; then"
            " gateway, house, logs and access, and wire and call on the ground. Only HTTP leads from course to"
            " local_aws."
        ),
        lessons=(),
        height=top + course.height + between + aws.height + 4 * border + 14,
    )
    for plan, name, words in ((course, "course/", "what a lesson imports"), (aws, "local_aws/", "the embedded AWS")):
        height = plan.height + 2 * border + 14
        p.lane(_LEFT, top - 26, WIDTH - 2 * _LEFT, height, f"{name} {words}")
        plan.draw(p, top + border - 4)
        if plan is course:
            way = top - 26 + height
            p.arrow((WIDTH / 2, way), (WIDTH / 2, way + between - 22), dashed=True)
            p.text(WIDTH / 2 + 16, way + 26, "`boto3`, over HTTP: the only way in", soft=True)
        top += height + between - 22
    return p


@functools.cache
def arrows(house: str) -> Arrows:
    """The rooms of a house, each with the other rooms of it that it imports."""
    found: Arrows = {}
    for path in sorted((PROJECT / house).rglob("*.py")):
        room = path.relative_to(PROJECT / house).parts[0].removesuffix(".py")
        if room != "__init__":
            targets = {name.split(".")[1] for name in _imported(path) if name.startswith(f"{house}.")}
            found.setdefault(room, set()).update(targets - {room})
    return {room: targets & found.keys() for room, targets in found.items()}


def without_shortcuts(arrows: Arrows) -> Arrows:
    """The arrows that don't follow from others."""
    below = {room: _reached(arrows, room) for room in arrows}
    return {
        room: {target for target in targets if not any(target in below[other] for other in targets)}
        for room, targets in arrows.items()
    }


def floors(arrows: Arrows) -> dict[str, int]:
    """The floor of each room: one above the highest that it imports, 0 for one that imports none."""
    found: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in found:
            found[room] = 1 + max((floor(target) for target in arrows[room]), default=-1)
        return found[room]

    for room in arrows:
        floor(room)
    return found


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _reached(arrows: Arrows, room: str) -> set[str]:
    found = set()
    for target in arrows[room]:
        found |= {target} | _reached(arrows, target)
    return found


@dataclass(eq=False)
class _Place:
    """A room on its floor, or the place where an arrow passes a floor."""

    room: str
    floor: int
    below: list["_Place"] = field(default_factory=list)
    above: list["_Place"] = field(default_factory=list)
    middle: float = 0

    @property
    def width(self) -> float:
        return text_width(self.room, LABEL, strong=True) + _PADDING if self.room else _PASSAGE

    def wanted(self, joined: list["_Place"]) -> float:
        """Where this place is nearest to those that it is joined to."""
        return sum(one.middle for one in joined) / len(joined) if joined else self.middle

    def port(self, other: "_Place", down: bool) -> float:
        """Where on its lower or upper edge the line to another place begins: side by side, in the others' order."""
        others = sorted(self.below if down else self.above, key=lambda one: one.middle)
        share = (others.index(other) + 1) / (len(others) + 1)
        return self.middle if not self.room else round(self.middle + (share - 0.5) * (self.width - 12))


class _Plan:
    """Where the rooms of a house stand, and the ways between them."""

    def __init__(self, every: Arrows):
        needed, floor_of = without_shortcuts(every), floors(every)
        self._rows: list[list[_Place]] = [[] for _ in range(max(floor_of.values()) + 1)]
        places = {room: self._stand(room, floor) for room, floor in sorted(floor_of.items())}
        for room in sorted(needed):
            for target in sorted(needed[room]):
                self._lead(places[room], places[target])
        self._order()

    @property
    def height(self) -> float:
        """The height of all floors together."""
        return len(self._rows) * _BOX + sum(self._channel(row) for row in self._rows[1:])

    def draw(self, picture: Picture, top: float) -> None:
        """Draw the floors, the highest first."""
        y, tops = top, {}
        for floor, row in reversed(list(enumerate(self._rows))):
            tops[floor] = y
            for place in row:
                if place.room:
                    tone = _TONES.get(place.room, "plain")
                    picture.box(place.middle - place.width / 2, y, place.width, _BOX, place.room, tone=tone)
            y += _BOX + (self._channel(row) if floor else 0)
        for row in self._rows:
            for place in row:
                if place.room:
                    for step in place.below:
                        picture.arrow(*self._way(place, step, tops))

    def _stand(self, room: str, floor: int) -> _Place:
        place = _Place(room, floor)
        self._rows[floor].append(place)
        return place

    def _lead(self, start: _Place, end: _Place) -> None:
        """Join two rooms, by a passage on each floor between them."""
        here = start
        for floor in range(start.floor - 1, end.floor - 1, -1):
            there = end if floor == end.floor else self._stand("", floor)
            here.below.append(there)
            there.above.append(here)
            here = there

    def _order(self) -> None:
        """Put each place near those that it is joined to, alternately seen from above and from below."""
        for row in self._rows:
            self._settle(row, [WIDTH / 2] * len(row))
        for turn in range(24):
            down = turn % 2 == 0
            for row in reversed(self._rows) if down else self._rows:
                wanted = {place: place.wanted(place.above if down else place.below) for place in row}
                if turn < 12:
                    row.sort(key=wanted.__getitem__)
                self._settle(row, [wanted[place] for place in row])
        self._centre()

    def _centre(self) -> None:
        every = [place for row in self._rows for place in row]
        left = min(place.middle - place.width / 2 for place in every)
        right = max(place.middle + place.width / 2 for place in every)
        for place in every:
            place.middle += round((WIDTH - left - right) / 2)

    @staticmethod
    def _settle(row: list[_Place], wanted: list[float]) -> None:
        """Put the places of a floor, in their order, as near to where they are wanted as their widths allow."""
        free = WIDTH - 2 * (_LEFT + _INSET) - sum(place.width for place in row)
        between = max(_LEAST_GAP, min(_GAP, free / max(1, len(row) - 1)))
        apart = [(one.width + other.width) / 2 + between for one, other in pairwise(row)]
        from_left, from_right = wanted[:1], wanted[-1:]
        for gap, middle in zip(apart, wanted[1:], strict=True):
            from_left.append(max(middle, from_left[-1] + gap))
        for gap, middle in zip(reversed(apart), reversed(wanted[:-1]), strict=True):
            from_right.append(min(middle, from_right[-1] - gap))
        middles = [(one + other) / 2 for one, other in zip(from_left, reversed(from_right), strict=True)]
        # What is too far to the right moves to the left with all that it meets there, and then the other way round.
        edge = _LEFT + _INSET
        most, least = WIDTH - edge - row[-1].width / 2, edge + row[0].width / 2
        for at in reversed(range(len(row))):
            middles[at] = min(middles[at], most)
            most = middles[at] - (apart[at - 1] if at else 0)
        for at, place in enumerate(row):
            place.middle = round(max(middles[at], least))
            least = place.middle + (apart[at] if at < len(apart) else 0)

    def _steps(self, row: list[_Place]) -> list[tuple[float, float, _Place, _Place]]:
        """The steps from a floor to the one below: where each begins and ends, from left to right."""
        found = [
            (place.port(below, True), below.port(place, False), place, below) for place in row for below in place.below
        ]
        return sorted(found, key=lambda step: (min(step[:2]), max(step[:2])))

    def _tracks(self, row: list[_Place]) -> dict[tuple[_Place, _Place], int]:
        """A height for the level part of each step, so that no two lie on each other."""
        ends: list[float] = []
        found = {}
        for start, end, place, below in self._steps(row):
            left, right = min(start, end), max(start, end)
            track = next((number for number, last in enumerate(ends) if last + 6 < left), len(ends))
            ends[track : track + 1] = [right]
            found[place, below] = track
        return found

    def _channel(self, row: list[_Place]) -> float:
        return _CHANNEL + _TRACK * max(self._tracks(row).values(), default=0)

    def _way(self, start: _Place, step: _Place, tops: dict[int, float]) -> list[tuple[float, float]]:
        """The corners of an arrow from a room down to another, through the passages between."""
        points = [(start.port(step, True), tops[start.floor] + _BOX)]
        here, there = start, step
        while True:
            level = tops[here.floor] + _BOX + 10 + _TRACK * self._tracks(self._rows[here.floor])[here, there]
            begin, end = here.port(there, True), there.port(here, False)
            if begin != end:
                points += [(begin, level), (end, level)]
            if there.room:
                points.append((end, tops[there.floor]))
                return points
            here, there = there, there.below[0]

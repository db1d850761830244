"""Where boxes and arrows go: a layered drawing from top to bottom, of boxes of any size.

The method is Sugiyama's (K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system
structures, 1981): turn the arrows that close a circle, give each box a layer by the longest way to it, thread
arrows that pass layers through narrow boxes of their own, order each layer so that few arrows cross, then move
the boxes of a layer as close to their neighbours as their order allows. Ways go straight down, and straight
sideways between two layers. Nothing is random: the same input gives the same drawing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from itertools import pairwise

from course.state_machines.graph.node import GAP_X, Node, Size
from course.state_machines.graph.straighten import straighten
from course.state_machines.graph.tracks import Joint, assign_tracks

_GAP_Y = 26.0
_TRACK_Y = 9.0
_SMALLEST_TURN = 10.0
"""A way that would turn by less is led straight instead, where it begins or ends at the edge of a box."""

_SWEEPS = 12

Point = tuple[float, float]


@dataclass(frozen=True)
class Arrow:
    """An arrow between two boxes; a label gets room of its own along it. The heavier, the straighter."""

    source: str
    target: str
    label: Size | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Layout:
    """A drawing: the upper left corner of each box, and for each arrow (in the order given) its way.

    A way is the points that it passes from source to target, each straight above, below or beside the one before;
    `labels` has the middle of each arrow's label, None where it has none.
    """

    size: Size
    corners: dict[str, Point]
    ways: list[list[Point]]
    labels: list[Point | None]


def lay_out(boxes: dict[str, Size], arrows: list[Arrow]) -> Layout:
    """Place boxes and arrows.

    Args:
        boxes: sizes by name; their order decides where there is a choice, the first is the top.
        arrows: among these boxes.
    """
    drawing = _Drawing(boxes, arrows)
    drawing.thread()
    drawing.order()
    drawing.place()
    return drawing.result()


class _Drawing:
    def __init__(self, boxes: dict[str, Size], arrows: list[Arrow]):
        self.arrows = arrows
        self.turned = _circle_closing(list(boxes), arrows)
        ranks = _ranks(list(boxes), arrows, self.turned)
        self.nodes = {name: Node(size, ranks[name]) for name, size in boxes.items()}
        self.layers: list[list[Node]] = [[] for _ in range(max(ranks.values(), default=0) + 1)]
        for node in self.nodes.values():
            self.layers[node.rank].append(node)
        self.chains: list[list[Node]] = []
        self.label_nodes: list[Node | None] = []
        self.joints: list[list[Joint]] = []

    def thread(self) -> None:
        """Give each arrow a node in every layer that it passes, one of them as wide as its label."""
        for arrow, turned in zip(self.arrows, self.turned, strict=True):
            upper, lower = self.nodes[arrow.source], self.nodes[arrow.target]
            if turned:
                upper, lower = lower, upper
            chain = [upper]
            labelled = None
            for rank in range(upper.rank + 1, lower.rank):
                node = Node(Size(6, 0), rank, threads=True)
                # Near the source: there a reader looks for the condition.
                if arrow.label and rank == (lower.rank - 1 if turned else upper.rank + 1):
                    node.size, labelled = arrow.label, node
                self.layers[rank].append(node)
                chain.append(node)
            if upper is not lower:
                chain.append(lower)
                for one, other in pairwise(chain):
                    one.join(other, arrow.weight)
            self.chains.append(chain)
            self.label_nodes.append(labelled)

    def order(self) -> None:
        """Order each layer by the mean place of its neighbours, down and up; keep the order with fewest crossings."""
        self._number()
        best, fewest = [list(layer) for layer in self.layers], self._crossings()
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for layer in self.layers if down else reversed(self.layers):
                layer.sort(key=lambda node: _mean_place(node, node.above if down else node.below))
                self._number(layer)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(layer) for layer in self.layers], crossings
        self.layers = best
        self._number()

    def _number(self, *layers: list[Node]) -> None:
        for layer in layers or self.layers:
            for place, node in enumerate(layer):
                node.place = place

    def _crossings(self) -> int:
        count = 0
        for layer in self.layers:
            seen: list[int] = []
            for node in layer:
                ends = sorted(one.place for one in node.below)
                count += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
                for end in ends:
                    insort(seen, end)
        return count

    def place(self) -> None:
        for layer in self.layers:
            _spread(layer, [(0.0, 1.0)] * len(layer))
        for sweep in range(2 * _SWEEPS):
            down = sweep % 2 == 0
            for layer in self.layers if down else reversed(self.layers):
                _spread(layer, [node.pull(node.above if down else node.below) for node in layer])
        for layer in [*self.layers, *reversed(self.layers)] * _SWEEPS:
            _spread(layer, [node.pull(node.above + node.below) for node in layer])
        straighten(self.layers)
        left = min((node.x - node.size.width / 2 for node in self._all()), default=0.0)
        for node in self._all():
            node.x -= left
        self.joints = [[_joint(*pair) for pair in pairwise(chain)] for chain in self.chains]
        top = 0.0
        for rank, layer in enumerate(self.layers):
            height = max((node.size.height for node in layer), default=0.0)
            for node in layer:
                node.y = top + (height - node.size.height) / 2
            tracks = assign_tracks([one for joints in self.joints for one in joints if one.upper.rank == rank])
            top += height + _GAP_Y + _TRACK_Y * max(0, tracks - 1)

    def _all(self) -> list[Node]:
        return [node for layer in self.layers for node in layer]

    def result(self) -> Layout:
        corners = {
            name: (round(node.x - node.size.width / 2, 1), round(node.y, 1)) for name, node in self.nodes.items()
        }
        labels = [
            None if node is None else (round(node.x, 1), round(node.y + node.size.height / 2, 1))
            for node in self.label_nodes
        ]
        width = max((node.x + node.size.width / 2 for node in self._all()), default=0.0)
        height = max((node.y + node.size.height for node in self._all()), default=0.0)
        return Layout(Size(round(width, 1), round(height, 1)), corners, self._ways(), labels)

    def _ways(self) -> list[list[Point]]:
        ways = []
        for joints, turned in zip(self.joints, self.turned, strict=True):
            points: list[Point] = []
            for one in joints:
                bottom, top = self._band(one.upper)[1], self._band(one.lower)[0]
                y = bottom + _GAP_Y / 2 + _TRACK_Y * one.track
                points += [(one.x, bottom if one.upper.threads else one.upper.y + one.upper.size.height)]
                points += [(one.x, y), (one.to_x, y)] if one.turns else []
                points += [(one.to_x, top if one.lower.threads else one.lower.y)]
            rounded = [(x, round(y, 1)) for x, y in points]
            ways.append(rounded[::-1] if turned else rounded)
        return ways

    def _band(self, node: Node) -> Point:
        layer = self.layers[node.rank]
        return min(one.y for one in layer), max(one.y + one.size.height for one in layer)


def _joint(upper: Node, lower: Node) -> Joint:
    """A way's step to the next layer; a turn that would hardly be seen is none."""
    x, to_x = (round(_port(*ends), 1) for ends in ((upper, upper.below, lower), (lower, lower.above, upper)))
    if abs(x - to_x) < _SMALLEST_TURN and not lower.threads:
        to_x = x
    elif abs(x - to_x) < _SMALLEST_TURN and not upper.threads:
        x = to_x
    return Joint(upper, lower, x, to_x)


def _port(node: Node, neighbours: list[Node], towards: Node) -> float:
    """Where on the edge of a box the arrow to a neighbour begins: the main one in the middle, the others beside it."""
    if node.threads or len(neighbours) < 2 or node.size.width < 60:
        return node.x
    ordered = sorted(neighbours, key=lambda one: (one.x, one.place))
    main = max(range(len(ordered)), key=lambda at: (not ordered[at].threads, node.weights[id(ordered[at])]))
    index = next(place for place, one in enumerate(ordered) if one is towards)
    step = min(26.0, node.size.width * 0.4 / max(main, len(ordered) - 1 - main))
    return node.x + (index - main) * step


def _mean_place(node: Node, neighbours: list[Node]) -> float:
    return sum(one.place for one in neighbours) / len(neighbours) if neighbours else float(node.place)


def _spread(layer: list[Node], wanted: list[tuple[float, float]]) -> None:
    """Move the nodes of a layer as near to where they want to be as order and gaps allow.

    The least squares solution, by pooling adjacent violators.
    """
    if not layer:
        return
    offsets = [0.0]
    for one, other in pairwise(layer):
        offsets.append(offsets[-1] + (one.size.width + other.size.width) / 2 + GAP_X)
    pools: list[list[float]] = []  # weighted sum, weight, number of nodes
    for (want, weight), offset in zip(wanted, offsets, strict=True):
        pools.append([(want - offset) * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [mine + its for mine, its in zip(pools[-1], last, strict=True)]
    positions = [total / weight for total, weight, count in pools for _ in range(int(count))]
    for node, position, offset in zip(layer, positions, offsets, strict=True):
        node.x = position + offset


def _circle_closing(names: list[str], arrows: list[Arrow]) -> list[bool]:
    """For each arrow whether it leads back to a box on the way to it, found by walking from the first box on."""
    leaving: dict[str, list[int]] = {name: [] for name in names}
    for index, arrow in enumerate(arrows):
        leaving[arrow.source].append(index)
    closing = [False] * len(arrows)
    on_the_way: set[str] = set()
    done: set[str] = set()
    for root in names:
        if root in done:
            continue
        on_the_way.add(root)
        stack = [(root, iter(leaving[root]))]
        while stack:
            name, further = stack[-1]
            following = next(further, None)
            if following is None:
                stack.pop()
                on_the_way.discard(name)
                done.add(name)
                continue
            target = arrows[following].target
            if target in on_the_way:
                closing[following] = True
            elif target not in done:
                on_the_way.add(target)
                stack.append((target, iter(leaving[target])))
    return closing


def _ranks(names: list[str], arrows: list[Arrow], turned: list[bool]) -> dict[str, int]:
    """The layer of each box: the longest way to it, an arrow with a label counting twice."""
    entering: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for arrow, back in zip(arrows, turned, strict=True):
        if arrow.source != arrow.target:
            upper, lower = (arrow.target, arrow.source) if back else (arrow.source, arrow.target)
            # An arrow back needs a layer to pass beside the boxes between.
            entering[lower].append((upper, 2 if arrow.label or back else 1))
    ranks: dict[str, int] = {}
    stack = list(reversed(names))
    while stack:
        name = stack[-1]
        waiting = [upper for upper, _ in entering[name] if upper not in ranks]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        ranks[name] = max((ranks[upper] + length for upper, length in entering[name]), default=0)
    return ranks

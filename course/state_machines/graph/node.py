"""A node of a layered drawing: a box in a layer, or the place where an arrow passes one."""

from __future__ import annotations

from dataclasses import dataclass, field

GAP_X = 28.0
"""Between two nodes of a layer."""


@dataclass(frozen=True)
class Size:
    width: float
    height: float


@dataclass
class Node:
    size: Size
    rank: int
    above: list[Node] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    place: int = 0
    x: float = 0.0
    y: float = 0.0
    threads: bool = False

    # By neighbour, how much the line to it wants to be straight.
    weights: dict[int, float] = field(default_factory=dict)

    def pull(self, neighbours: list[Node]) -> tuple[float, float]:
        """Where the neighbours want this node, and how much."""
        if not neighbours:
            return self.x, 0.01
        weight = sum(self.weights[id(one)] for one in neighbours)
        return sum(one.x * self.weights[id(one)] for one in neighbours) / weight, weight

    def join(self, lower: Node, weight: float) -> None:
        """Lead a line from this node to one in the next layer; between threads, a bend would be for nothing."""
        weight *= {0: 1.0, 1: 2.0, 2: 8.0}[self.threads + lower.threads]
        self.below.append(lower)
        lower.above.append(self)
        self.weights[id(lower)] = lower.weights[id(self)] = weight

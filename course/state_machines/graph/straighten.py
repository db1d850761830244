"""Takes needless bends out of a layered drawing.

Nodes that follow each other on one line are put below each other wherever their neighbours in the layers leave
room for it: first the boxes along the main way, then the arrows that pass many layers.
"""

from __future__ import annotations

from itertools import pairwise

from course.state_machines.graph.node import GAP_X, Node


def straighten(layers: list[list[Node]]) -> None:
    """Move nodes sideways, without changing the order in their layers."""
    nodes = [node for layer in layers for node in layer]
    for threads in (False, True):
        for line in _lines([node for node in nodes if node.threads is threads]):
            _align(line, layers)


def _lines(nodes: list[Node]) -> list[list[Node]]:
    """The longest ways down from node to node by the heaviest link of both, each node on one of them."""
    members = {id(node) for node in nodes}
    after: dict[int, Node] = {}
    first = dict.fromkeys(members, True)
    for node in nodes:
        lower = _heaviest(node, [one for one in node.below if id(one) in members])
        if lower and _heaviest(lower, [one for one in lower.above if id(one) in members]) is node:
            after[id(node)] = lower
            first[id(lower)] = False
    lines = []
    for node in nodes:
        if first[id(node)]:
            line = [node]
            while id(line[-1]) in after:
                line.append(after[id(line[-1])])
            lines.append(line)
    return lines


def _heaviest(node: Node, neighbours: list[Node]) -> Node | None:
    return max(neighbours, key=lambda one: node.weights[id(one)], default=None)


def _align(line: list[Node], layers: list[list[Node]]) -> None:
    """Give as many nodes in a row as possible the same place, piece by piece."""
    piece: list[Node] = []
    low, high = float("-inf"), float("inf")
    for node in line:
        left, right = _room(node, layers[node.rank])
        if piece and max(low, left) > min(high, right):
            _put(piece, low, high)
            piece, low, high = [], float("-inf"), float("inf")
        piece.append(node)
        low, high = max(low, left), min(high, right)
    _put(piece, low, high)


def _put(piece: list[Node], low: float, high: float) -> None:
    x = min(max(sum(node.x for node in piece) / len(piece), low), high)
    for node in piece:
        node.x = x


def _room(node: Node, layer: list[Node]) -> tuple[float, float]:
    """From where to where a node can move with the others in its layer standing still."""
    low, high = float("-inf"), float("inf")
    for one, other in pairwise(layer):
        apart = (one.size.width + other.size.width) / 2 + GAP_X
        if other is node:
            low = one.x + apart
        if one is node:
            high = other.x - apart
    # Sums of the same numbers in another order differ a little.
    return min(low, node.x), max(high, node.x)

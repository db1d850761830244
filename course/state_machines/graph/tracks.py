"""How ways turn in the gap between two layers: on which level each of them goes sideways, so that none lies on another.

The classic name of it is channel routing (A. Hashimoto, J. Stevens, Wire routing by optimizing channel assignment,
1971), without its search for the fewest tracks: a gap of ours holds a handful of ways.
"""

from __future__ import annotations

from dataclasses import dataclass

from course.state_machines.graph.node import Node

_APART = 8.0
"""Between two ways that share a track."""


@dataclass
class Joint:
    """A way's step from a node of a layer to one of the next: it comes down at `x`, and goes on down at `to_x`."""

    upper: Node
    lower: Node
    x: float
    to_x: float
    track: int = 0

    @property
    def turns(self) -> bool:
        return self.x != self.to_x


def assign_tracks(joints: list[Joint]) -> int:
    """Give each joint of a gap that turns its track, 0 being the uppermost; how many tracks that takes."""
    waiting = [one for one in joints if one.turns]
    count = 0
    while waiting:
        # Where each would have to be above another one of them, one has to give way.
        free = [one for one in waiting if not any(_goes_above(other, one) for other in waiting)] or waiting[:1]
        placed: list[Joint] = []
        for one in free:
            if not any(_lie_on_each_other(one, other) for other in placed):
                one.track = count
                placed.append(one)
        waiting = [one for one in waiting if not any(one is other for other in placed)]
        count += 1
    return count


def _goes_above(one: Joint, other: Joint) -> bool:
    """Whether two ways would cross for nothing, or lie on each other, unless the first turns above the second."""
    if one is other or not _lie_on_each_other(one, other):
        return False
    if one.x == other.to_x:
        return True
    to_the_right = one.to_x > one.x
    if to_the_right != (other.to_x > other.x) or one.to_x == other.x:
        return False
    return one.x > other.x if to_the_right else one.x < other.x


def _lie_on_each_other(one: Joint, other: Joint) -> bool:
    """Whether they would do so on one track. Ways into the same place may: they come together there."""
    if one.lower is other.lower and one.to_x == other.to_x:
        return False
    left, right = sorted((one.x, one.to_x))
    its_left, its_right = sorted((other.x, other.to_x))
    return left - _APART < its_right and its_left < right + _APART

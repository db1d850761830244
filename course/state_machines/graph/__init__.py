"""The graph of a state machine, drawn from its definition, and from an execution's history when it has run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from course.errors import CourseError
from course.pictures import image
from course.state_machines.graph.drawing import LOOKS, svg
from course.state_machines.graph.machine import END, START, Flow, State, read

STATUSES = tuple(LOOKS)
"""What can become of a state. A state that was not reached has none of them."""


class Graph:
    """A picture of a state machine, and the same in words.

    Args:
        definition: of the machine, as a dictionary or as JSON text; it may still be in the making.
        statuses: what became of its states in an execution, by name, each of `STATUSES`.
        title: what the picture is of.
        notes: a few more words by state, shown in its box, such as how often it was tried.

    Raises:
        CourseError: no definition, or an unknown status.
    """

    def __init__(
        self,
        definition: Mapping[str, Any] | str,
        statuses: Mapping[str, str] | None = None,
        title: str = "State machine",
        notes: Mapping[str, str] | None = None,
    ):
        unknown = sorted(set((statuses or {}).values()) - set(STATUSES))
        if unknown:
            raise CourseError(f"No status '{unknown[0]}': there are {', '.join(STATUSES)}.")
        self._flow: Flow = read(definition)
        self._statuses = None if statuses is None else dict(statuses)
        self._title, self._notes = title, notes

    @property
    def svg(self) -> str:
        """The picture, as SVG that stands on its own."""
        return svg(self._flow, self._statuses or {}, self._heading(), str(self), self._notes)

    def __repr__(self) -> str:
        return "\n".join([self._heading(), *_lines(self._flow, self._statuses)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        picture = self.svg
        return {"text/plain": repr(self), "text/html": image(picture, str(self)), "image/svg+xml": picture}

    def _heading(self) -> str:
        count = sum(1 for _ in self._flow.walk())
        return f"{self._title}: {count} state{'' if count == 1 else 's'}"


def _lines(flow: Flow, statuses: dict[str, str] | None, indent: str = "") -> Iterator[str]:
    """A state a line, its ways on below it, the states inside it below those."""
    for first in [one.target for one in flow.transitions if one.source == START]:
        yield f"{indent}Start -> {first}"
    for state in flow.states.values():
        yield indent + _line(state, statuses)
        for way in flow.transitions:
            if way.source == state.name:
                when = f"{'if ' if way.kind == 'choice' else ''}{way.when} " if way.when else ""
                yield f"{indent}  {when}-> {'End' if way.target == END else way.target}"
        for number, inner in enumerate(state.flows, start=1):
            yield f"{indent}  " + ("for each item:" if state.type == "Map" else f"branch {number}:")
            yield from _lines(inner, statuses, indent + "    ")


def _line(state: State, statuses: dict[str, str] | None) -> str:
    if not state.defined:
        return f"{state.name} (not defined)"
    line = f"{state.name} ({', '.join(part for part in (state.type or 'no type yet', state.does) if part)})"
    return line if statuses is None else f"{line}: {statuses.get(state.name, 'not reached')}"

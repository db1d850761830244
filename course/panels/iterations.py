"""The iterations of a Map as a grid: one button each, in the colour of what became of it, which opens it."""

from __future__ import annotations

import ipywidgets as widgets

from course.panels.controls import html_box
from course.panels.description import Block, Say, Table, as_html
from course.panels.run_description import iteration_blocks
from course.state_machines.execution import Execution, StateRun
from course.state_machines.graph.drawing import LOOKS

_MOST = 100
_LAST = ("succeeded", "caught")
"""What is left out first where there are too many: it asks for no attention."""


class Iterations:
    """A grid of a Map's iterations; nothing is shown for what is no Map, or has none.

    Attributes:
        box: the widget that has it all.
        chosen: the number of the iteration that is open, None where none is.
    """

    def __init__(self) -> None:
        self._words, self._opened = html_box(), html_box()
        self._grid = widgets.Box()
        self._grid.add_class("course-grid")
        self.box = widgets.VBox([self._words, self._grid, self._opened])
        self.execution: Execution | None = None
        self.map: StateRun | None = None
        self.chosen: int | None = None
        self._shown: list[tuple[int, str]] = []

    def show(self, execution: Execution | None, run: StateRun | None) -> None:
        """Show the iterations of a visit to a state, as an execution has it."""
        if run is None or self.map is None or (run.name, run.entered) != (self.map.name, self.map.entered):
            self.chosen = None
        self.execution, self.map = execution, run
        shown = _most_telling(run.iterations) if run else []
        if shown != self._shown:
            self._shown = shown
            self._grid.children = [self._button(number, status) for number, status in shown]
        self._words.value = as_html(self._count())
        self._render()

    def describe(self) -> list[Block]:
        """What is shown, as blocks: how many there are, the status of each, and what is in the opened one."""
        if not self._shown:
            return []
        rows = [(str(number), f"{LOOKS[status].sign} {status}") for number, status in self._shown]
        return [*self._count(), Table("Iterations", ("Iteration", "Status"), rows), *self._open_blocks()]

    def look_into(self, number: int) -> None:
        """Show what is in an iteration."""
        self.chosen = number
        self._render()

    def _button(self, number: int, status: str) -> widgets.Button:
        made = widgets.Button(description=f"{LOOKS[status].sign} {number}", tooltip=f"Iteration {number}: {status}")
        made.add_class("course-iteration")
        made.add_class(f"course-iteration-{status.replace(' ', '-')}")
        made.on_click(lambda _: self.look_into(number))
        return made

    def _count(self) -> list[Block]:
        if self.map is None or not self._shown:
            return []
        every = self.map.iterations
        of_each = ", ".join(
            f"{LOOKS[status].sign} {count} {status}"
            for status in LOOKS
            if (count := list(every.values()).count(status))
        )
        some = f" Shown are {len(self._shown)}, first of all those that did not succeed." if len(every) > _MOST else ""
        return [Say(f"**Iterations: {of_each}.**{some} Press one to look into it.")]

    def _open_blocks(self) -> list[Block]:
        if self.execution is None or self.map is None or self.chosen is None:
            return []
        return iteration_blocks(self.chosen, self.execution.iteration(self.map, self.chosen))

    def _render(self) -> None:
        blocks = as_html(self._open_blocks())
        self._opened.value = f'<div class="course-result">{blocks}</div>' if blocks else ""


def _most_telling(iterations: dict[int, str]) -> list[tuple[int, str]]:
    """The iterations in their order; of very many those that ask for attention, and then the first ones."""
    ranked = sorted(iterations.items(), key=lambda one: (one[1] in _LAST, one[0]))
    return sorted(ranked[:_MOST])

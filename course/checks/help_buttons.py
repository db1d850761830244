"""The buttons below a check's result: the next hint, and the solution, without a name to be typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets as widgets

from course.panels import asleep
from course.panels.controls import button, html_box, row
from course.panels.description import Code, Say, as_html
from course.panels.front_end import Status

_ASLEEP = "The buttons for the next hint and the solution come back when you run this cell again."


class Help(Protocol):
    """What hint and solution give."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def is_code(self) -> bool: ...


class HelpButtons:
    """Two buttons, a line that says what was shown, and what was shown: the hints one below the other.

    Args:
        name: of the exercise.
        hint: gives its next hint.
        solution: gives its solution.
        solved: the work is right, so that only a look at the lesson's own solution is left to offer.
    """

    def __init__(self, name: str, hint: Callable[[str], Help], solution: Callable[[str], Help], solved: bool):
        self._name, self._hint, self._solution = name, hint, solution
        self._shown: list[str] = []
        self.status = Status()
        self.next_hint = button("Next hint", lambda: self._show(self._hint))
        self.solution = button("Compare with a solution" if solved else "Show a solution", self._show_solution)
        self._box = html_box()
        buttons = row(self.solution) if solved else row(self.next_hint, self.solution)
        self.view = widgets.VBox([buttons, self.status, self._box])
        self.view.add_class("course-panel")
        self.view.add_class("course-help")

    def show(self) -> None:
        """Display the buttons."""
        asleep.show(self.view._repr_mimebundle_(), _ASLEEP)

    @property
    def html(self) -> str:
        """What was shown so far."""
        return self._box.value

    def _show_solution(self) -> None:
        self._show(self._solution)
        self.solution.disabled = True

    def _show(self, ask: Callable[[str], Help]) -> None:
        found: Any = ask(self._name)
        text = Code(found.title, found.text, "python") if found.is_code else Say(found.text)
        title = "" if found.is_code else as_html([Say(f"**{found.title}**")])
        self._shown.append(title + text.html())
        self._box.value = "".join(self._shown)
        self.status.words = f"Shown below: {found.title}."

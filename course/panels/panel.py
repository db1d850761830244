"""What all panels have in common: their frame, their background work, their errors, and how they read as text.

A panel is an object with a widget (`view`), not a widget itself. It works through boto3 in a thread of its own,
so that the kernel stays free; a second press while it works is answered, not queued. Its state is described in
blocks (`course.panels.description`), which a front end shows as widgets and everything else reads as text.
"""

from __future__ import annotations

import html
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import ipywidgets as widgets

from course.errors import CourseError
from course.panels import asleep
from course.panels.controls import html_box
from course.panels.description import Block, Say, as_html, as_markdown, as_text, inline_html, plain
from course.panels.front_end import CopyButton, Status
from course.panels.remedies import EXPECTED, error_text, remedy
from course.panels.values_form import AskOnce
from course.waiting import somebody_reads

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True)
class News:
    """What the status line says when work is done."""

    words: str
    tone: Literal["plain", "good", "bad"] = "good"


Task = tuple[str, Callable[[], Any], Callable[[Any], News]]
"""What is going on, the job, and what shows its result."""

_LOOK_SECONDS = 20
"""How long the representation of a panel waits for what the panel is loading."""


class Panel:
    """A panel: controls on the left, the console's click path and the copy buttons on the right.

    Args:
        title: what the panel is, such as `Function`.
        subject: what it is about, such as the function's name.
        console: the click path of the same steps in the AWS console, in order; `**bold**` marks what to click.
            Empty where the lesson's text has it.
    """

    def __init__(self, title: str, subject: str, console: Sequence[str]):
        self.title, self.subject = title, subject
        self.status = Status()
        self.error: Exception | None = None
        self._refused = False
        self._error_box = html_box()
        self._console = tuple(console)
        self._idle = threading.Event()
        self._idle.set()
        self._taking = threading.Lock()
        self._waiting: Task | None = None
        self.view = widgets.VBox()
        self.view.add_class("course-panel")

    # ---- what a panel is made of ---------------------------------------------------------------------

    def _assemble(self, controls: Sequence[widgets.Widget], copies: Sequence[CopyButton]) -> None:
        """Put the controls and copy buttons into the frame; called once, at the end of a panel's constructor."""
        subject = f"<code>{html.escape(self.subject)}</code>"
        heading = html_box(f'<h3 class="course-title">{html.escape(self.title)} {subject}</h3>')
        steps = "<ol>" + "".join(f"<li>{inline_html(step)}</li>" for step in self._console) + "</ol>"
        path = html_box(f'<details class="course-path" open><summary>In the console</summary>{steps}</details>')
        left = widgets.VBox(_with_error_beside_the_button(controls, self._error_box))
        for control in _values(controls):
            control.observe(lambda _: self._put_right(), "value")
        right = widgets.VBox([*([path] if self._console else []), *copies, AskOnce(copies).view])
        left.add_class("course-controls")
        right.add_class("course-aside")
        columns = widgets.Box([left, right])
        columns.add_class("course-columns")
        self.view.children = (heading, self.status, columns)

    def describe(self) -> list[Block]:
        """The panel's state, as blocks. The same state gives the same blocks: no ids, no times of its own."""
        raise NotImplementedError

    # ---- background work -----------------------------------------------------------------------------

    def work(self, doing: str, job: Callable[[], Result], done: Callable[[Result], News], later: bool = False) -> bool:
        """Do something that takes time, in a thread.

        Args:
            doing: what is going on, in words: `Testing`.
            job: what to do; what it returns is handed to `done`.
            done: shows the result; returns what the status line is to say.
            later: where the panel is at work already, do it afterwards: for reading what was chosen last.

        Returns:
            Whether it was begun: not while the panel is at work already.
        """
        with self._taking:
            if not self._idle.is_set():
                self._waiting = (doing, job, done) if later else self._waiting
                return False
            self._idle.clear()
        self._say(f"{doing} …", "busy")
        first = (doing, job, done)
        threading.Thread(target=self._work, args=(first,), name=f"panel {self.title}", daemon=True).start()
        return True

    def _work(self, task: Task | None) -> None:
        while task is not None:
            self._do(*task)
            with self._taking:
                task, self._waiting = self._waiting, None
                if task is None:
                    self._idle.set()

    def _do(self, doing: str, job: Callable[[], Any], done: Callable[[Any], News]) -> None:
        self._say(f"{doing} …", "busy")
        try:
            news = done(job())
            self._show_error(None)
            self._say(news.words, news.tone)
        except EXPECTED as error:
            self._show_error(error)
            self._say("That did not work: see below.", "bad")
        except Exception as error:
            # A fault of the panel must not leave it busy for ever; the thread's traceback goes to the log.
            self._show_error(error)
            self._say("The panel has a fault: see below.", "bad")
            log.exception("panel %s: %s", self.title, doing)

    def wait(self, seconds: float = 60) -> None:
        """Wait until the panel is idle, for a cell or a test that goes on with the result.

        Raises:
            CourseError: it is still at work after so many seconds.
        """
        if not self._idle.wait(seconds):
            raise CourseError(f"The panel is still at work after {seconds:g} seconds: {self.status.words}")

    def refuse(self, words: str) -> None:
        """Say why something is not done, before any of it has been."""
        self._show_error(CourseError(words))
        self._say("Not done: see below.", "bad")
        self._refused = True

    def _put_right(self) -> None:
        """What was refused is being corrected: the reason has no place any more."""
        if self._refused:
            self._refused = False
            self._show_error(None)
            self._say("", "plain")

    def _say(self, words: str, tone: str) -> None:
        with self.status.hold_sync():
            self.status.words, self.status.tone = words, tone

    def _show_error(self, error: Exception | None) -> None:
        self.error, self._refused = error, False
        blocks = self._error_blocks()
        self._error_box.value = f'<div role="alert" class="course-error">{as_html(blocks)}</div>' if blocks else ""

    def _error_blocks(self) -> list[Block]:
        if self.error is None:
            return []
        advice = remedy(self.error)
        return [Say(f"**Error:** {plain(error_text(self.error))}", "bad"), *([Say(advice)] if advice else [])]

    # ---- as text -------------------------------------------------------------------------------------

    def _blocks(self) -> list[Block]:
        self._idle.wait(_LOOK_SECONDS)
        return [Say(f"**{self.title}** `{self.subject}`"), *self.describe(), *self._error_blocks()]

    def __repr__(self) -> str:
        return as_text(self._blocks())

    def _repr_markdown_(self) -> str:
        return as_markdown(self._blocks())

    def _ipython_display_(self) -> None:
        """In a notebook that somebody reads, with what stands in its place once its kernel is gone."""
        if not somebody_reads():
            # What IPython takes as: show the representations below.
            raise NotImplementedError
        asleep.show(self._repr_mimebundle_(), blocks=self._blocks())

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The widget for those who can show it, Markdown and text for everyone else."""
        text = {"text/plain": repr(self), "text/markdown": self._repr_markdown_()}
        return self.view._repr_mimebundle_(**options) | text


def _with_error_beside_the_button(
    controls: Sequence[widgets.Widget], error_box: widgets.Widget
) -> list[widgets.Widget]:
    """The controls, with the place for errors right below the row that has the button of the panel's work."""
    for at, control in enumerate(controls):
        inner = getattr(control, "children", ())
        if any("course-primary" in one._dom_classes for one in (control, *inner)):
            return [*controls[: at + 1], error_box, *controls[at + 1 :]]
    return [*controls, error_box]


def _values(controls: Sequence[widgets.Widget]) -> list[widgets.Widget]:
    """The fields that a learner fills in, inside of rows, too."""
    found = []
    for control in controls:
        found += _values(getattr(control, "children", ()))
        if "course-field" in getattr(control, "_dom_classes", ()) and control.has_trait("value"):
            found.append(control)
    return found

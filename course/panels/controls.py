"""The controls of panels: labelled fields, buttons, rows, and texts in HTML."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as widgets


def html_box(value: str = "") -> widgets.HTML:
    """An HTML widget that takes the width it is given."""
    return widgets.HTML(value, layout=widgets.Layout(width="auto", margin="0"))


def section(title: str) -> widgets.HTML:
    """The heading of a part of a panel."""
    return html_box(f'<h4 class="course-section">{html.escape(title)}</h4>')


def field(widget: widgets.Widget, class_name: str = "") -> widgets.Widget:
    """A labelled control as panels have them: the label above, the control as wide as the panel."""
    widget.add_class("course-field")
    if class_name:
        widget.add_class(class_name)
    widget.layout.width = "auto"
    return widget


def button(label: str, pressed: Callable[[], object], primary: bool = False) -> widgets.Button:
    """A button that calls `pressed`."""
    made = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
    made.add_class("course-button")
    if primary:
        made.add_class("course-primary")
    made.on_click(lambda _: pressed())
    return made


def careful_button(label: str, what: Callable[[], str], pressed: Callable[[], object]) -> widgets.Button:
    """A button that takes something away: the first press asks, the second one does it.

    Args:
        label: what it says at rest.
        what: names what would be taken away; while that is another one than at the first press, it asks again.
        pressed: takes it away, or says that there is nothing.
    """
    asked: list[str] = []

    def ask_or_do() -> None:
        name = what()
        if name and asked != [name]:
            asked[:] = [name]
            made.description = f"{label} {name}? Press again"
            return
        asked.clear()
        made.description = label
        pressed()

    made = button(label, ask_or_do)
    return made


def row(*children: widgets.Widget) -> widgets.Box:
    """Controls beside each other, wrapping where there is no room."""
    made = widgets.Box(children)
    made.add_class("course-row")
    return made

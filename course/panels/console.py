"""The *For the console* panel: one text, whole, that a click path says to paste, with its copy button.

What is shown in the widget is what is copied: the text with the learner's own values. What is stored in a lesson has
capitals in their place, so that it is the same on every computer; `docs/console.md` is made from that.
"""

from __future__ import annotations

import json
from typing import Any

from course.console import your_values
from course.console.own_text import own
from course.console.your_values import YourValues
from course.panels.controls import html_box
from course.panels.description import Block, Code, Fold, as_html
from course.panels.front_end import CopyButton
from course.panels.panel import Panel

_SHORT_LINES = 25
"""A longer text is folded up where it can't scroll in a box of its own."""


class ConsolePanel(Panel):
    """The text, and the button that copies it."""

    def __init__(self, what: str, text: Any):
        super().__init__("For the console", what, ())
        self.text = _written(text)
        self.copy = CopyButton(text=self.text)
        self._shown = html_box()
        self.copy.observe(lambda _: self._show(), "text")
        self._assemble([self._shown], [self.copy])
        self._show()

    def describe(self) -> list[Block]:
        # On a real account the text is the account's own already.
        code = self._code(self.text if your_values.are_known() else own(self.text, YourValues()))
        lines = code.code.count("\n") + 1
        return [Fold(f"To paste, {lines} lines", [code]) if lines > _SHORT_LINES else code]

    def _show(self) -> None:
        self._shown.value = as_html([self._code(self.copy.text)])

    def _code(self, text: str) -> Code:
        return Code("To paste", text, _language(text))


def _written(text: Any) -> str:
    """The text as it is to be pasted: JSON is indented, text stays as it is."""
    if isinstance(text, str):
        text = text.strip("\n")
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) if _language(text) == "json" else text
    return json.dumps(text, indent=2, ensure_ascii=False)


def _language(text: str) -> str:
    try:
        return "json" if isinstance(json.loads(text), dict | list) else "text"
    except ValueError:
        return "text"


def console_panel(what: str, text: Any) -> ConsolePanel:
    """A panel for one text of the console track: shown and copied whole, with the learner's own values in it.

    Args:
        what: what the text is, as the click path names it: `Policy of the function's role`.
        text: JSON as Python data or as text; or any other text, which is taken as it is.
    """
    return ConsolePanel(what, text)

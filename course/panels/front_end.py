"""The two things a panel needs in the browser that ipywidgets doesn't have: a copy button and a status line.

Both are anywidgets; their scripts stand beside this file. `panel.css` comes with the status line, which every
panel has.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course.console import your_values
from course.console.own_text import own

_HERE = Path(__file__).parent


class CopyButton(anywidget.AnyWidget):
    """Puts `text` on the clipboard, and says so in words.

    What is set as `text` is the lesson's; what is copied has the learner's own values in it (`course.console`).
    """

    _esm = _HERE / "copy_button.js"

    label = traitlets.Unicode("Copy for the console").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any):
        self._written = ""
        super().__init__(**traits)
        your_values.listen(self._values_changed)

    def on_copied(self, copied: Callable[[], object]) -> None:
        """Call a function each time after the text was put on the clipboard."""
        self.on_msg(lambda _, message, __: copied() if message == "copied" else None)

    @traitlets.validate("text")
    def _with_own_values(self, proposal: Any) -> str:
        self._written = proposal["value"]
        return own(self._written, your_values.given())

    def _values_changed(self) -> None:
        self.text = self._written


class Status(anywidget.AnyWidget):
    """One line that says what a panel does or has done; read out by a screen reader whenever it changes."""

    _esm = _HERE / "status.js"
    _css = _HERE / "panel.css"

    words = traitlets.Unicode("").tag(sync=True)
    tone = traitlets.Enum(["plain", "busy", "good", "bad"], "plain").tag(sync=True)

"""The two things a panel needs in the browser that ipywidgets doesn't have: a copy button and a status line.

Both are anywidgets; their scripts stand beside this file. `panel.css` comes with the status line, which every
panel has.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class CopyButton(anywidget.AnyWidget):
    """Puts `text` on the clipboard, exactly as it stands, and says so in words."""

    _esm = _HERE / "copy_button.js"

    label = traitlets.Unicode("Copy for the console").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)


class Status(anywidget.AnyWidget):
    """One line that says what a panel does or has done; read out by a screen reader whenever it changes."""

    _esm = _HERE / "status.js"
    _css = _HERE / "panel.css"

    words = traitlets.Unicode("").tag(sync=True)
    tone = traitlets.Enum(["plain", "busy", "good", "bad"], "plain").tag(sync=True)

"""The graph of a state machine in the browser: a click chooses a state; keyboards choose it in the list beside it."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class GraphView(anywidget.AnyWidget):
    """Shows `svg`, a picture of a `Graph`, in a pane that scrolls; `chosen` is the state that is marked."""

    _esm = _HERE / "graph_view.js"
    _css = _HERE / "graph_view.css"

    svg = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)

"""What a page shows in place of something live whose kernel is gone: what to do, and what it showed at first.

A widget lives in the kernel. When the kernel is restarted, the lab is started again, or the notebook is opened the next
day, its buttons do nothing, or JupyterLab says *model not found*. So a second output stands above each: it is out of
sight as long as the widget lives, and takes its place when it doesn't.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from IPython.display import display

from course.panels.description import Block, as_html, as_text, inline_html, inline_text

PANEL = (
    "**This panel has gone to sleep.** The kernel that it worked with was restarted or has ended, so its buttons would "
    "do nothing. To wake it: run the first cell of the lesson, then the cells above this one (menu **Run**, "
    "**Run All Above Selected Cell**), then this cell."
)
# `jupyter-widgets-disconnected` is what ipywidgets calls a view whose kernel is gone; a view that could not be made
# at all is a neighbour without a panel in it.
_STYLE = """
.jp-OutputArea:has(.course-panel:not(.jupyter-widgets-disconnected)) .course-asleep,
.course-panel.jupyter-widgets-disconnected,
.jp-OutputArea-child:has(.course-asleep) + .jp-OutputArea-child:not(:has(.course-panel)) { display: none !important; }
.course-asleep { margin: 6px 2px; padding: 10px 14px; border: 1px solid #767676; border-left-width: 5px; }
.course-asleep p { margin: 0 0 6px; }
.course-asleep summary { cursor: pointer; }
.course-asleep pre { white-space: pre-wrap; }
"""


def show(widget: Mapping[str, Any], words: str = PANEL, blocks: Sequence[Block] = ()) -> None:
    """Display a widget, and what stands in its place once its kernel is gone.

    Args:
        widget: as a display takes it, by MIME type.
        words: what to do then.
        blocks: what it shows now, to be read later; empty where that is nothing.
    """
    shown = f"<details><summary>What it showed at first</summary>{as_html(blocks)}</details>" if blocks else ""
    page = f'<style>{_STYLE}</style><div class="course-asleep"><p>{inline_html(words)}</p>{shown}</div>'
    display({"text/html": page, "text/plain": "\n".join([inline_text(words), as_text(blocks)]).rstrip()}, raw=True)
    display(widget, raw=True)

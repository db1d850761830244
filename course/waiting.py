"""What a reader sees while a cell waits: nothing in a notebook that is executed without one, and nothing afterwards.

Unless the reader interrupts it: then the last picture stays, and one line says what goes on without them. For a reader
alone is also what makes JupyterLab's page easier to read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from course.errors import CourseError

_FIRST_PAUSE, _GROWTH = 0.05, 1.5
_LONGEST_PAUSE, _LONGEST_PAUSE_ON_AWS = 0.5, 2.0

# JupyterLab breaks a long line anywhere, also inside a word (s3:GetObje, ct), and leaves no room below what is folded.
_READABLE = """
.jp-Notebook :is(.jp-OutputArea-output pre, .jp-RenderedHTMLCommon pre code) {
  word-break: normal; overflow-wrap: anywhere;
}
.jp-Notebook .jp-RenderedMarkdown > details { margin-bottom: 1em; }
"""


def let_long_lines_be_read() -> None:
    """Break lines between words on the page that somebody reads."""
    if somebody_reads():
        # IPython takes long to import for those who are in no notebook.
        from IPython.display import display

        display({"text/html": f"<style>{_READABLE}</style>", "text/plain": ""}, raw=True)


@contextmanager
def interruptible(text: str) -> Iterator[None]:
    """Let *Interrupt Kernel* end the block with a line in place of the way through the course's code.

    Args:
        text: what goes on, or was left undone, and what to do about it.

    Raises:
        CourseError: with that text, where the block was interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise CourseError(text) from None


def pauses() -> Iterator[float]:
    """The seconds between one look at what is under way and the next, longer each time.

    On a real account each look is a request that counts against a limit; the embedded AWS has an address of its own,
    and may be asked more often.
    """
    pause, longest = _FIRST_PAUSE, _LONGEST_PAUSE if "AWS_ENDPOINT_URL" in os.environ else _LONGEST_PAUSE_ON_AWS
    while True:
        yield pause
        pause = min(_GROWTH * pause, longest)


class Progress:
    """A picture that changes while a `with` block runs, and is gone at its end.

    It is shown only where a Jupyter server started this kernel for somebody's notebook. A notebook that is
    executed by nbclient or compared by nbval has nobody in front of it, and stays as if this were not there.
    Taking it away also takes what the same cell printed before.
    """

    def __init__(self) -> None:
        self.shown = somebody_reads()
        self._widget: Any = None

    def __enter__(self) -> Progress:
        return self

    def show(self, html: str) -> None:
        """Show HTML in place of what was shown before."""
        if not self.shown:
            return
        if self._widget is None:
            # Both are quick to import only where they are already there: in a notebook.
            import ipywidgets
            from IPython.display import display

            self._widget = ipywidgets.HTML()
            display(self._widget)
        self._widget.value = html

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._widget is not None:
            from IPython.display import HTML, clear_output, display

            clear_output()
            self._widget.close()
            if kind is not None and issubclass(kind, KeyboardInterrupt):
                # A view of the widget would be empty as soon as the notebook is opened again.
                display(HTML(self._widget.value))


def somebody_reads() -> bool:
    """Whether a Jupyter server runs this kernel: it names the notebook in the kernel's environment."""
    return bool(os.environ.get("JPY_SESSION_NAME"))

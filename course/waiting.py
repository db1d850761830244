"""What a reader sees while a cell waits: nothing in a notebook that is executed without one, and nothing afterwards."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any


class Progress:
    """A picture that changes while a `with` block runs, and is gone at its end.

    It is shown only where a Jupyter server started this kernel for somebody's notebook. A notebook that is
    executed by nbclient or compared by nbval has nobody in front of it, and stays as if this were not there.
    Taking it away also takes what the same cell printed before.
    """

    def __init__(self) -> None:
        self.shown = _somebody_reads()
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
            from IPython.display import clear_output

            clear_output()
            self._widget.close()


def _somebody_reads() -> bool:
    """Whether a Jupyter server runs this kernel: it names the notebook in the kernel's environment."""
    return bool(os.environ.get("JPY_SESSION_NAME"))

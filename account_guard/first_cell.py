"""A name that isn't there because nothing of the lesson has been run: what to do, in place of a bare NameError.

It is the commonest error of all: the kernel is new or was restarted, and the cell in front of the learner is run. The
course can't say it, for it isn't imported yet; once it is, it names the cell that makes the name.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

WORDS = (
    "Nothing of this lesson has been run in this kernel yet: it is new, or was restarted. Run the first cell of the "
    "lesson; or, for all cells before this one: Run, Run All Above Selected Cell."
)
_LESSONS = Path(__file__).resolve().parents[1] / "notebooks"


def explain(shell: Any) -> None:
    """Let a NameError of a lesson's notebook end with that sentence; other notebooks stay as they are.

    Args:
        shell: IPython's, of this kernel.
    """
    here = Path.cwd()
    if _LESSONS in (here, *here.parents):
        shell.set_custom_exc((NameError,), _told)


def _told(shell: Any, kind: type, error: NameError, trace: TracebackType, tb_offset: int | None = None) -> None:
    error.add_note(WORDS)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

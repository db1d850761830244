"""A name that isn't there, because the cell that makes it was not run: which cell of the lesson that is."""

from __future__ import annotations

import json
import sys
from types import TracebackType
from typing import Any

from course.checks.cells import LESSONS, names_set, parsed
from course.lesson import begun


def explain_missing_names() -> None:
    """Let every NameError of a lesson's notebook end with a sentence about the cell to run."""
    running = sys.modules.get("IPython")  # whoever is in a notebook has it; for others it is long to import
    shell = running.get_ipython() if running else None
    if shell is None:
        return

    def told(shell: Any, kind: type, error: NameError, trace: TracebackType, tb_offset: int | None = None) -> None:
        lesson = begun()
        sentence = where_made(lesson, error.name or "") if lesson else ""
        if sentence:
            error.add_note(sentence)
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((NameError,), told)


def where_made(lesson: str, name: str) -> str:
    """A sentence about the first cell of a lesson that makes a name; empty where none does.

    Args:
        lesson: the lesson's two digits.
        name: of a variable, a function or a module.
    """
    for path in sorted(LESSONS.glob(f"{lesson}_*.ipynb")):
        section = "at the top"
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                headings = [line[3:] for line in source.splitlines() if line.startswith("## ")]
                section = f'in section "{headings[-1]}"' if headings else section
            elif name in names_set(parsed(source)):
                first = next(line for line in source.splitlines() if line.strip())
                return (
                    f"`{name}` is made by a cell that has not been run yet. It is {section}, and begins with: {first}\n"
                    "Run that cell first; or, for all cells before this one: Run, Run All Above Selected Cell."
                )
    return ""

"""Cells run in a kernel of this Python, as a notebook runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from course.kernels import client


def run(notebook: Any, folder: Path, timeout: int) -> None:
    """Run a notebook in which no cell may fail. One that does is a failed test, and its error comes first in it.

    The summary of a test run shows the first line alone.
    """
    try:
        client(notebook, folder, timeout).execute()
    except CellExecutionError as error:
        pytest.fail(f"{error.ename}: {error.evalue}\n{error}", pytrace=False)


def run_cells(environment: dict[str, str], folder: Path, *cells: str) -> list[str]:
    """Run cells in a kernel of this Python, errors and all; what each put out, as the learner reads it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client(notebook, folder, 180, allow_errors=True).execute(env=environment)
    return [_text(cell.outputs) for cell in notebook.cells]


def _text(outputs: list[Any]) -> str:
    shown = []
    for output in outputs:
        if output.output_type == "error":
            shown += output.traceback
        else:
            shown.append(output.get("text") or output.data.get("text/plain", ""))
    return "\n".join(shown)

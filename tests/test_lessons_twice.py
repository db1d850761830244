"""Each cell of each lesson, run twice in a row: no error, and what follows stays true."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest

from tests.kernels import run

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_may_be_run_twice(path: Path) -> None:
    """Cells that show an error on purpose are run once, as everywhere."""
    notebook = nbformat.read(path, as_version=4)
    twice = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            again = copy.deepcopy(cell)
            again.id = f"{cell.id}-again"
            twice += [cell] if "raises-exception" in cell.metadata.get("tags", ()) else [cell, again]
    notebook.cells = twice
    run(notebook, path.parent, 600)
    checks = [cell for cell in notebook.cells if "check" in cell.metadata.get("tags", ())]
    for cell in checks:
        assert ": right" in cell.outputs[0]["data"]["text/plain"], cell.source

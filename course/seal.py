"""The seal that `make store` leaves in a lesson: whether its code cells are still as they were stored.

Who does the course in a lesson itself, and who changes a lesson and forgets to store it, both break it. Prose is not
sealed: a word may be corrected without a run.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_PLACE = "stored"
_OF_AN_OUTPUT = ("output_type", "name", "text", "data", "ename", "evalue")


def seal(notebook: Any) -> None:
    """Write into a notebook's metadata what its code cells are now.

    Args:
        notebook: as nbformat has read it.
    """
    notebook.metadata[_PLACE] = _digest(notebook)


def has_seal(notebook: Any) -> bool:
    """Whether a notebook was ever sealed, broken or not."""
    return _PLACE in notebook.metadata


def is_broken(notebook: Any) -> bool:
    """Whether a code cell was run, changed, added or taken away since the notebook was sealed."""
    return has_seal(notebook) and notebook.metadata[_PLACE] != _digest(notebook)


def _digest(notebook: Any) -> str:
    cells = [
        [cell.source, cell.execution_count, [_told(output) for output in cell.outputs]]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:16]


def _told(output: Any) -> dict[str, Any]:
    return {key: output[key] for key in _OF_AN_OUTPUT if key in output}

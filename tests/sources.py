"""The project's own texts, for tests that read them: modules, the code of lessons, and what pages have for pasting."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))
_MAGIC = ("%", "!")
_JSON = re.compile(r"^ *```json\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def code_cells(notebook: Path) -> list[str]:
    """The code of a lesson, cell by cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Each module in some folders, and each lesson as one module: what a cell has named, the next ones use."""
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    for path in NOTEBOOKS:
        code = (text for text in code_cells(path) if not text.startswith(_MAGIC))
        yield path.name, ast.parse("\n".join(code))


def json_blocks(page: Path) -> list[str]:
    """What a page has for pasting, as it stands there."""
    return _JSON.findall(page.read_text(encoding="utf-8"))

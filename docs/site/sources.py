"""What the site is made of: the lessons, the pages in Markdown and the pictures, gathered where Sphinx finds them.

The gathered folder has the layout of the project, so that what a lesson links to is where it says.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from img import whole_chain

PROJECT = Path(__file__).resolve().parents[2]
_FRONT_PAGE = Path(__file__).with_name("index.md")
_GATHERED = (
    "notebooks/[0-9][0-9]_*.ipynb",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "img/*.svg",
    "img/**/*.png",
)


def gather(folder: Path) -> None:
    """Fill a folder with the sources of the site; what was in it is removed first."""
    shutil.rmtree(folder, ignore_errors=True)
    for pattern in _GATHERED:
        for path in sorted(PROJECT.glob(pattern)):
            copy = folder / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    lessons = sorted(folder.glob("notebooks/*.ipynb"))
    entries = "\n".join(f"{path.name[:2]} {title(path)} <notebooks/{path.stem}>" for path in lessons)
    page = _FRONT_PAGE.read_text(encoding="utf-8")
    page = page.replace("PICTURE", whole_chain.draw().alt).replace("LESSONS", entries)
    (folder / "index.md").write_text(page, encoding="utf-8")


def title(lesson: Path) -> str:
    """A lesson's title: its one heading of the first level."""
    cells = nbformat.read(lesson, as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    return next(line for line in lines if line.startswith("# ")).removeprefix("# ")

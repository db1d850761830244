"""Whether notebooks are valid and hold their outputs: `python -m tests.stored_outputs [NOTEBOOK ...]`, all by default.

A lesson's cell that was never run passes nbval with nothing compared. The learner's edition has no outputs to keep.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from course.exercises import EDITION, worked_in
from course.seal import is_broken

PROJECT = Path(__file__).resolve().parents[1]


def faults(path: Path) -> Iterator[str]:
    """What is wrong with a notebook, in words."""
    try:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
    except (ValueError, nbformat.ValidationError) as error:
        yield f"{path}: not a valid notebook: {str(error).splitlines()[0]}"
        return
    if path.resolve().parent.name == "exercises":
        return
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            yield f"{path}: cell {number} was never run: make store LESSONS={path.name[:2]}"
    if is_broken(notebook):
        yield f"{path}: code was changed or run since it was stored: make store LESSONS={path.name[:2]}"


def main(arguments: list[str]) -> int:
    """Name what is wrong; 0 where nothing is."""
    paths = [Path(argument) for argument in arguments] or sorted((PROJECT / "notebooks").rglob("[!.]*.ipynb"))
    found = [fault for path in paths for fault in faults(path)]
    if worked := worked_in(EDITION):
        print(f"Somebody has done the course in {', '.join(worked)}: tests take copies that the lessons make.")
    print(*found, sep="\n") if found else print(f"{len(paths)} notebooks are valid and hold their outputs.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Makes the learner's edition of the lessons: `notebooks/exercises/`, from `notebooks/`.

`python -m course.exercises` writes it; nothing in it is written by hand. In the edition, an exercise has its starter
in place of its solution, outputs are gone, `course.start` keeps the learner's progress, paths lead one folder
further up, and the clean-up waits for a word of the learner's: *Run All* of an unsolved lesson removes nothing. Only
lessons with exercises have one.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

from course.checks.cells import LESSONS, as_found

EDITION = LESSONS / "exercises"

_LESSON_LINK = re.compile(r"\]\((?P<name>\d\d_\w+\.ipynb)")

_NOTE = """\
This is the **learner's edition**: where the lesson has an exercise, this one leaves the work to you. Replace each \
`...` and `?`, run the cell, then run the check below it. It says what it tried, what it expected, what came back, \
and what to try next.

- Below the result are two buttons: **Next hint**, and **Show a solution**. In a cell, `course.hint("{first}")` and \
`course.solution("{first}")` do the same.
- An exercise that you leave as it is doesn't stop you: the check hands the solution to the cells that follow.
- `course.progress()` shows how far you are, in all lessons; it is kept when you close Jupyter.
- Nothing is removed before you say so: the cell at *Clean-up* waits for `finished = True`."""


def editions() -> dict[str, str]:
    """The text of each notebook of the edition, by its file's name."""
    notebooks = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(LESSONS.glob("*.ipynb"))}
    with_exercises = {name: notebook for name, notebook in notebooks.items() if _names(notebook)}
    return {name: _text(_edition(notebook, set(with_exercises))) for name, notebook in with_exercises.items()}


def main(edition: Path = EDITION) -> int:
    """Write the edition, and remove what no lesson stands behind any more; 1 where somebody's work is in the way."""
    made = editions()
    edition.mkdir(exist_ok=True)
    there = [
        path for path in sorted(edition.glob("*.ipynb")) if path.read_text(encoding="utf-8") != made.get(path.name)
    ]
    if in_the_way := sorted({path.name for path in there} & set(worked_in(edition))):
        print(f"Nothing was written: somebody has worked in {', '.join(in_the_way)}. Move that away first.")
        return 1
    for path in there:
        path.unlink()
    for name, text in made.items():
        (edition / name).write_text(text, encoding="utf-8")
    print(f"{len(made)} notebooks in notebooks/{edition.name}/")
    return 0


def worked_in(edition: Path) -> list[str]:
    """The notebooks of an edition in which a cell was run, by their files' names."""
    return [path.name for path in sorted(edition.glob("*.ipynb")) if _was_run(path)]


def _was_run(notebook: Path) -> bool:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any(cell.get("execution_count") is not None for cell in cells)


def _edition(lesson: dict[str, Any], with_exercises: set[str]) -> dict[str, Any]:
    cells = [_cell(cell, with_exercises) for cell in lesson["cells"]]
    source = _NOTE.format(first=_names(lesson)[0])
    note = {"cell_type": "markdown", "id": "learners-edition", "metadata": {}, "source": _lines(source)}
    # The one thing in a lesson's metadata that depends on who ran it last is which Python that was.
    language = {"kernelspec": lesson["metadata"]["kernelspec"], "language_info": {"name": "python"}}
    return {**lesson, "metadata": language, "cells": [cells[0], note, *cells[1:]]}


def _cell(lesson_cell: dict[str, Any], with_exercises: set[str]) -> dict[str, Any]:
    cell = copy.deepcopy(lesson_cell)
    about = cell["metadata"].pop("exercise", None)
    if about:
        cell["metadata"]["exercise"] = {"name": about["name"]}
    source = as_found(lesson_cell)
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    else:
        source = _LESSON_LINK.sub(lambda link: _linked(link, with_exercises), source)
    return cell | {"source": _lines(source)}


def _linked(link: re.Match[str], with_exercises: set[str]) -> str:
    """A link to a lesson leads to its edition, where it has one."""
    return link[0] if link["name"] in with_exercises else f"](../{link['name']}"


def _names(notebook: dict[str, Any]) -> list[str]:
    return [cell["metadata"]["exercise"]["name"] for cell in notebook["cells"] if "exercise" in cell["metadata"]]


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def _text(notebook: dict[str, Any]) -> str:
    """As nbformat writes notebooks, so that opening and saving one changes nothing."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())

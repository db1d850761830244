"""`make course`: executes every lesson in order on one embedded AWS, says how it went, and keeps the copies.

It ends with what the endpoint answered that one upload has made (the cell of lesson 07 with the tag `answer`).
It does not compare outputs with the stored ones: `make test` does. With `--store` (`make store`), the outputs of a
lesson that ran to its end become the stored ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from course.account import lateness
from course.account.target import begin, chosen
from course.errors import CourseError
from course.kernels import client
from course.seal import seal

_PROJECT = Path(__file__).resolve().parents[1]
_LESSONS = _PROJECT / "notebooks"
COPIES = _PROJECT / "build" / "notebooks"
_CELL_SECONDS = 600
_CLOCK = 300
"""How many times faster than on AWS waits pass, five times the usual: nobody watches them here."""


def main(arguments: list[str] | None = None) -> int:
    """Execute the lessons; 0 where all ran to their end, 1 where one failed or there is none."""
    parser = argparse.ArgumentParser(prog="make course", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="two digits each; all where none is named")
    parser.add_argument("--store", action="store_true", help="store the outputs in the lessons themselves")
    options = parser.parse_args(arguments)
    paths = lessons(options.lessons)
    if not paths:
        print(f"No lesson to run in {_LESSONS.relative_to(_PROJECT)}/.")
        return 1
    try:
        late = ", late where AWS is late (COURSE_LAG)" if lateness.seed() else ""
        where = f"the embedded AWS on this computer{late}" if chosen() == "local" else "your own AWS account"
        if not options.store:  # what is stored was seen with the usual one
            begin(_CLOCK)
    except CourseError as error:
        print(error)
        return 1
    print(f"Running {len(paths)} lessons on {where}; executed copies go to build/notebooks/.", flush=True)
    begun = time.monotonic()
    for done, path in enumerate(paths):
        print(f"  {path.stem:<40}", end="", flush=True)
        since = time.monotonic()
        failure = execute(path, options.store)
        print(f" {'FAILED' if failure else 'ok'}  {_spell(time.monotonic() - since)}", flush=True)
        if failure:
            print(f"\n{failure}\n\nAs far as it came: build/notebooks/{path.name}")
            print(f"VERDICT: FAILED in lesson {path.name[:2]}; {done} of {len(paths)} lessons ran to their end.")
            return 1
    for path in paths:
        _show_answer(path)
    print(f"VERDICT: all {len(paths)} lessons ran to their end in {_spell(time.monotonic() - begun)}.")
    return 0


def lessons(named: Sequence[str] = (), folder: Path | None = None) -> list[Path]:
    """The lessons in a folder, in order: all, or those that are named by their two digits."""
    paths = sorted((folder or _LESSONS).glob("[0-9][0-9]_*.ipynb"))
    return [path for path in paths if not named or path.name[:2] in named]


def execute(
    path: Path,
    store: bool = False,
    extensions: Sequence[str] = (),
    environment: dict[str, str] | None = None,
    cell_seconds: int = _CELL_SECONDS,
) -> str:
    """Execute one lesson and keep the copy; returns what failed, nothing where it ran to its end.

    Args:
        path: the lesson.
        store: write its outputs into the lesson itself, too, where it ran to its end.
        extensions: what IPython loads before the first cell.
        environment: of the kernel; that of this process where none is given.
        cell_seconds: how long a cell may take.
    """
    notebook = nbformat.read(path, as_version=4)
    runner = client(notebook, path.parent, cell_seconds, extensions, record_timing=False, store_widget_state=False)
    running: list[int] = []
    runner.on_cell_start = lambda cell, cell_index, **_: running.append(cell_index)
    try:
        runner.execute(**({} if environment is None else {"env": environment}))
    except CellExecutionError as error:
        return f"Cell {_number(notebook, running)} failed:\n{_indented(error.evalue or error.ename)}"
    except CellTimeoutError:
        return f"Cell {_number(notebook, running)} did not end within {cell_seconds} seconds."
    except (DeadKernelError, AssertionError) as error:
        # An assertion of nbclient's fails where a signal came: it has ended the kernel then, and would once more.
        if isinstance(error, AssertionError) and runner.km is not None:
            raise
        return f"The kernel died in cell {_number(notebook, running)}."
    finally:
        _drop_views(notebook)
        COPIES.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, COPIES / path.name)
    if store:
        seal(notebook)
        nbformat.write(notebook, path)
    return ""


def _show_answer(path: Path) -> None:
    """Print what the cells with the tag `answer` have put out."""
    for cell in nbformat.read(COPIES / path.name, as_version=4).cells:
        if "answer" in cell.metadata.get("tags", ()):
            answers = [output.data["text/plain"] for output in cell.outputs if "data" in output]
            print(f"The endpoint of lesson {path.name[:2]} answered:\n{_indented(chr(10).join(answers))}")


def _drop_views(notebook: nbformat.NotebookNode) -> None:
    """Leave a panel's text and Markdown alone: its view is of a kernel that is gone, and would hide them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def _number(notebook: nbformat.NotebookNode, running: list[int]) -> str:
    """The code cell that ran last, by the number JupyterLab shows beside it, and its first line."""
    cells = [index for index in range(running[-1] + 1) if notebook.cells[index].cell_type == "code"]
    first = notebook.cells[running[-1]].source.strip().partition("\n")[0]
    return f"[{len(cells)}] ({first})"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _spell(seconds: float) -> str:
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


if __name__ == "__main__":
    sys.exit(main())

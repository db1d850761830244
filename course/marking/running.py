"""Runs a learner's notebook, in a process, a folder and an embedded AWS of its own.

`python -m course.marking.running NOTEBOOK SECONDS` is that process: it runs the notebook in place, whatever its cells
raise. It, its kernel and its embedded AWS are gone when it ends, or is ended.
"""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

import account_guard
from course.checks.cells import LESSONS
from course.exercises import EDITION
from course.kernels import client
from course.outcomes import record
from course.outcomes.record import Entry

_PROJECT = LESSONS.parent
_BESIDE = ("data", "processing", "lambda_code", "img")
"""What a lesson reads of the project's folder."""
_MOST_KEPT = 1_000_000
"""Of what a cell puts out, in characters: what is more is left out."""
_MOST_PRINTED = 200_000_000
"""A cell that puts out so many is in an endless loop, and would use up the machine's memory before its time is over."""
_OUT_OF_TIME = {
    "status": "error",
    "ename": "TimeoutError",
    "evalue": "The cell did not end in time, and was interrupted.",
    "traceback": ["The cell did not end in time, and was interrupted."],
}


@dataclass(frozen=True)
class Limits:
    """Seconds of the wall that a cell, and a whole notebook, may take."""

    cell: int = 300
    notebook: int = 1800


@dataclass(frozen=True)
class Run:
    """What came of a notebook.

    Attributes:
        notebook: as far as it was run.
        entries: how its exercises stand, by name.
        failure: why it did not come to its end; empty where it did.
    """

    notebook: nbformat.NotebookNode
    entries: dict[str, Entry]
    failure: str = ""


def run(notebook: nbformat.NotebookNode, name: str, limits: Limits) -> Run:
    """Run a notebook as the learner's edition is run, on an embedded AWS that nobody else has used.

    Args:
        notebook: to be run; what its cells raise doesn't stop it.
        name: of its file.
    """
    with tempfile.TemporaryDirectory(prefix="marking-") as folder:
        place = Path(folder) / EDITION.relative_to(_PROJECT)
        place.mkdir(parents=True)
        for one in _BESIDE:
            shutil.copytree(_PROJECT / one, Path(folder) / one)
        nbformat.write(notebook, place / name)
        progress = Path(folder) / "progress.json"
        failure = _ended(place / name, progress, limits)
        return Run(nbformat.read(place / name, as_version=4), record.read(progress), failure)


def _ended(path: Path, progress: Path, limits: Limits) -> str:
    """Run the process to its end, or end it with all that it has started; why it failed."""
    environment = account_guard.without_settings(dict(os.environ))
    environment |= {"COURSE_TARGET": "local", "COURSE_PROGRESS": str(progress)}
    process = subprocess.Popen(
        [sys.executable, "-m", "course.marking.running", str(path), str(limits.cell)],
        env=environment,
        cwd=path.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=limits.notebook)
    except subprocess.TimeoutExpired:
        return f"The notebook did not end within {limits.notebook} seconds."
    finally:
        _end_group(process)
    return errors.strip().rpartition("\n")[2] if process.returncode else ""


def _end_group(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()
    process.wait()


class _Runner(NotebookClient):
    """Keeps the beginning of what a cell puts out, and interrupts one that puts out without an end."""

    def output(
        self, outs: list[nbformat.NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> nbformat.NotebookNode | None:
        before = self._sizes.get(cell_index, 0)
        size = self._sizes[cell_index] = before + len(str(msg["content"]))
        if before <= _MOST_PRINTED < size and self.km is not None:
            self._interrupted = asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))
        if size > _MOST_KEPT and msg["msg_type"] != "error":
            return None
        return super().output(outs, msg, display_id, cell_index)

    @functools.cached_property
    def _sizes(self) -> dict[int, int]:
        """How many characters each cell has put out so far."""
        return {}


def main(path: Path, seconds: int) -> int:
    """Run a notebook in place; it is written after each cell, so that what ends it early leaves what was done."""
    notebook = nbformat.read(path, as_version=4)
    settings: dict[str, Any] = {"interrupt_on_timeout": True, "error_on_timeout": _OUT_OF_TIME, "allow_errors": True}
    runner = client(notebook, path.parent, seconds, kind=_Runner, store_widget_state=False, **settings)

    def keep(**_: Any) -> None:
        nbformat.write(notebook, path)

    def say_why(cell: nbformat.NotebookNode, execute_reply: dict[str, Any], **_: Any) -> None:
        error = {name: execute_reply["content"][name] for name in ("ename", "evalue", "traceback")}
        if error["evalue"] == _OUT_OF_TIME["evalue"]:
            # An interrupted cell's own error may come before this or not at all.
            cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
        if not any(output.output_type == "error" for output in cell.outputs):
            cell.outputs.append(nbformat.v4.new_output("error", **error))
        keep()

    runner.on_cell_executed, runner.on_cell_error = keep, say_why
    try:
        runner.execute()
    except DeadKernelError:
        print("The kernel died: a cell ended it, or the machine's memory was used up.", file=sys.stderr)
        return 1
    finally:
        keep()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))

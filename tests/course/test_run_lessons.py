"""`make course`: what it says of lessons that run, fail, or are not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import account_guard
from course import run_lessons
from course.seal import has_seal, is_broken
from tests.sources import ROOT

pytestmark = pytest.mark.slow

# Run by a process of its own: other tests have led this one to servers of theirs.
_RUN = """
import sys
from pathlib import Path
from course import run_lessons

folder = Path(sys.argv[1])
run_lessons._PROJECT, run_lessons._LESSONS, run_lessons.COPIES = folder.parent, folder, folder.parent / "copies"
sys.exit(run_lessons.main(sys.argv[2:]))
"""


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A project of its own; gives a function that writes a lesson of these code cells."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(run_lessons, "_PROJECT", tmp_path)
    monkeypatch.setattr(run_lessons, "_LESSONS", folder)
    monkeypatch.setattr(run_lessons, "COPIES", tmp_path / "build" / "notebooks")

    def write(name: str, *cells: str, tags: tuple[str, ...] = ()) -> Path:
        notebook = nbformat.v4.new_notebook()
        code = [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells]
        notebook.cells = [nbformat.v4.new_markdown_cell("# A lesson"), *code]
        nbformat.write(notebook, folder / name)
        return folder / name

    return write


def test_lessons_run_in_order_until_one_fails(lessons, capsys, tmp_path):
    lessons("01_second.ipynb", "1 + 1", "", "# divide\n1 / 0", "print('never')")
    lessons("00_first.ipynb", "print('it ran')")
    lessons("02_third.ipynb", "print('never')")
    assert run_lessons.main([]) == 1
    said = capsys.readouterr().out
    assert "Running 3 lessons on the embedded AWS" in said
    assert said.index("00_first") < said.index("01_second")
    assert "02_third" not in said
    assert "Cell [3] (# divide) failed:\n    division by zero" in said
    assert said.endswith("VERDICT: FAILED in lesson 01; 1 of 3 lessons ran to their end.\n")
    copy = nbformat.read(tmp_path / "build" / "notebooks" / "00_first.ipynb", as_version=4)
    assert copy.cells[1].outputs[0]["text"] == "it ran\n"
    failed = nbformat.read(tmp_path / "build" / "notebooks" / "01_second.ipynb", as_version=4)
    assert failed.cells[1].outputs[0]["data"]["text/plain"] == "2"


def test_waits_that_nobody_watches_are_short_and_what_is_stored_was_seen_with_the_usual_ones(lessons, tmp_path):
    path = lessons("00_first.ipynb", "import course", "course.start('00').clock", "course.clean_up('00')")
    environment = account_guard.without_settings(dict(os.environ))
    for options, clock in (([], "300.0"), (["--store"], "60.0")):
        subprocess.run([sys.executable, "-c", _RUN, str(path.parent), *options], cwd=ROOT, env=environment, check=True)
        copy = nbformat.read(tmp_path / "copies" / path.name, as_version=4)
        assert copy.cells[2].outputs[0]["data"]["text/plain"] == clock
    assert nbformat.read(path, as_version=4).cells[2].outputs[0]["data"]["text/plain"] == "60.0"


def test_only_the_lessons_named_are_run(lessons, capsys):
    lessons("00_first.ipynb", "1 / 0")
    lessons("01_second.ipynb", "1")
    assert run_lessons.main(["01"]) == 0
    assert "VERDICT: all 1 lessons ran to their end" in capsys.readouterr().out


def test_a_kernel_that_dies_is_a_failure(lessons, capsys):
    lessons("00_dies.ipynb", "import os\nos._exit(3)")
    assert run_lessons.main([]) == 1
    assert "The kernel died in cell [1] (import os)." in capsys.readouterr().out


def test_no_lesson_is_no_success(lessons, capsys):
    assert run_lessons.main(["77"]) == 1
    assert "No lesson to run in notebooks/." in capsys.readouterr().out


def test_it_ends_with_what_the_endpoint_answered(lessons, capsys):
    lessons("07_start.ipynb", "{'It stays in tune': '__label__1'}", tags=("answer",))
    assert run_lessons.main([]) == 0
    said = capsys.readouterr().out
    assert "The endpoint of lesson 07 answered:\n    {'It stays in tune': '__label__1'}\nVERDICT" in said


def test_outputs_are_stored_on_demand_and_only_of_what_ran_to_its_end(lessons, capsys):
    good, bad = lessons("00_good.ipynb", "1 + 1"), lessons("01_bad.ipynb", "2 + 2", "1 / 0")
    assert run_lessons.main(["--store"]) == 1
    capsys.readouterr()
    stored = nbformat.read(good, as_version=4)
    assert stored.cells[1].outputs[0]["data"]["text/plain"] == "2"
    assert has_seal(stored) and not is_broken(stored)
    assert nbformat.read(bad, as_version=4).cells[1].outputs == []


def test_a_mistyped_target_runs_nothing(lessons, capsys, monkeypatch):
    lessons("00_first.ipynb", "print('it ran')")
    monkeypatch.setenv("COURSE_TARGET", "asw")
    assert run_lessons.main([]) == 1
    said = capsys.readouterr().out
    assert "COURSE_TARGET is 'asw': it is 'local'" in said
    assert "Running" not in said

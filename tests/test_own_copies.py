"""Doing the course in the lessons themselves breaks no test: `make test` takes copies, and names the lessons."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course.seal import has_seal, is_broken, seal
from tests.own_copies import folder_to_test, worked_in
from tests.sources import NOTEBOOKS
from tests.stored_outputs import faults

LESSON = "notebooks/01_write_a_lambda_function.ipynb"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project with two lessons, as committed, and a file of its own that is not."""
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    for name in (LESSON, "notebooks/00_start_here.ipynb"):
        lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), code(1), code(2)])
        seal(lesson)
        nbformat.write(lesson, project / name)
    (project / ".gitignore").write_text("build/\n")
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "all")
    (project / "new.py").write_text("changed = True\n")
    (project / "build").mkdir()
    (project / "build" / "old.txt").write_text("left out\n")
    return project


def code(number: int) -> Any:
    printed = nbformat.v4.new_output("stream", text=f"{number}\n")
    return nbformat.v4.new_code_cell(f"print({number})", execution_count=number, outputs=[printed])


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project, check=True)


def change(path: Path, how: Callable[[Any], None]) -> str:
    notebook = nbformat.read(path, as_version=4)
    how(notebook)
    nbformat.write(notebook, path)
    return path.read_text(encoding="utf-8")


def again(notebook: Any) -> None:
    """The last cell run a second time: the same text comes, under another number."""
    notebook.cells[2].execution_count = 3


def another_answer(notebook: Any) -> None:
    notebook.cells[1].source, notebook.cells[1].outputs[0].text = "print(11)", "11\n"


def cleared(notebook: Any) -> None:
    for cell in notebook.cells[1:]:
        cell.outputs, cell.execution_count = [], None


def a_cell_more(notebook: Any) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0"))


def a_cell_less(notebook: Any) -> None:
    del notebook.cells[1]


WORK = (again, another_answer, cleared, a_cell_more, a_cell_less)


@pytest.mark.parametrize("work", WORK)
def test_a_lesson_somebody_has_worked_in_is_tested_as_it_was(clone: Path, work: Callable[[Any], None]) -> None:
    stored = (clone / LESSON).read_text(encoding="utf-8")
    theirs = change(clone / LESSON, work)
    with folder_to_test(clone) as (folder, said):
        assert folder != clone
        assert (folder / LESSON).read_text(encoding="utf-8") == stored
        assert (folder / "new.py").read_text() == "changed = True\n"
        assert not (folder / "build").exists()
        assert [LESSON in one and "make store LESSONS=01" in one for one in said] == [True]
    assert (clone / LESSON).read_text(encoding="utf-8") == theirs, "their work stays"
    assert not folder.exists()


def test_without_any_work_the_project_itself_is_tested(clone: Path) -> None:
    with folder_to_test(clone) as (folder, said):
        assert (folder, said) == (clone, [])


def test_a_word_that_is_corrected_is_no_work(clone: Path) -> None:
    def corrected(notebook: Any) -> None:
        notebook.cells[0].source = "# A better title"

    change(clone / LESSON, corrected)
    assert worked_in(clone) == {}


def test_what_was_committed_unstored_is_a_fault_and_nobodys_work(clone: Path) -> None:
    change(clone / LESSON, another_answer)
    git(clone, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-am", "not stored")
    assert worked_in(clone) == {}
    assert [fault for fault in faults(clone / LESSON) if "make store LESSONS=01" in fault]


@pytest.mark.parametrize("how", ["no git", "never committed"])
def test_where_git_has_no_other_it_is_tested_as_it_stands_and_says_so(clone: Path, how: str) -> None:
    name = LESSON
    if how == "no git":
        shutil.rmtree(clone / ".git")
    else:
        name = "notebooks/02_new.ipynb"
        shutil.copy(clone / LESSON, clone / name)
    change(clone / name, again)
    with folder_to_test(clone) as (folder, said):
        assert folder == clone
        assert len(said) == 1 and name in said[0] and "git has no other" in said[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_lesson_is_sealed_as_it_was_stored(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert has_seal(notebook)
    assert not is_broken(notebook), f"make store LESSONS={path.name[:2]}"

"""What is looked at before each commit finds a notebook that is broken, or has a cell that was never run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.run_all import SLOW, steps
from tests.stored_outputs import PROJECT, main


def notebook(folder: Path, execution_count: int | None) -> Path:
    cell = nbformat.v4.new_code_cell("print('one')", execution_count=execution_count)
    path = folder / "07_some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_a_notebook_that_was_run_is_well(tmp_path: Path) -> None:
    assert main([str(notebook(tmp_path, 1))]) == 0


def test_a_cell_that_was_never_run_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(notebook(tmp_path, None))]) == 1
    assert "cell 1 was never run: make store LESSONS=07" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["not JSON", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}'])
def test_what_is_no_notebook_is_named(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "some.ipynb"
    path.write_text(content, encoding="utf-8")
    assert main([str(path)]) == 1
    assert "not a valid notebook" in capsys.readouterr().out


def test_the_quick_form_is_a_part_of_all() -> None:
    quick, whole = steps(2, quick=True), steps(2)
    assert [step.title for step in quick] == [step.title for step in whole if "Lessons" not in step.title]
    # A path that is not there would leave nothing out.
    assert [path for path in SLOW if not (PROJECT / path).exists()] == []

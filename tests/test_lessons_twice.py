"""Each cell of each lesson, run twice in a row, and wrong at first, then corrected: what follows stays true."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.kernels import run

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))


FIRST_TRIES = {
    "01": {
        "role": ("json.dumps(trust)", 'json.dumps(trust | {"Id": "first-try"})'),
        "create-function": ("lambda_function.lambda_handler", "lambda_function.handler"),
    },
    "02": {
        "create-function": ("lambda_function.lambda_handler", "lambda_function.handler"),
        "set-time-out": ("Timeout=300", "Timeout=2"),
        "least-attach": ("json.dumps(policy)", 'json.dumps({**policy, "Statement": []})'),
    },
    "03": {
        "role": ("json.dumps(policy)", 'json.dumps({**policy, "Statement": []})'),
        "create-function": ("Timeout=300", "Timeout=3"),
        "permission": ("bucket_arn", 'bucket_arn + "-2"'),
    },
    "04": {
        "4ef4b632": ("states.amazonaws.com", "lambda.amazonaws.com"),
        "cc02cba3": ("json.dumps(smallest)", 'json.dumps(smallest | {"Comment": "A first try"})'),
        "e493eb83": ("lambda_function.lambda_handler", "lambda_function.handler"),
        "95846b5b": ("lambda:InvokeFunction", "lambda:GetFunction"),
    },
    "05": {"f0dd7a68": ("definition,", '{"StartAt": "?"},')},
    "06": {"75e24f7d": ("definition,", 'definition | {"Comment": "A first try"},')},
    "07": {
        "c6b3e505": ("definition,", 'definition | {"Comment": "A first try"},'),
        "dcca1b1c": ("[may_start]", "[]"),
        "allow-bucket": ("{settings.bucket}", "{settings.bucket}-2"),
        "424a2166": ("machine_arn}", 'machine_arn + "-2"}'),
    },
    "08": {
        "function-role": ('"s3:GetObject", ', ""),
        "function-deploy": ("MemorySize=256", "MemorySize=128"),
        "machine-role": ('"Statement": rights', '"Statement": rights[:1]'),
    },
    "09": {"568b31f9": ("course.workflow(settings)", 'course.workflow(settings) | {"Comment": "A first try"}')},
}
"""By lesson and cell, what a learner may have had in it at the first try, and has corrected. The first try may fail."""


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_may_be_run_twice(path: Path) -> None:
    """Cells that show an error on purpose are run once, as everywhere."""
    notebook = nbformat.read(path, as_version=4)
    twice = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            again = copy.deepcopy(cell)
            again.id = f"{cell.id}-again"
            twice += [cell] if "raises-exception" in cell.metadata.get("tags", ()) else [cell, again]
    notebook.cells = twice
    run_and_look_at_checks(notebook, path)


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda path: path.stem)
def test_what_was_made_wrong_is_right_after_the_correction(path: Path) -> None:
    """A cell that makes something runs with a mistake, and then as it is: what there is is changed, not kept."""
    notebook = nbformat.read(path, as_version=4)
    cells, first_tries = [], dict(FIRST_TRIES[path.name[:2]])
    for cell in notebook.cells:
        if cell.id in first_tries:
            old, new = first_tries.pop(cell.id)
            assert old in cell.source, cell.source
            mistaken = copy.deepcopy(cell)
            mistaken.id, mistaken.source = f"{cell.id}-first", cell.source.replace(old, new)
            mistaken.metadata = {"tags": ["raises-exception"]}
            cells.append(mistaken)
        cells.append(cell)
    assert first_tries == {}
    notebook.cells = cells
    run_and_look_at_checks(notebook, path)


def run_and_look_at_checks(notebook: Any, path: Path) -> None:
    """No cell fails, and every check finds the work right."""
    run(notebook, path.parent, 600)
    checks = [cell for cell in notebook.cells if "check" in cell.metadata.get("tags", ())]
    for cell in checks:
        assert ": right" in cell.outputs[0]["data"]["text/plain"], cell.source

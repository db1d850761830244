"""Every lesson in JupyterLab as `make lab` starts it: opened, run with *Run All*, and nothing goes wrong.

What the cells put out is compared by nbval; here is what only a browser can tell: that the pages open, that a
kernel answers, that waiting cells end, and that no error, no log and no broken picture is left in sight.
Pictures of all lessons are kept in `build/screenshots/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter_lab import PROJECT, Lab, copied_project, open_notebook, photograph, running

LESSONS = sorted(path.name for path in (PROJECT / "notebooks").glob("*.ipynb"))
LESSON_SECONDS = 300
"""The longest lesson takes two minutes on two cores that have much else to do."""

PICTURES = {
    "02": ("Sentences by label",),
    "03": ("From the upload to the report",),
    "04": ("Execution succeeded",),
    "05": ("Execution succeeded", "What SageMaker copies"),
    "06": ("Accuracy of the training job", "Confusion matrix", "Words that speak most for unhelpful"),
    "07": ("From the upload to the endpoint",),
    "08": ("State machine",),
}
"""What a lesson draws of the learner's own work, by the beginning of its alternative text."""

_ALL_RAN = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
    .every(cell => cell.type !== 'code' || (cell.executionCount !== null && cell.executionState === 'idle'))"""
_STOPPED = """() => [...jupyterapp.shell.currentWidget.content.model.cells].some(cell =>
    cell.type === 'code' && !(cell.getMetadata('tags') ?? []).includes('raises-exception') &&
    cell.outputs.toJSON().some(output => output.output_type === 'error'))"""
_CELLS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.toJSON())"""
_BROKEN_PICTURES = """() => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(image => image.complete && !image.naturalWidth).map(image => image.alt)"""


@pytest.fixture(scope="module")
def lessons(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as a learner has it after `make lab`; the embedded AWS is the lessons' own."""
    home = tmp_path_factory.mktemp("lessons")
    # No address: a lesson starts its embedded AWS itself, and doesn't use that of other tests.
    with running({"AWS_ENDPOINT_URL": "", "COURSE_TARGET": "local"}, home, copied_project(home)) as lab:
        yield lab


def test_make_lab_opens_the_learners_edition_and_no_pop_up(lessons: Lab, page: Page) -> None:
    page.goto(lessons.front_page)
    expect(page.get_by_text("This is the learner's edition")).to_be_visible()
    expect(page.locator(".jp-Notebook h1").first).to_contain_text("Start here")
    expect(page.get_by_role("tab", name="00_start_here.ipynb").first).to_be_visible()
    # Pictures lie outside the lessons' folder: JupyterLab's root has to be above it.
    page.wait_for_function("[...document.querySelectorAll('.jp-Notebook img')].some(image => image.naturalWidth > 0)")
    # The question is asked as soon as the page stands, and would stay.
    page.wait_for_function("jupyterapp.restored.then(() => true)")
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)


# Each run includes one with a function's panel, one with a graph, one with a job; the rest is long (`make browser`).
@pytest.mark.parametrize(
    "lesson",
    [pytest.param(name, marks=() if name[:2] in {"02", "04", "05"} else pytest.mark.long) for name in LESSONS],
    ids=[Path(name).stem for name in LESSONS],
)
def test_run_all_shows_no_error(lessons: Lab, page: Page, lesson: str) -> None:
    open_notebook(page, f"{lessons.url}doc/tree/notebooks/{lesson}")
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    # Not awaited: the command ends with the first error, also an announced one, while the kernel goes on.
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"({_ALL_RAN})() || ({_STOPPED})()", timeout=LESSON_SECONDS * 1000)
    assert unexpected(page.evaluate(_CELLS)) == []
    photograph(page.locator(".jp-Notebook"), f"lesson-{lesson[:2]}")
    assert page.evaluate(_BROKEN_PICTURES) == []
    for title in PICTURES.get(lesson[:2], ()):
        expect(page.locator(f".jp-OutputArea img[alt^='{title}']").first).to_be_visible()
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def unexpected(cells: list[dict[str, Any]]) -> list[str]:
    """What is wrong with executed cells, a line each: not run, an error that no tag announces, a log in sight."""
    wrong = []
    for number, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), 1):
        where = f"[{number}] {''.join(cell['source']).partition(chr(10))[0]}"
        if cell["execution_count"] is None:
            wrong.append(f"{where}: was not run")
        for output in cell["outputs"]:
            if output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", []):
                wrong.append(f"{where}: {output['ename']}: {output['evalue']}")
            if output.get("name") == "stderr":
                wrong.append(f"{where}: stderr: {''.join(output['text'])}")
    return wrong


def test_what_goes_wrong_in_a_cell_is_seen() -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no"}
    log = {"output_type": "stream", "name": "stderr", "text": ["careful"]}
    cell = {"cell_type": "code", "source": ["f()\n", "g()"], "execution_count": 1, "metadata": {}, "outputs": []}
    announced = cell | {"metadata": {"tags": ["raises-exception"]}, "outputs": [error]}
    assert unexpected([{"cell_type": "markdown", "source": "text"}, cell, announced]) == []
    assert unexpected([cell, cell | {"outputs": [error, log]}, cell | {"execution_count": None}]) == [
        "[2] f(): ValueError: no",
        "[2] f(): stderr: careful",
        "[3] f(): was not run",
    ]

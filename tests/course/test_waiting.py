"""What a waiting cell shows: nothing where nobody reads, and nothing afterwards where somebody does."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbclient import NotebookClient

WAITING_CELL = """
from course.waiting import Progress
with Progress() as progress:
    progress.show("<b>one</b>")
    progress.show("<b>two</b>")
"answer"
"""


class Watched(NotebookClient):
    """Executes a notebook, and keeps what was shown meanwhile."""

    def process_message(self, msg, cell, cell_index):
        self.shown = [*getattr(self, "shown", []), msg["msg_type"]]
        return super().process_message(msg, cell, cell_index)


@pytest.mark.slow
@pytest.mark.parametrize("somebody", [False, True])
def test_nothing_is_left_in_the_notebook(somebody):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(WAITING_CELL)])
    client = Watched(notebook, timeout=120, kernel_name="python3")
    environment = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
    client.execute(env=environment | ({"JPY_SESSION_NAME": "lesson.ipynb"} if somebody else {}))
    [output] = notebook.cells[0].outputs
    assert output["data"]["text/plain"] == "'answer'"
    assert ("display_data" in client.shown) is somebody
    if not somebody:
        assert "widgets" not in notebook.metadata

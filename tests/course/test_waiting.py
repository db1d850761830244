"""What a waiting cell shows: nothing where nobody reads, and nothing afterwards where somebody does."""

from __future__ import annotations

import itertools
import os

import nbformat
import pytest
from nbclient import NotebookClient

from course.waiting import pauses

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


@pytest.mark.parametrize(("url", "longest"), [("http://127.0.0.1:4566", 0.5), (None, 2.0)])
def test_a_real_account_is_asked_less_often_than_the_embedded_aws(monkeypatch, url, longest):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    looks = list(itertools.islice(pauses(), 30))
    assert looks == sorted(looks)
    assert (looks[0], looks[-1]) == (0.05, longest)


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

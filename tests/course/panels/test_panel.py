"""What panels have in common: their work, their errors, and how they read as text, also to nbval."""

from __future__ import annotations

import subprocess
import sys
import threading

import ipywidgets as widgets
import nbformat
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from nbclient import NotebookClient

from course.panels.controls import button, careful_button, field, html_box, row
from course.panels.description import Code, Facts, Fold, Say, Table, as_html, as_markdown, as_text, plain
from course.panels.panel import News, Panel
from course.panels.remedies import error_text, remedy
from tests.course.panels.resources import make_bucket

HOSTILE = '<b onclick="x">|*`&'


class Clock(Panel):
    """The least that a panel is."""

    def __init__(self) -> None:
        super().__init__("Clock", "wall", ["**Look** at the wall."])
        self._assemble([], [])

    def describe(self):
        return [Say("It is **late**.")]


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


@pytest.mark.parametrize(
    "block",
    [
        Say(plain(HOSTILE)),
        Facts([("name", HOSTILE)]),
        Table("caption", ["head"], [[HOSTILE]]),
        Code("title", HOSTILE),
        Fold(HOSTILE, [Say("inside")]),
    ],
    ids=lambda block: type(block).__name__,
)
def test_what_comes_from_outside_is_shown_as_it_is_and_never_as_markup(block):
    assert "<b onclick" not in as_html([block])
    assert "&lt;b onclick=" in as_html([block])
    assert HOSTILE in as_text([block]) or isinstance(block, Fold)


def test_one_description_reads_the_same_in_all_three_forms():
    blocks = [Say("**Bold** and `code`."), Table("Keys", ["Key"], [["a|b"]]), Code("Log", "``` fence", "text")]
    assert as_text(blocks) == "Bold and code.\nKeys:\n  a|b\nLog:\n``` fence"
    assert as_markdown(blocks) == (
        "**Bold** and `code`.\n\nKeys\n\n| Key |\n|:--|\n| a\\|b |\n\nLog:\n\n````text\n``` fence\n````"
    )


def test_work_goes_on_beside_the_kernel_and_a_second_press_is_not_queued():
    panel, begun, go_on = Clock(), threading.Event(), threading.Event()

    def job() -> int:
        begun.set()
        go_on.wait(10)
        return threading.get_ident()

    found = []
    assert panel.work("Winding", job, lambda thread: found.append(thread) or News("Wound."))
    assert begun.wait(10)
    assert (panel.status.words, panel.status.tone) == ("Winding …", "busy")
    assert not panel.work("Winding", job, lambda thread: News("Twice."))
    go_on.set()
    panel.wait()
    assert (panel.status.words, panel.status.tone) == ("Wound.", "good")
    assert found and found[0] != threading.get_ident()


def test_what_was_chosen_last_is_read_after_what_is_under_way():
    panel, go_on, done = Clock(), threading.Event(), []
    panel.work("Reading", lambda: go_on.wait(10), lambda _: News("first"))
    for choice in ("second", "third"):
        panel.work("Reading", lambda choice=choice: choice, lambda c: done.append(c) or News(c), later=True)
    go_on.set()
    panel.wait()
    assert done == ["third"]


def test_an_error_is_shown_with_its_remedy_and_gone_with_the_next_success():
    panel = Clock()

    def fails() -> None:
        raise client_error("AccessDenied")

    panel.work("Trying", fails, lambda _: News("never"))
    panel.wait()
    assert 'role="alert"' in panel._error_box.value
    assert "Error: AccessDenied: no" in repr(panel)
    assert "Permissions panel" in repr(panel)
    panel.work("Trying", lambda: None, lambda _: News("fine"))
    panel.wait()
    assert panel._error_box.value == ""
    assert repr(panel) == "Clock wall\nIt is late."


class Form(Panel):
    """A field, a button, and a result below."""

    def __init__(self) -> None:
        super().__init__("Form", "one", ())
        self.name = field(widgets.Text(description="Name"))
        self.save = button("Save", lambda: self.refuse("A name is needed."), primary=True)
        self.result = html_box("the result")
        self._assemble([self.name, row(self.save), self.result], [])

    def describe(self):
        return []


def test_what_was_refused_is_said_beside_the_button_and_gone_when_it_is_put_right():
    panel = Form()
    panel.save.click()
    assert "A name is needed." in panel._error_box.value and panel.status.tone == "bad"
    controls = panel.view.children[2].children[0].children
    assert controls.index(panel._error_box) == 2 and controls[1].children == (panel.save,)
    panel.name.value = "n"
    assert panel._error_box.value == "" and panel.status.words == "" and panel.error is None


def test_what_takes_something_away_asks_first_and_again_for_another_thing():
    chosen, taken = ["first"], []
    made = careful_button("Remove", lambda: chosen[0], lambda: taken.append(chosen[0]))
    made.click()
    assert (made.description, taken) == ("Remove first? Press again", [])
    chosen[0] = "second"
    made.click()
    assert (made.description, taken) == ("Remove second? Press again", [])
    made.click()
    assert (made.description, taken) == ("Remove", ["second"])
    chosen[0] = ""
    made.click()
    assert taken == ["second", ""]


def test_a_fault_of_the_panel_itself_does_not_leave_it_busy():
    panel = Clock()
    panel.work("Dividing", lambda: 1 // 0, lambda _: News("never"))
    panel.wait(5)
    assert panel.status.words == "The panel has a fault: see below."


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "NoSuchBucket", "NotImplemented", "404"])
def test_known_errors_have_a_remedy_and_keep_awss_words(code):
    assert remedy(client_error(code))
    assert error_text(client_error(code)) == f"{code}: no"


def test_an_aws_that_does_not_answer_has_a_remedy():
    assert "set-up cell" in remedy(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))


def test_strict_nbval_compares_a_panels_text_and_not_its_model_ids(tmp_path):
    bucket = make_bucket()
    show = f'course.bucket_panel("{bucket}")'
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in ("import course", show, show)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    NotebookClient(notebook, kernel_name="python3").execute()
    right, wrong = (cell.outputs[0]["data"] for cell in notebook.cells[1:])
    assert right["text/plain"] == f"Bucket {bucket}\nIn the bucket: No objects."
    assert "application/vnd.jupyter.widget-view+json" in right
    wrong["text/plain"] += " Or are there?"
    nbformat.write(notebook, tmp_path / "panels.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-rA", "-q", "panels.ipynb"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert "PASSED panels.ipynb::Cell 1" in ran.stdout, ran.stdout[-3000:]
    assert "FAILED panels.ipynb::Cell 2" in ran.stdout, ran.stdout[-3000:]

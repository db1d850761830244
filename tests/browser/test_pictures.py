"""The lessons' pictures in JupyterLab: drawn, read out by their alternative text, whole in a narrow window, dark in a
dark theme; and the one that changes while a cell waits."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import serious_faults
from tests.browser.jupyter_lab import Lab, choose_theme, open_notebook, photograph

PICTURES = {
    "Sentences by label": 'course.Bars({"helpful": 23793, "unhelpful": 3304}, "Sentences by label", shares=True)',
    "From the upload to the report": """course.TimeLine(
    [course.Span("cold start", 0, 0.2), course.Span("try 1", 0.2, 1.4, "failed", "bad")],
    "From the upload to the report",
)""",
    "What SageMaker copies": """course.Paths(
    [("s3://bucket/data/reviews.zip", "->", "/opt/ml/processing/input"),
     ("s3://bucket/data/train/", "<-", "/opt/ml/processing/train")],
    ("on S3", "on the machine"), "What SageMaker copies")""",
    "Confusion matrix": """course.evaluate(
    ["1", "1", "2", "2"], ["1", "2", "2", "2"], {"1": "helpful", "2": "unhelpful"})""",
    "From the upload to the endpoint": """course.Steps(
    [course.Step("Upload", "done", 0.5, "4 bytes"), course.Step("Train", "begun"), course.Step("Test", "failed"),
     course.Step("Endpoint", "waits")], "From the upload to the endpoint")""",
    "Each": 'course.Graph({"StartAt": "Each", "States": {"Each": {"Type": "Wait", "Seconds": 1, "End": True}}})',
}
"""By the beginning of its alternative text, what the lessons draw: 02, 03, 05, 06, 07, and every graph."""

WATCHED = """settings = course.start("97")
arn = course.make_state_machine(
    "watched",
    {"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "nobody"},
        "End": True,
    }}},
    course.workflow_role("watched-role", settings),
)
course.follow_upload(settings.bucket, "data/never.zip", "nobody", arn)"""
RUN_ALL = "() => void jupyterapp.commands.execute('notebook:run-all-cells')"


def drawn(picture: Locator) -> None:
    """It is in sight, whole, and nobody has to guess what it shows."""
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 60")
    assert picture.evaluate(
        "image => image.getBoundingClientRect().right <= image.closest('.jp-OutputArea').getBoundingClientRect().right"
    )
    assert len(picture.get_attribute("alt") or "") > 30


def test_each_kind_of_picture_is_drawn_wide_and_narrow_and_by_day_and_by_night(page: Page, lab: Lab) -> None:
    open_notebook(page, lab.write("pictures", "import course", *PICTURES.values()))
    page.evaluate(RUN_ALL)
    notebook = page.locator(".jp-Notebook")
    pictures = [notebook.locator(f".jp-OutputArea img[alt*='{title}']") for title in PICTURES]
    for width in (1280, 620):
        page.set_viewport_size({"width": width, "height": 1000})
        for picture in pictures:
            picture.scroll_into_view_if_needed()
            drawn(picture)
    for theme, turned in (("Light", "none"), ("Dark", "invert(0.9) hue-rotate(180deg)")):
        choose_theme(page, f"JupyterLab {theme}")
        assert {picture.evaluate("image => getComputedStyle(image).filter") for picture in pictures} == {turned}
        assert serious_faults(page, ".jp-OutputArea") == []
        photograph(notebook, f"pictures-{theme.lower()}")


def test_the_chain_is_shown_while_it_runs_and_stays_when_it_is_interrupted(page: Page, lab: Lab) -> None:
    open_notebook(page, lab.write("chain", "import course", WATCHED))
    page.evaluate(RUN_ALL)
    title = page.locator(".jp-OutputArea svg > title")
    expect(title).to_have_text("From the upload to the endpoint")
    expect(page.locator(".jp-OutputArea svg > desc")).to_contain_text("Function nobody  waits")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    expect(page.get_by_text("You have stopped looking; the chain goes on.").first).to_be_visible()
    expect(title).to_have_text("From the upload to the endpoint")
    photograph(page.locator(".jp-Notebook"), "chain-interrupted")

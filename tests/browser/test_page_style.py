"""What a lesson's first cell does to JupyterLab's page: long lines can be read in a narrow window."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.jupyter_lab import Lab, open_notebook
from tests.browser.words import broken_words

DENIED = (
    "AccessDenied: An error occurred (AccessDenied) when calling the GetObject operation: User: "
    "arn:aws:sts::123456789012:assumed-role/preprocess-reviews-role/preprocess-reviews is not authorized to perform: "
    "s3:GetObject on resource: arn:aws:s3:::a-bucket/data/reviews.json.zip because no policy allows the action"
)
PRINTED = f"print({DENIED!r})"
RESULT = f"from IPython.display import Markdown\nMarkdown('```text\\n' + {DENIED!r} + '\\n```')"


def test_long_lines_break_between_words(page: Page, lab: Lab) -> None:
    open_notebook(
        page, lab.write("long-lines", 'import course\nprint(len(str(course.start("97"))) > 0)', PRINTED, RESULT)
    )
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    shown = page.locator(".jp-OutputArea-output pre", has_text="AccessDenied")
    expect(shown).to_have_count(2)
    for width in (620, 700, 800):
        page.set_viewport_size({"width": width, "height": 1000})
        for at in range(2):
            assert broken_words(shown.nth(at)) == []
            assert shown.nth(at).evaluate("line => line.scrollWidth <= line.clientWidth + 1")

"""Panels and buttons whose kernel is gone: one banner with what to do, and no dead button beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import serious_faults
from tests.browser.jupyter_lab import Lab, choose_theme, open_notebook

RUN_ALL = "jupyterapp.commands.execute('notebook:run-all-cells')"
CURRENT = "jupyterapp.shell.currentWidget"
CHECK = """def lambda_handler(event, context):
    return {"statusCode": 400}


course.check("01.handler", lambda_handler)"""


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A notebook with a panel and a check, both run and alive."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    url = lab.write("asleep", "import course", 'course.draft_panel("createProcessingJob")', CHECK)
    open_notebook(page, url)
    page.evaluate(RUN_ALL)
    expect(page.get_by_role("button", name="Next hint")).to_be_visible()
    yield page
    context.close()


def asleep(page: Page) -> None:
    """One banner in place of the panel, with its text form; the check's words stay; nothing dead is in sight."""
    expect(page.get_by_text("This panel has gone to sleep.")).to_be_visible()
    expect(page.get_by_text("come back when you run this cell again")).to_be_visible()
    expect(page.get_by_role("button", name="Next hint")).not_to_be_visible()
    expect(page.locator(".course-panel:visible")).to_have_count(0)
    expect(page.locator(":text('Error displaying widget'):visible, :text('Loading widget'):visible")).to_have_count(0)
    expect(page.get_by_text("not yet right").first).to_be_visible()
    page.get_by_text("What it showed at first").click()
    expect(page.locator(".course-asleep").get_by_text("AppSpecification").first).to_be_visible()
    for theme in ("Light", "Dark"):
        choose_theme(page, f"JupyterLab {theme}")
        assert serious_faults(page, ".course-asleep") == []


def test_what_lives_works_and_what_has_lost_its_kernel_says_so(page: Page) -> None:
    expect(page.get_by_text("has gone to sleep")).not_to_be_visible()
    page.get_by_role("button", name="Next hint").press("Enter")
    expect(page.get_by_text("01.handler, hint 1 of 3").first).to_be_visible()
    page.get_by_role("button", name="Show a solution").click()
    expect(page.locator(".course-help pre")).to_contain_text("def lambda_handler")
    for theme in ("Light", "Dark"):
        choose_theme(page, f"JupyterLab {theme}")
        assert serious_faults(page, ".course-help") == []

    page.evaluate(f"{CURRENT}.sessionContext.session.kernel.restart()")
    asleep(page)
    page.evaluate(RUN_ALL)
    expect(page.get_by_role("button", name="Next hint")).to_be_visible()
    expect(page.get_by_text("has gone to sleep")).not_to_be_visible()

    page.evaluate(f"{CURRENT}.context.save()")
    page.evaluate(f"{CURRENT}.sessionContext.shutdown()")
    open_notebook(page, page.url)
    asleep(page)

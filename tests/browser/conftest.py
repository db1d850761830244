"""A real JupyterLab on a real embedded AWS, looked at through a real browser.

Needed beside the Python packages: Debian's chromium (`apt-get install chromium`). Where it is missing, these
tests are skipped and say so. Screenshots are kept in `build/screenshots/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from local_aws.__main__ import environment
from tests.browser.chromium import CHROMIUM, chromium
from tests.browser.jupyter_lab import Lab, open_notebook, running
from tests.served import served

LOOK_SECONDS = 60
expect.set_options(timeout=LOOK_SECONDS * 1000)


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, str]]:
    """The environment in which a process works on an embedded AWS of these tests' own."""
    with served() as endpoint_url, pytest.MonkeyPatch.context() as patch:
        variables = environment(endpoint_url)
        for name, value in variables.items():
            patch.setenv(name, value)
        boto3.setup_default_session()
        yield variables


@pytest.fixture(scope="session")
def lab(aws: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab for all tests."""
    home = tmp_path_factory.mktemp("jupyter")
    with running(aws | {"COURSE_VALUES": str(home / "values.json")}, home) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a screen."""
    if CHROMIUM is None:
        pytest.skip("the browser is missing: apt-get install chromium")
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty window."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(LOOK_SECONDS * 1000)
    yield page
    context.close()


@pytest.fixture
def open_panel(browser: Browser, lab: Lab) -> Iterator[Callable[..., Locator]]:
    """Opens a notebook of one cell, runs it, and gives the panel that it shows."""
    contexts = []

    def opened(name: str, code: str) -> Locator:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1000}, permissions=["clipboard-read", "clipboard-write"]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LOOK_SECONDS * 1000)
        open_notebook(page, lab.write(name, f"import course\n\npanel = {code}\npanel"))
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        panel = page.locator(".jp-OutputArea .course-panel")
        panel.wait_for()
        return panel

    yield opened
    for context in contexts:
        context.close()

"""A real JupyterLab on a real embedded AWS, looked at through a real browser.

Needed beside the Python packages: Debian's chromium (`apt-get install chromium`). Where it is missing, these
tests are skipped and say so. Screenshots are kept in `build/screenshots/`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import boto3
import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from local_aws import ADMIN_ACCESS_KEY, ADMIN_SECRET_KEY, REGION
from local_aws.server import serve
from tests.browser.jupyter_lab import Lab, running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LOOK_SECONDS = 60
expect.set_options(timeout=LOOK_SECONDS * 1000)


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, str]]:
    """The environment in which a process works on an embedded AWS of these tests' own."""
    with serve(clock=600) as server, pytest.MonkeyPatch.context() as patch:
        environment = {
            "AWS_ENDPOINT_URL": server.endpoint_url,
            "AWS_ACCESS_KEY_ID": ADMIN_ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        boto3.setup_default_session()
        yield environment


@pytest.fixture(scope="session")
def lab(aws: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab for all tests."""
    with running(aws, tmp_path_factory.mktemp("jupyter")) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a screen."""
    if CHROMIUM is None:
        pytest.skip("the browser is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


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
        page.goto(lab.write(name, f"import course\n\npanel = {code}\npanel"))
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
        page.evaluate("jupyterapp.shell.currentWidget.sessionContext.ready")
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        panel = page.locator(".jp-OutputArea .course-panel")
        panel.wait_for()
        return panel

    yield opened
    for context in contexts:
        context.close()

"""Debian's chromium under Playwright: where it is, and with which flags it starts."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_FLAGS += ["--disable-component-update", "--disable-sync"]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    with sync_playwright() as playwright:
        # Playwright hides scroll bars, so that pictures look alike; here it is tested that a reader sees them.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=_FLAGS, ignore_default_args=["--hide-scrollbars"]
        )
        yield browser
        browser.close()

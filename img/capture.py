"""Takes pictures from the real thing: `python -m img.capture` rewrites `img/readme_lesson.png` and `img/panels/`.

The panels' pictures are those that the tests in a browser take of panels at work (`make browser` first).

JupyterLab is started as `make lab` starts it, on a copy of the project, and lesson 06 is opened with the outputs that
are stored in it: the execution's graph and the confusion matrix are those of a learner. Needs chromium, as the tests
in a browser do; what it takes depends on the machine's fonts, so no test compares it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from course import panels
from tests.browser.chromium import CHROMIUM, chromium
from tests.browser.jupyter_lab import SCREENSHOTS, copied_project, open_notebook, running

PICTURE = Path(__file__).with_name("readme_lesson.png")
PANELS = Path(__file__).with_name("panels")
LESSON = "notebooks/06_train_and_deploy.ipynb"
GRAPH, MATRIX = "img[alt^='Execution succeeded']", "img[alt^='Confusion matrix']"


def main() -> int:
    """Take the picture; 1 where there is no browser."""
    if CHROMIUM is None:
        print("The browser is missing: apt-get install chromium")
        return 1
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        home = Path(folder)
        with running({}, home, copied_project(home)) as lab:
            page = browser.new_page(viewport={"width": 1400, "height": 1010})
            open_notebook(page, f"{lab.url}lab/tree/{LESSON}")
            _arrange(page)
            page.screenshot(path=PICTURE)
    print(f"Taken: {PICTURE.name}, {PICTURE.stat().st_size // 1000} kB")
    print(f"Taken over: {', '.join(take_over_panels()) or 'no panel; run make browser first'}")
    return 0


def take_over_panels() -> list[str]:
    """Copy the pictures of the panels in the light theme from where the tests keep them; gives their names."""
    PANELS.mkdir(exist_ok=True)
    taken = []
    for name in (panel.removesuffix("_panel") for panel in panels.__all__):
        photograph = SCREENSHOTS / f"{name}-light.png"
        if photograph.exists():
            shutil.copyfile(photograph, PANELS / f"{name}.png")
            taken.append(name)
    return taken


def _arrange(page: Page) -> None:
    """The lesson in two views side by side: the execution's graph, and how well the model does."""
    page.locator(GRAPH).wait_for()
    for command in ("toggle-left-area", "toggle-side-tabbar:left", "toggle-side-tabbar:right"):
        name, _, side = command.partition(":")
        page.evaluate(
            "([name, side]) => jupyterapp.commands.execute(name, { side })", [f"application:{name}", side or "left"]
        )
    page.evaluate("jupyterapp.commands.execute('docmanager:clone')")
    page.locator(MATRIX).nth(1).wait_for()
    for view, picture, lines in ((0, GRAPH, 60), (1, MATRIX, 360)):
        page.evaluate(_SCROLL, [view, picture, lines])
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    page.mouse.move(0, 0)


_SCROLL = """([view, picture, above]) => {
    const panel = document.querySelectorAll('.jp-WindowedPanel-outer')[view];
    const top = panel.querySelector(picture).getBoundingClientRect().top;
    panel.scrollBy(0, top - panel.getBoundingClientRect().top - above);
}"""
"""Scrolls a view until a picture has so many pixels above it."""


if __name__ == "__main__":
    sys.exit(main())

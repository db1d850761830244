"""JupyterLab as a process of the tests, and what tests do in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page

PROJECT = Path(__file__).resolve().parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
START_SECONDS = 90


class Lab:
    """A running JupyterLab: where it answers, and the folder it shows."""

    def __init__(self, url: str, folder: Path):
        self.url, self.folder = url, folder

    def write(self, name: str, *cells: str) -> str:
        """Make a notebook of code cells; returns its address in JupyterLab."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / f"{name}.ipynb")
        return f"{self.url}doc/tree/{name}.ipynb"


@contextlib.contextmanager
def running(aws: dict[str, str], home: Path) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it, with configuration, data and files of its own below `home`."""
    folder, settings, runtime = home / "notebooks", home / "settings", home / "runtime"
    folder.mkdir()
    _setting(settings, "notification", {"fetchNews": "false", "checkForUpdates": False})
    places = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": PROJECT,
    }
    options = ["--no-browser", "--allow-root", "--expose-app-in-browser", "--ServerApp.port=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | aws | {name: str(place) for name, place in places.items()},
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            yield Lab(_url(process, runtime, home / "log"), folder)
        finally:
            process.terminate()
            process.wait(30)


def choose_theme(page: Page, name: str) -> None:
    """Switch JupyterLab to a theme, `JupyterLab Light` or `JupyterLab Dark`."""
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    page.locator(f"body[data-jp-theme-name='{name}']").wait_for(state="attached")


def photograph(panel: Locator, name: str) -> None:
    """Keep a picture of a panel."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    _fit(panel.page)
    panel.screenshot(path=SCREENSHOTS / f"{name}.png")


def clipboard(page: Page) -> str:
    """The text on the browser's clipboard."""
    return page.evaluate("navigator.clipboard.readText()")


def _fit(page: Page) -> None:
    """Make the window as high as the notebook: JupyterLab scrolls inside, and a picture shows what is in sight."""
    height = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.jp-Notebook, .jp-WindowedPanel-outer')].map(e => e.scrollHeight))"
    )
    page.set_viewport_size({"width": 1280, "height": max(1000, int(height) + 160)})


def _setting(settings: Path, plugin: str, values: dict[str, object]) -> None:
    path = settings / "@jupyterlab" / "apputils-extension" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def _url(process: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Where the server answers, from the file that it writes when it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = [path for path in runtime.glob("jpserver-*.json") if path.read_text().strip()]
        if found:
            return json.loads(found[0].read_text())["url"]
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")

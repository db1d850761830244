"""JupyterLab as a process of the tests, and what tests do in it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page

PROJECT = Path(__file__).resolve().parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
START_SECONDS = 180
STOP_SECONDS = 60


class Lab:
    """A running JupyterLab: where it answers, the folder it shows, and the page that a browser begins with."""

    def __init__(self, url: str, folder: Path, front_page: str):
        self.url, self.folder, self.front_page = url, folder, front_page

    def write(self, name: str, *cells: str) -> str:
        """Make a notebook of code cells; returns its address in JupyterLab."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / f"{name}.ipynb")
        return f"{self.url}doc/tree/{name}.ipynb"


@contextlib.contextmanager
def running(environment: dict[str, str], home: Path, project: Path | None = None) -> Iterator[Lab]:
    """JupyterLab with configuration, data and files of its own below `home`.

    Args:
        environment: what its kernels find beside the environment of the tests.
        home: an empty folder.
        project: a copy of this project, to start what `make lab` starts, in it; without one, JupyterLab shows an
            empty folder.
    """
    folder, settings, runtime = project or home / "notebooks", home / "settings", home / "runtime"
    folder.mkdir(exist_ok=True)
    if project is None:
        # What `make lab` starts asks for no news by itself.
        _setting(settings, "apputils", "notification", {"fetchNews": "false", "checkForUpdates": False})
    # All cells at once, also those that are out of sight: for pictures of a whole notebook.
    _setting(settings, "notebook", "tracker", {"windowingMode": "none"})
    places = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": project or PROJECT,
    }
    options = ["--no-browser", "--allow-root", "--expose-app-in-browser", "--ServerApp.port=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1"]
    options += arguments_of_make_lab() if project else [f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | environment | {name: str(place) for name, place in places.items()},
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            url = _url(process, runtime, home / "log")
            yield Lab(url, folder, _front_page(runtime, "jpserver-file-to-run-*" if project else "jpserver-*"))
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def arguments_of_make_lab() -> list[str]:
    """What `make lab` hands to JupyterLab."""
    command = ["make", "--dry-run", "--no-print-directory", "--old-file=.venv/.installed", "lab"]
    shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    [arguments] = re.findall(r" -m jupyterlab (.*)$", shown.replace("\\\n", ""), re.MULTILINE)
    return shlex.split(arguments)


def copied_project(folder: Path) -> Path:
    """A copy of what a learner works in, so that nothing that a lesson saves gets into the project."""
    project = folder / "project"
    folders = ("account_guard", "course", "data", "docs", "img", "lambda_code", "local_aws", "notebooks", "processing")
    for name in folders:
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    return project


def open_notebook(page: Page, url: str) -> None:
    """Go to a notebook and wait until its kernel can be used."""
    page.goto(url)
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.ready")


def choose_theme(page: Page, name: str) -> None:
    """Switch JupyterLab to a theme, `JupyterLab Light` or `JupyterLab Dark`."""
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    page.locator(f"body[data-jp-theme-name='{name}']").wait_for(state="attached")


def photograph(panel: Locator, name: str, width: int = 1280) -> None:
    """Keep a picture of a panel, in a window of a width."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    _fit(panel.page, width)
    panel.screenshot(path=SCREENSHOTS / f"{name}.png")


def clipboard(page: Page) -> str:
    """The text on the browser's clipboard."""
    return page.evaluate("navigator.clipboard.readText()")


def _fit(page: Page, width: int) -> None:
    """Make the window as high as the notebook: JupyterLab scrolls inside, and a picture shows what is in sight."""
    height = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.jp-Notebook, .jp-WindowedPanel-outer')].map(e => e.scrollHeight))"
    )
    page.set_viewport_size({"width": width, "height": max(1000, int(height) + 160)})
    page.evaluate("document.querySelectorAll('.jp-WindowedPanel-outer').forEach(e => e.scrollTo(0, 0))")


def _setting(settings: Path, extension: str, plugin: str, values: dict[str, object]) -> None:
    path = settings / "@jupyterlab" / f"{extension}-extension" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def _front_page(runtime: Path, name: str) -> str:
    """The page that JupyterLab opens in a browser where there is one: a file that it writes for it leads there.

    It writes that file after it has begun to answer.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for page in runtime.glob(f"{name}-open.html"):
            found = re.search(r'url=([^"]+)"', page.read_text())
            if found:
                return found[1]
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab names no page to open in {runtime}")


def _url(process: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Where the server answers, from the file that it writes when it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = [path for path in runtime.glob("jpserver-*.json") if path.read_text().strip()]
        if found:
            return json.loads(found[0].read_text())["url"]
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")

"""`make site`: every lesson and page is there with its stored outputs, links and pictures are right, and a browser
finds its way about, by day, by night, and for a screen reader."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from docs.site.__main__ import build, main
from docs.site.pages import problems
from tests.browser.accessibility import serious_faults
from tests.browser.jupyter_lab import PROJECT, SCREENSHOTS

LESSONS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
LOOKED_AT = ("index.html", "notebooks/06_train_and_deploy.html", "docs/troubleshooting.html")

# MyST's parser uses what Sphinx 11 will not have; the lock says Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'myst_parser")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make site` builds it."""
    folder = tmp_path_factory.mktemp("site") / "site"
    assert main(["--to", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served: the search needs a server."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1300, "height": 1000}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


# --- the files -----------------------------------------------------------------------------------------------


def test_every_lesson_and_page_is_there_and_nothing_is_wrong_with_it(site: Path) -> None:
    assert problems(site) == []
    front = (site / "index.html").read_text(encoding="utf-8")
    for path in LESSONS:
        assert (site / "notebooks" / f"{path.stem}.html").is_file()
        assert f'href="notebooks/{path.stem}.html">{path.name[:2]} ' in front
    for name in ("glossary", "instructors", "troubleshooting", "architecture", "operations", "decisions/index"):
        assert f'href="docs/{name}.html"' in front


def test_stored_outputs_are_shown(site: Path) -> None:
    lesson = (site / "notebooks" / "06_train_and_deploy.html").read_text(encoding="utf-8")
    assert 'alt="Execution succeeded' in lesson
    assert 'alt="Confusion matrix' in lesson
    assert 'class="dataframe"' in lesson


def test_a_link_that_leads_nowhere_and_a_mute_picture_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text('<h1 id="top">There</h1>', encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '<a href="there.html#top">1</a> <a href="there.html#bottom">2</a> <a href="gone.html">3</a>'
        '<a href="https://example.com/">4</a> <img src="there.html"> <img src="gone.svg" alt="A picture">',
        encoding="utf-8",
    )
    assert problems(tmp_path) == [
        "page.html: there.html#bottom leads nowhere",
        "page.html: gone.html leads nowhere",
        "page.html: gone.svg leads nowhere",
        "page.html: a picture without alternative text: there.html",
    ]


def test_a_warning_is_a_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "index.md").write_text("# Page\n\n[Nowhere](gone.md)\n", encoding="utf-8")
    assert build(sources, tmp_path / "site") != 0
    assert "gone.md" in capfd.readouterr().err


# --- in a browser --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LOOKED_AT)
def test_axe_finds_no_serious_fault_by_day_and_by_night(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.body.dataset.theme = theme; }", theme)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"site-{Path(path).stem}-{theme}.png")
        assert serious_faults(page) == []


def test_axe_finds_what_keeps_a_reader_out(page: Page) -> None:
    button, grey = "<button></button>", "<p style='color: #bbb; background: white'>Hardly to be read</p>"
    page.set_content(f"<html lang='en'><title>A page</title><main><h1>A page</h1>{button}<div>{grey}</div></main>")
    assert [fault.split(":")[0] for fault in serious_faults(page)] == ["button-name", "color-contrast"]
    assert [fault.split(":")[0] for fault in serious_faults(page, "div")] == ["color-contrast"]


def test_the_search_finds_a_lesson(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_placeholder("Search").first.fill("batch transform")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results")).to_contain_text("Train and deploy")


def test_a_cell_is_copied_as_it_stands(page: Page, address: str) -> None:
    page.goto(f"{address}/notebooks/03_trigger_lambda_from_s3.html")
    cell = page.locator(".cell_input").first
    cell.hover()
    cell.get_by_role("button").click()
    # The page itself looks out for it: the button says so for a second and a half only.
    page.wait_for_function("document.querySelector('.cell_input .copybtn.success')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import io\nimport json\n")
    assert copied.rstrip().endswith("settings")


def test_outputs_have_no_copy_button(page: Page, address: str) -> None:
    page.goto(f"{address}/notebooks/03_trigger_lambda_from_s3.html")
    expect(page.locator(".cell_input .copybtn").first).to_be_attached()
    assert page.locator(".cell_output .copybtn").count() == 0

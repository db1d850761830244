"""The panels in a real JupyterLab: by mouse, by keyboard, with the clipboard, and for a screen reader."""

from __future__ import annotations

import json

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyter_lab import clipboard, photograph
from tests.course.panels.resources import make_function

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
AXE = Axe()


def says(panel: Locator, words: str) -> None:
    """Wait until the status line says something."""
    expect(panel.locator(".course-status")).to_contain_text(words)


def tab_to(page: Page, target: Locator, most: int = 40) -> None:
    """Reach a control by the Tab key alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached by {most} presses of Tab: {target}")


def check_for_everyone(panel: Locator) -> None:
    """No serious fault by axe-core; every control has a name."""
    found = AXE.run(panel.page, context=".course-panel").response["violations"]
    serious = [
        (fault["id"], [(node["html"][:200], node["failureSummary"]) for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]
    assert not serious


@pytest.fixture(scope="module")
def echo(aws) -> str:
    source = """
        def lambda_handler(event, context):
            print("keys:", sorted(event))
            return {"statusCode": 200, "body": event["key1"]}
    """
    return make_function(source, "echo")


@pytest.mark.parametrize("theme", THEMES)
def test_function_by_mouse(open_panel, echo, theme):
    panel = open_panel(f"function-{theme}", f'course.function_panel("{echo}")', THEMES[theme])
    says(panel, "Ready")
    panel.get_by_role("button", name="Test", exact=True).click()
    says(panel, "Test succeeded")
    expect(panel).to_contain_text("Executing function: succeeded")
    check_for_everyone(panel)
    photograph(panel, f"function-{theme}")


def test_function_by_keyboard_and_clipboard(open_panel, echo):
    panel = open_panel("function-keys", f'course.function_panel("{echo}")')
    page = panel.page
    says(panel, "Ready")
    panel.get_by_label("Test event").focus()
    tab_to(page, panel.get_by_label("Event JSON"))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('{\n  "key1": "typed"\n  "key2": 2\n}')
    expect(panel).to_contain_text("Line 3, column 3")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('{"key1": "typed"}')
    tab_to(page, panel.get_by_role("button", name="Test", exact=True))
    page.keyboard.press("Enter")
    says(panel, "Test succeeded")
    expect(panel).to_contain_text('"body": "typed"')
    copy = panel.get_by_role("button", name="Copy event for the console")
    tab_to(page, copy)
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Copied")).to_be_visible()
    answer = boto3.client("lambda").invoke(FunctionName=echo, Payload=clipboard(page))
    assert json.load(answer["Payload"])["body"] == "typed"

"""The Function panel beside an embedded AWS to which debuggers may attach, and beside one to which none may."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

import course
from course.panels.function import FunctionPanel
from local_aws.__main__ import environment
from local_aws.functions.debugging.debugger import free_port
from tests.course.panels.resources import make_function
from tests.served import served

DOUBLE = """
    def lambda_handler(event, context):
        return 2
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(600.0, "--debug", str(free_port())) as url:
        yield url


def panel() -> FunctionPanel:
    """The panel of a function that is made where boto3 leads."""
    make_function(DOUBLE, "doubled")
    made = course.function_panel("doubled")
    made.wait()
    return made


def test_a_button_copies_what_an_editor_needs_to_attach(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(address).items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()
    shown = panel()
    [attach] = json.loads(shown.debug.text)["configurations"]
    said = boto3.client("lambda").get_function(FunctionName="doubled")["Tags"]["debugger"]
    assert f"{attach['connect']['host']}:{attach['connect']['port']}" == said
    assert attach["pathMappings"][0]["remoteRoot"] == "/var/task"
    assert shown.debug in shown._debugging.children
    assert "launch.json" in repr(shown)


def test_without_debugging_there_is_no_such_button() -> None:
    shown = panel()
    assert (shown.debug.text, shown._debugging.children) == ("", ())
    assert "launch.json" not in repr(shown)

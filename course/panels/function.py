"""The Function panel: a Lambda function's code and configuration, and its *Test* tab.

Source of what is shown: Lambda developer guide, "Testing Lambda functions in the console".
"""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from dataclasses import dataclass
from typing import Any, Literal

import boto3
import ipywidgets as widgets
from botocore.config import Config

from course.errors import CourseError
from course.functions.invocation import Invocation, result
from course.functions.test_events import save_test_event, template_titles, test_event, test_event_names
from course.panels.controls import button, field, html_box, row
from course.panels.description import Block, Code, Facts, Fold, Say, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.json_text import json_fault
from course.panels.panel import News, Panel

_LONGEST_RUN_SECONDS = 900

_CONSOLE = (
    "**Lambda**, **Functions**, the function, tab **Test**: **Create new event**.",
    "*Event name*: anything, if you want to keep it. *Template*: **Hello World**, **S3 Put** or another service's.",
    "Paste the event over the template's, **Test**. The box on top shows the outcome; *Details* unfolds the rest.",
    "**Save** keeps the event.",
    "To change the code: tab **Code**, paste it over `lambda_function.py`, **Deploy**.",
)


_DEBUG = Say(
    "**Debug.** Open the folder with the function's code in VS Code, copy the settings into `.vscode/launch.json`, "
    "press **F5**, set a breakpoint, and **Test**. The time-out stands still while the function does.",
    "plain",
)


@dataclass(frozen=True)
class Glance:
    """A function's configuration and the text of its handler's module (empty where that is not text).

    `debugger` is where an editor attaches to it ("127.0.0.1:5678"), empty where none can.
    """

    configuration: dict[str, Any]
    module: str
    source: str
    debugger: str = ""

    def facts(self) -> list[tuple[str, str]]:
        """What the console has at the top of a function's page."""
        found = self.configuration
        return [
            ("Runtime", found.get("Runtime", "container image")),
            ("Handler", found.get("Handler", "")),
            ("Timeout", f"{found['Timeout']} s"),
            ("Memory", f"{found['MemorySize']} MB"),
            ("Role", found["Role"].rpartition("/")[2]),
            ("State", found.get("State", "Active")),
        ]


class FunctionUnderTest:
    """What the panel does with a function, through boto3."""

    def __init__(self, name: str):
        # A run may take a quarter of an hour, and must not be started again when the connection gets impatient.
        patient = Config(read_timeout=_LONGEST_RUN_SECONDS + 30, retries={"total_max_attempts": 1})
        self.name = name
        self._lambda = boto3.client("lambda")
        self._invoker = boto3.client("lambda", config=patient)

    def glance(self) -> Glance:
        """Configuration and code, as GetFunction gives them.

        Raises:
            ClientError: there is no such function, or it may not be read.
        """
        found = self._lambda.get_function(FunctionName=self.name)
        configuration = found["Configuration"]
        module = configuration.get("Handler", "").rpartition(".")[0].replace(".", "/") + ".py"
        with urllib.request.urlopen(found["Code"]["Location"]) as answer:
            package = zipfile.ZipFile(io.BytesIO(answer.read()))
        source = package.read(module).decode(errors="replace") if module in package.namelist() else ""
        return Glance(configuration, module, source, found.get("Tags", {}).get("debugger", ""))

    def test(self, event: str) -> tuple[Invocation, Glance]:
        """Run the function on an event, given as JSON text; the outcome, and the function as it is then."""
        response = self._invoker.invoke(FunctionName=self.name, Payload=event, LogType="Tail")
        return result(response), self.glance()


class FunctionPanel(Panel):
    """Test events, *Test*, the result box, and the function at a glance."""

    def __init__(self, name: str):
        super().__init__("Function", name, _CONSOLE)
        self.function = FunctionUnderTest(name)
        self.glance: Glance | None = None
        self.invocation: Invocation | None = None
        self.choice = field(widgets.Dropdown(description="Test event", options=_choices(), value="hello-world"))
        self.event = field(widgets.Textarea(description="Event JSON", rows=9), "course-mono")
        self.event_name = field(widgets.Text(description="Event name, to keep it"))
        self.test = button("Test", self._test, primary=True)
        self.format = button("Format JSON", self._format)
        self.save = button("Save", self._save)
        self.copy_event = CopyButton(label="Copy event for the console")
        self.copy_code = CopyButton(label="Copy code for the console")
        self.debug = CopyButton(label="Debug: copy the settings for VS Code")
        self._debugging = widgets.VBox()
        self._fault, self._result, self._at_a_glance = html_box(), html_box(), html_box()
        self.choice.observe(lambda change: self._load(change["new"]), "value")
        self.event.observe(lambda change: self._check(change["new"]), "value")
        self._load(self.choice.value)
        self._assemble(
            [
                self._at_a_glance,
                row(self.choice, self.event_name),
                self.event,
                self._fault,
                row(self.test, self.save, self.format),
                self._debugging,
                self._result,
            ],
            [self.copy_event, self.copy_code],
        )
        self.work("Reading the function", self.function.glance, self._show_glance)

    def describe(self) -> list[Block]:
        glance = [] if self.glance is None else [Facts(self.glance.facts())]
        event = Code(f"Test event {self.choice.value}", self.event.value, "json")
        return [*glance, event, *self._fault_blocks(), *self._result_blocks(), *self._debug_blocks()]

    # ---- the event -----------------------------------------------------------------------------------

    def _load(self, name: str) -> None:
        self.event.value = json.dumps(test_event(name), indent=2)
        self.event_name.value = "" if name in template_titles() else name

    def _check(self, text: str) -> None:
        self.copy_event.text = text
        self._fault.value = as_html(self._fault_blocks())

    def _fault_blocks(self) -> list[Block]:
        fault = json_fault(self.event.value)
        return [Say(f"**Not valid JSON.** {plain(fault)}", "bad")] if fault else []

    def _format(self) -> None:
        if self._event_is_valid():
            self.event.value = json.dumps(json.loads(self.event.value), indent=2, ensure_ascii=False)

    def _save(self) -> None:
        name = self.event_name.value.strip()
        if not self._event_is_valid():
            return
        try:
            save_test_event(name, json.loads(self.event.value))
        except CourseError as error:
            self.refuse(str(error))
            return
        self.choice.options = _choices()
        self.choice.value = name
        self._show_error(None)
        self._say(f"Saved as {name}.", "good")

    def _event_is_valid(self) -> bool:
        fault = json_fault(self.event.value)
        if fault:
            self.refuse(f"The event is not valid JSON. {fault}")
        return not fault

    # ---- the test ------------------------------------------------------------------------------------

    def _test(self) -> None:
        event = self.event.value
        if self._event_is_valid():
            self.work("Testing", lambda: self.function.test(event), self._show_result)

    def _show_glance(self, glance: Glance) -> News:
        if glance == self.glance:
            return News("Ready.", "plain")
        self.glance = glance
        self.copy_code.text = glance.source
        if glance.debugger:
            self.debug.text = launch_settings(glance.debugger)
            words = html_box()
            words.value = as_html([_DEBUG])
            self._debugging.children = (words, self.debug)
        code = [Fold(f"Code: {glance.module}", [Code(glance.module, glance.source, "python")])] if glance.source else []
        self._at_a_glance.value = as_html([Facts(glance.facts()), *code])
        return News("Ready. Choose or write an event, then Test.", "plain")

    def _debug_blocks(self) -> list[Block]:
        if not self.debug.text:
            return []
        return [_DEBUG, Code(".vscode/launch.json", self.debug.text, "json")]

    def _show_result(self, found: tuple[Invocation, Glance]) -> News:
        invocation, glance = found
        self.invocation = invocation
        self._show_glance(glance)
        tone: Literal["good", "bad"] = "good" if invocation.succeeded else "bad"
        blocks = as_html(self._result_blocks())
        self._result.value = f'<div class="course-result course-result-{tone}">{blocks}</div>'
        return News(f"Test {'succeeded' if invocation.succeeded else 'failed'}.", tone)

    def _result_blocks(self) -> list[Block]:
        found = self.invocation
        if found is None:
            return []
        heading = f"**Executing function: {'succeeded' if found.succeeded else 'failed'}**"
        response = json.dumps(found.payload, indent=2, ensure_ascii=False)
        log = [Code("Log output", found.log)] if found.log else []
        return [
            Say(heading, "good" if found.succeeded else "bad"),
            Code("Response", response, "json"),
            Facts(found.summary()),
            *log,
        ]


def launch_settings(address: str) -> str:
    """The `launch.json` with which VS Code attaches to a function.

    Args:
        address: host and port, as `127.0.0.1:5678`.
    """
    host, _, port = address.partition(":")
    attach = {
        "name": "Function on the embedded AWS",
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": host, "port": int(port)},
        "pathMappings": [{"localRoot": "${workspaceFolder}", "remoteRoot": "/var/task"}],
    }
    return json.dumps({"version": "0.2.0", "configurations": [attach]}, indent=2)


def _choices() -> list[tuple[str, str]]:
    titles = template_titles()
    saved = [(f"Saved: {name}", name) for name in test_event_names() if name not in titles]
    return [*((f"Template: {title}", name) for name, title in titles.items()), *saved]


def function_panel(name: str) -> FunctionPanel:
    """A panel for a Lambda function: code and configuration at a glance, test events, *Test*, the result.

    Args:
        name: the function's name.
    """
    return FunctionPanel(name)

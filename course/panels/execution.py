"""The Execution panel: a state machine's graph, live while it runs, and every state of a run from the inside.

Source of what is shown: Step Functions developer guide, "Viewing execution details in the Step Functions console".
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from course.errors import CourseError
from course.panels.controls import button, field, html_box, row
from course.panels.description import Block, Code, Say, Table, as_html, plain
from course.panels.following import Follower
from course.panels.front_end import CopyButton
from course.panels.graph_view import GraphView
from course.panels.iterations import Iterations
from course.panels.json_text import json_fault
from course.panels.log_events import LogEvent, LogLines, Logs
from course.panels.machine_runs import Listed, Machine, Machines
from course.panels.panel import News, Panel
from course.panels.run_description import (
    events_table,
    news,
    notes,
    outcome_blocks,
    output_blocks,
    state_blocks,
    state_options,
    states_table,
    time_line,
)
from course.state_machines.execution import Execution
from course.state_machines.graph import Graph

_CONSOLE = (
    "**Step Functions**, **State machines**, the machine: **Start execution**.",
    "Paste the input, **Start execution**. The *Graph view* takes on colour as it goes.",
    "Click a state: *Input*, *Output*, *Details*, *Definition* and *Events* are on the right.",
    "Below: **Events**, the event table. **State view** has each state's duration.",
    "**Actions**, **Stop execution** ends it before its time.",
)
_NEW = ""


class ExecutionPanel(Panel):
    """The graph, the list of states, one state from the inside, the events; start and stop."""

    def __init__(self, arn: str, input: Any = None):
        super().__init__("Execution", arn.split(":")[6], _CONSOLE)
        self.machines, self.logs = Machines(), Logs()
        self.machine: Machine | None = None
        self.execution: Execution | None = None
        self._follower = Follower(self.machines.look, self._seen, self._lost)
        self._given = input
        self._rendering = threading.RLock()
        self._filling = self._shows_events = False
        self._log: LogLines | None = None
        self._make_controls()
        self.work("Reading the state machine", lambda: self._read(arn), self._show_machine)

    def _make_controls(self) -> None:
        self.input = field(widgets.Textarea("{}", description="Input of a new execution", rows=6), "course-mono")
        self.start = button("Start execution", self._start, primary=True)
        self.stop = button("Stop execution", self._stop)
        self.chosen = field(widgets.Dropdown(description="Execution", options=[("None yet", _NEW)]))
        self.graph = GraphView()
        self.state = field(widgets.Select(description="States", options=[], value=None, rows=8), "course-list")
        self.visit = field(widgets.Dropdown(description="Visit", options=[("1 of 1", 0)]))
        self.job_log = button("Show its job's log", self._show_job_log)
        self.events = button("Show events", self._toggle_events)
        self.copy_input = CopyButton(label="Copy input for the console", text="{}")
        self.copy_definition = CopyButton(label="Copy definition for the console")
        self._fault, self._outcome, self._output, self._state_box, self._event_box = (html_box() for _ in range(5))
        self._time_line, self.iterations = html_box(), Iterations()
        self.stop.disabled = self.job_log.disabled = self.visit.disabled = True
        self.input.observe(lambda change: self._check(change["new"]), "value")
        self.chosen.observe(lambda change: self._open(change["new"]), "value")
        self.graph.observe(lambda change: self._choose(change["new"]), "chosen")
        self.state.observe(lambda change: self._choose(change["new"]), "value")
        self.visit.observe(lambda _: self._render_state(), "value")
        beside = widgets.VBox([self.visit, row(self.job_log, self.events)])
        beside.add_class("course-beside")
        pictures = row(self.graph, self._time_line)
        pictures.add_class("course-pictures")
        self._assemble(
            [
                self.input,
                self._fault,
                row(self.start, self.stop, self.chosen),
                self._outcome,
                pictures,
                self._output,
                row(self.state, beside),
                self._state_box,
                self.iterations.box,
                self._event_box,
            ],
            [self.copy_input, self.copy_definition],
        )

    def describe(self) -> list[Block]:
        if self.machine is None:
            return []
        graph = self._picture()
        return [
            *outcome_blocks(self.execution),
            Code("Graph", "\n".join(repr(graph).splitlines()[1:])),
            states_table(self._definition(), self.execution),
            *time_line(self.execution),
            *output_blocks(self.execution),
            *self._state_blocks(),
            *self.iterations.describe(),
            *self._event_blocks(),
            *self._fault_blocks(),
        ]

    def wait(self, seconds: float = 60) -> None:
        """Wait until the panel is idle and the execution that it follows has ended.

        Raises:
            CourseError: not so after that many seconds.
        """
        super().wait(seconds)
        if not self._follower.wait(seconds):
            raise CourseError(f"The execution still runs after {seconds:g} seconds: {self.status.words}")

    def close(self) -> None:
        """Follow no longer; the execution itself goes on."""
        self._follower.leave()

    # ---- the machine and its executions --------------------------------------------------------------

    def _read(self, arn: str) -> tuple[Machine, Execution | None]:
        machine = self.machines.read(arn)
        wanted = arn if ":execution:" in arn else next((one.arn for one in machine.executions), "")
        return machine, self.machines.look(wanted) if wanted else None

    def _show_machine(self, found: tuple[Machine, Execution | None]) -> News:
        self.machine, execution = found
        self._list(self.machine.executions, execution)
        given = self._given if self._given is not None else execution.input if execution else {}
        self.input.value = given if isinstance(given, str) else json.dumps(given, indent=2, ensure_ascii=False)
        if execution is None:
            self._render()
            return News("Ready. Give an input, then Start execution.", "plain")
        return self._show_execution(execution)

    def _list(self, executions: list[Listed], current: Execution | None) -> None:
        listed = executions
        if current and current.arn not in [one.arn for one in executions]:
            listed = [Listed(current.arn, current.name, current.status), *executions]
        with self._filling_in():
            self.chosen.options = [(one.label, one.arn) for one in listed] or [("None yet", _NEW)]
            if current:
                self.chosen.value = current.arn

    def _open(self, arn: str) -> None:
        with self._rendering:
            if self._filling or arn == _NEW:
                return
        self._follower.leave()
        self.work("Reading the execution", lambda: self.machines.look(arn), self._show_execution, later=True)

    def _check(self, text: str) -> None:
        self.copy_input.text = text
        self._fault.value = as_html(self._fault_blocks())

    def _fault_blocks(self) -> list[Block]:
        fault = json_fault(self.input.value)
        return [Say(f"**The input is not valid JSON.** {plain(fault)}", "bad")] if fault else []

    def _start(self) -> None:
        fault = json_fault(self.input.value)
        if fault:
            self.refuse(f"The input is not valid JSON. {fault}")
        elif self.machine is None:
            self.refuse("There is no state machine to start: see the error above it, and open the panel again.")
        else:
            text, arn = self.input.value, self.machine.arn
            self._follower.leave()
            self.work("Starting", lambda: self._started(arn, text), self._show_started)

    def _started(self, arn: str, text: str) -> tuple[Machine, Execution]:
        execution = self.machines.look(self.machines.start(arn, text))
        return self.machines.read(arn), execution

    def _show_started(self, found: tuple[Machine, Execution]) -> News:
        self.machine, execution = found
        self._list(self.machine.executions, execution)
        return self._show_execution(execution)

    def _stop(self) -> None:
        if self.execution is None or self.execution.status != "RUNNING":
            self.refuse("Nothing runs that could be stopped.")
            return
        arn = self.execution.arn
        self.work("Stopping", lambda: self.machines.stop(arn), lambda _: News("Stopping.", "plain"))

    # ---- following -----------------------------------------------------------------------------------

    def _show_execution(self, execution: Execution) -> News:
        """Show an execution, and follow it where it still runs."""
        self._take(execution)
        if execution.status == "RUNNING":
            self._follower.follow(execution.arn)
        return news(execution)

    def _seen(self, execution: Execution) -> None:
        self._take(execution)
        found = news(execution)
        self._say(found.words, found.tone)
        if execution.status != "RUNNING":
            self._relabel(execution)

    def _lost(self, error: Exception) -> None:
        self._show_error(error)
        self._say("The execution is not followed any more: see below.", "bad")

    def _relabel(self, execution: Execution) -> None:
        """The list says how the execution ended."""
        label = Listed(execution.arn, execution.name, execution.status).label
        with self._filling_in():
            self.chosen.options = [(label if arn == execution.arn else text, arn) for text, arn in self.chosen.options]
            self.chosen.value = execution.arn

    def _take(self, execution: Execution) -> None:
        with self._rendering:
            if self.execution is None or self.execution.arn != execution.arn:
                self._log = None
                self._mark(next((name for name, status in execution.became.items() if status == "failed"), ""))
            self.execution = execution
            self._render()

    def _mark(self, name: str) -> None:
        """Choose a state without showing it yet."""
        with self._filling_in():
            self.graph.chosen = name

    @contextlib.contextmanager
    def _filling_in(self) -> Iterator[None]:
        """What changes in the controls meanwhile is no choice of the learner's: new options select the first one."""
        with self._rendering:
            self._filling = True
            try:
                yield
            finally:
                self._filling = False

    # ---- what is shown -------------------------------------------------------------------------------

    def _definition(self) -> dict[str, Any]:
        shown = self.execution or self.machine
        return shown.definition if shown else {}

    def _picture(self) -> Graph:
        became = self.execution.became if self.execution else None
        return Graph(self._definition(), became, "State machine", notes(self._definition(), self.execution))

    def _render(self) -> None:
        with self._rendering:
            definition = self._definition()
            self.copy_definition.text = json.dumps(definition, indent=2, ensure_ascii=False)
            self.graph.svg = self._picture().svg
            self.stop.disabled = self.execution is None or self.execution.status != "RUNNING"
            self._outcome.value = as_html(outcome_blocks(self.execution))
            self._time_line.value = as_html(time_line(self.execution))
            # The graph has all the width while there is nothing beside it.
            self._time_line.layout.display = "" if self._time_line.value else "none"
            self._output.value = as_html(output_blocks(self.execution))
            options, value = state_options(definition, self.execution), self.graph.chosen or None
            if list(self.state.options) != options:
                with self._filling_in():
                    self.state.options = options
                    self.state.value = value if value in [name for _, name in options] else None
            self._render_visits()
            self._event_box.value = as_html(self._event_blocks())

    def _render_visits(self) -> None:
        runs = self.execution.runs(self.graph.chosen) if self.execution else []
        options = [(f"{number + 1} of {len(runs)}", number) for number in range(len(runs))] or [("1 of 1", 0)]
        if list(self.visit.options) != options:
            was_last = self.visit.value == len(self.visit.options) - 1
            kept = self.visit.value
            self.visit.options = options
            self.visit.value = len(options) - 1 if was_last else min(kept, len(options) - 1)
        self.visit.disabled = len(options) == 1
        self._render_state()

    def _render_state(self) -> None:
        run = self._run()
        self.job_log.disabled = run is None or run.job is None
        blocks = as_html(self._state_blocks())
        self._state_box.value = f'<div class="course-result">{blocks}</div>'
        self.iterations.show(self.execution, run)

    # ---- one state -----------------------------------------------------------------------------------

    def _choose(self, name: str | None) -> None:
        with self._rendering:
            if self._filling:
                return
            self._log = None
            with self._filling_in():
                self.graph.chosen = name or ""
                self.state.value = name if name in [value for _, value in self.state.options] else None
            if self.machine is not None:
                self._render_visits()

    def _run(self) -> Any:
        runs = self.execution.runs(self.graph.chosen) if self.execution else []
        return runs[min(self.visit.value or 0, len(runs) - 1)] if runs else None

    def _state_blocks(self) -> list[Block]:
        if not self.graph.chosen:
            return [Say("Choose a state, in the list or in the graph, to look into it.")]
        log = [self._log] if self._log else []
        return [*state_blocks(self._definition(), self._run(), self.graph.chosen), *log]

    def _show_job_log(self) -> None:
        run = self._run()
        if run is None or run.job is None:
            self.refuse("The chosen state starts no SageMaker job, so there is no job's log.")
            return
        job = run.job
        self.work("Reading the job's log", lambda: self.logs.of_job(job)[1], lambda events: self._take_log(job, events))

    def _take_log(self, job: str, events: list[LogEvent]) -> News:
        self._log = LogLines(f"Log of {job}", events)
        self._render_state()
        return News(f"{len(events)} lines of {job}.", "plain")

    # ---- events --------------------------------------------------------------------------------------

    def _toggle_events(self) -> None:
        self._shows_events = not self._shows_events
        self.events.description = "Hide events" if self._shows_events else "Show events"
        self._event_box.value = as_html(self._event_blocks())

    def _event_blocks(self) -> list[Table]:
        return [events_table(self.execution)] if self._shows_events and self.execution else []


def execution_panel(which: str | Execution, input: Any = None) -> ExecutionPanel:
    """A panel for a state machine and its executions: start, watch, stop, and look into every state.

    Args:
        which: the ARN of a state machine (its last execution is shown), of an execution, or an `Execution`.
        input: of a new execution, as a value or as JSON text; that of the execution shown where none is given.
    """
    return ExecutionPanel(which.arn if isinstance(which, Execution) else which, input)

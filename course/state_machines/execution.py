"""An execution of a state machine: started, followed to its end, and looked into, state by state."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import boto3

from course.errors import CourseError
from course.functions.job_log import JobLog, job_log
from course.history import Visit, reason, statuses, transitions, visits
from course.pictures import inline
from course.state_machines.graph import Graph
from course.waiting import Progress, interruptible, pauses

if TYPE_CHECKING:
    import pandas as pd

# The jobs that a state can start: the kind of job, and the argument that names it.
_JOBS = {
    "createProcessingJob": ("processing", "ProcessingJobName"),
    "createTrainingJob": ("training", "TrainingJobName"),
    "createTransformJob": ("transform", "TransformJobName"),
}


class StateRun:
    """What happened in a state: what went in, what it did, what came out.

    Attributes:
        name, type, status, tries: `status` is succeeded, in progress, failed, caught or cancelled.
        input: what the state was entered with.
        arguments: of a task's last try, after evaluation.
        result: of a task.
        output: what the state handed on.
        assigned: variables that it assigned, by name.
        error, cause: the name of the last error, and all that AWS says of it; empty where there was none.
        seconds: from entering to leaving; None where it was not left.
        entered, left: when that was.
        iterations: of a Map, the status of each iteration by its number, from 0.
    """

    def __init__(self, visit: Visit):
        self._visit = visit
        self.entered, self.left = visit.entered, visit.exited
        self.name, self.type, self.status = visit.name, visit.type, visit.status
        self.tries = max(1, visit.tries)
        self.input, self.arguments, self.result = visit.input, visit.arguments, visit.result
        self.output, self.assigned = visit.output, visit.assigned
        self.error, self.cause, self.seconds = visit.error, visit.cause, visit.seconds
        self.iterations = visit.iterations

    @property
    def reason(self) -> str:
        """Of the cause, the sentence that a person needs, such as a job's FailureReason."""
        return reason(self.cause)

    @property
    def job(self) -> str | None:
        """The name of the SageMaker job that the state started, None where it starts none."""
        found = self._job()
        return found and found[1]

    def log(self, seconds: float = 120) -> JobLog:
        """What that job wrote to CloudWatch Logs.

        Raises:
            CourseError: the state starts no job, or the job has written nothing within so many seconds.
        """
        found = self._job()
        if found is None:
            raise CourseError(f"{self.name} starts no SageMaker job, so there is no job's log.")
        return job_log(*found, seconds=seconds)

    def _job(self) -> tuple[str, str] | None:
        kind, argument = _JOBS.get(self._visit.resource.partition(".")[0], ("", ""))
        name = self.arguments.get(argument) if isinstance(self.arguments, dict) else None
        return (kind, name) if name else None

    def _rows(self) -> list[tuple[str, str]]:
        """Names of fields rather than values: a job's description alone fills pages, and differs from run to run."""
        rows = [("input", _outline(self.input))]
        rows += [("arguments", _outline(self.arguments))] if self.arguments is not None else []
        rows += [("result", _outline(self.result))] if self.result is not None else []
        rows += [("output", _outline(self.output))] if self.output is not None else []
        rows += [("variables", ", ".join(self.assigned))] if self.assigned else []
        rows += [("error", self.error), ("reason", self.reason)] if self.error else []
        return rows

    def _heading(self) -> str:
        tries = f", {self.tries} tries" if self.tries > 1 else ""
        return f"{self.name} ({self.type}): {self.status}{tries}"

    def __repr__(self) -> str:
        return "\n".join([self._heading(), *(f"  {name}: {value}" for name, value in self._rows())])

    def _repr_markdown_(self) -> str:
        rows = [f"| {name} | {_cell(value)} |" for name, value in self._rows()]
        return "\n".join([f"**{self._heading()}**", "", "| | |", "|:--|:--|", *rows])


class Execution:
    """An execution as it was when it was last looked at.

    Attributes:
        arn, name: of the execution.
        status: SUCCEEDED, FAILED, TIMED_OUT, ABORTED, or RUNNING where it had not ended.
        input, output: parsed; `output` is None where there is none.
        error, cause: empty where there was none.
        started, stopped: when; `stopped` is None where it had not ended.
        definition: of the state machine that ran.
        events: its history, as GetExecutionHistory answers it.
    """

    def __init__(self, described: Mapping[str, Any], definition: str, events: list[dict[str, Any]]):
        self.arn, self.name, self.status = described["executionArn"], described["name"], described["status"]
        self.input = json.loads(described.get("input", "null"))
        self.output = json.loads(described["output"]) if "output" in described else None
        self.error, self.cause = described.get("error", ""), described.get("cause", "")
        self.started, self.stopped = described.get("startDate"), described.get("stopDate")
        self.definition = json.loads(definition)
        self.events = events
        self._visits = visits(events, self.status)

    @property
    def reason(self) -> str:
        """Of the cause, the sentence that a person needs, such as a job's FailureReason."""
        return reason(self.cause)

    @property
    def graph(self) -> Graph:
        """The machine, each state with what became of it."""
        return Graph(self.definition, self.became, self._heading())

    def runs(self, name: str) -> list[StateRun]:
        """Every visit to a state, in the order in which they began; none where it was not reached."""
        return [StateRun(visit) for visit in self._visits if visit.name == name]

    def iteration(self, of: StateRun, number: int) -> list[StateRun]:
        """The visits to states in one iteration of a Map, those inside of a further Map or Parallel left out.

        Args:
            of: a visit to the Map.
            number: of the iteration, from 0.
        """
        found = [one for one in self._visits if one.parent is of._visit and one.iteration == number]
        return [StateRun(visit) for visit in found]

    @property
    def became(self) -> dict[str, str]:
        """The status of each state that was reached, by name."""
        return statuses(self._visits)

    @property
    def seconds(self) -> float | None:
        """From its start to its end; None where it had not ended."""
        return (self.stopped - self.started).total_seconds() if self.stopped else None

    @property
    def transitions(self) -> int:
        """How many state transitions are charged: the start, every state entered, every try after the first."""
        return transitions(self._visits)

    def state(self, name: str, visit: int = -1) -> StateRun:
        """What happened in a state.

        Args:
            name: of the state.
            visit: which one, from 0, where it was entered several times; the last where none is given.

        Raises:
            CourseError: the execution did not come to that state.
        """
        found = [one for one in self._visits if one.name == name]
        if not found:
            reached = ", ".join(dict.fromkeys(one.name for one in self._visits)) or "none"
            raise CourseError(f"The execution did not come to a state '{name}'. It came to: {reached}.")
        if not -len(found) <= visit < len(found):
            raise CourseError(f"'{name}' was entered {len(found)} times.")
        return StateRun(found[visit])

    def table(self, durations: bool = False) -> pd.DataFrame:
        """The states that the execution came to: type, status, tries of the last visit.

        Args:
            durations: also the seconds spent in each, all visits together. They differ from run to run.
        """
        # pandas takes longer to import than all the rest of the course.
        import pandas as pd

        last = {visit.name: visit for visit in self._visits}
        became = statuses(self._visits)
        rows = [(visit.type, became[name], max(1, visit.tries)) for name, visit in last.items()]
        table = pd.DataFrame(rows, index=pd.Index(last, name="state"), columns=["type", "status", "tries"])
        if durations:
            spent = [sum(one.seconds or 0.0 for one in self._visits if one.name == name) for name in last]
            table["seconds"] = [round(seconds, 1) for seconds in spent]
        return table

    def _heading(self) -> str:
        return f"Execution {self.status.lower().replace('_', ' ')}"

    def _troubles(self) -> list[tuple[str, str]]:
        return [("error", self.error), ("reason", self.reason)] if self.error else []

    def __repr__(self) -> str:
        return "\n".join([repr(self.graph), *(f"{name}: {text}" for name, text in self._troubles())])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        trouble = "".join(f"<br>{name}: <code>{escape(text)}</code>" for name, text in self._troubles())
        picture = self.graph._repr_mimebundle_()["text/html"]
        return {"text/plain": repr(self), "text/html": f"<p><b>{self._heading()}</b>{trouble}</p>{picture}"}


def run(state_machine_arn: str, input: Any, name: str | None = None, seconds: float = 3600) -> Execution:
    """Start an execution and follow it to its end, as the button *Execute* of the console does.

    Args:
        state_machine_arn: of a Standard state machine.
        input: anything that can become JSON, or JSON text.
        name: of the execution; AWS finds one where none is given.
        seconds: see `follow`.
    """
    text = input if isinstance(input, str) else json.dumps(input)
    named = {"name": name} if name else {}
    if_begun = (
        "You have stopped looking; the execution goes on, if it has begun by now.\n"
        f'Those that go on: boto3.client("stepfunctions").list_executions(stateMachineArn="{state_machine_arn}", '
        'statusFilter="RUNNING")'
    )
    with interruptible(if_begun):
        others = _still_running(state_machine_arn)
        answer = boto3.client("stepfunctions").start_execution(stateMachineArn=state_machine_arn, input=text, **named)
        execution = follow(answer["executionArn"], seconds, others)
    if others:
        print(others)
    return execution


def _still_running(state_machine_arn: str) -> str:
    """A sentence about executions of a machine that still go on; empty where there is none."""
    states = boto3.client("stepfunctions")
    running = states.list_executions(stateMachineArn=state_machine_arn, statusFilter="RUNNING")["executions"]
    if not running:
        return ""
    count = "another execution" if len(running) == 1 else f"{len(running)} other executions"
    return (
        f"When this one began, {count} of the same state machine still went on. Each makes jobs and endpoints of its "
        f'own. Look at it: course.follow("{running[0]["executionArn"]}"). Stop it: '
        f'boto3.client("stepfunctions").stop_execution(executionArn="{running[0]["executionArn"]}").'
    )


def follow(execution_arn: str, seconds: float = 3600, note: str = "") -> Execution:
    """Wait until an execution has ended, and look at it. In JupyterLab, its graph is shown meanwhile.

    Args:
        execution_arn: of a Standard execution.
        seconds: wait no longer; 0 looks at it as it is.
        note: is shown above the graph.

    Returns:
        The execution; its status is RUNNING where it had not ended within that time.

    Raises:
        CourseError: the cell was interrupted. The execution goes on.
    """
    goes_on = (
        "You have stopped looking; the execution goes on.\n"
        f'To look again: course.follow("{execution_arn}")\n'
        f'To stop it: boto3.client("stepfunctions").stop_execution(executionArn="{execution_arn}")'
    )
    with interruptible(goes_on):
        return _followed(execution_arn, seconds, note)


def _followed(execution_arn: str, seconds: float, note: str) -> Execution:
    states = boto3.client("stepfunctions")
    definition = states.describe_state_machine_for_execution(executionArn=execution_arn)["definition"]
    deadline = time.monotonic() + seconds
    with Progress() as progress:
        for pause in pauses():
            described = states.describe_execution(executionArn=execution_arn)
            left = deadline - time.monotonic()
            if described["status"] != "RUNNING" or left <= 0:
                break
            if progress.shown:
                so_far = Execution(described, definition, _events(execution_arn))
                progress.show((f"<p>{escape(note)}</p>" if note else "") + inline(so_far.graph.svg))
            time.sleep(min(pause, left))
    return Execution(described, definition, _events(execution_arn))


def _events(execution_arn: str) -> list[dict[str, Any]]:
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    found = pages.paginate(executionArn=execution_arn, PaginationConfig={"PageSize": 1000})
    return [event for page in found for event in page["events"]]


def _outline(value: Any, most: int = 8) -> str:
    """What kind of thing a value is: the names of an object's fields, the length of a list, a plain value itself."""
    if isinstance(value, dict):
        names = list(value)
        return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "") or "{}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")

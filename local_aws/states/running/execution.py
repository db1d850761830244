"""An execution: a run of a workflow with its input, its status, its history, and the house it runs in."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local_aws.call import ApiError
from local_aws.clock import Clock
from local_aws.house import Host
from local_aws.states.document import Document
from local_aws.states.errors import RUNTIME, TIMEOUT, Cancelled, StateError
from local_aws.states.running.flow import NOT_TRUNCATED, Flow, Visit, iso_time
from local_aws.states.running.history import BLOCK, MAX_EVENTS, Event, EventLog, HistoryFull
from local_aws.states.running.log_delivery import delivery
from local_aws.states.running.program import Program
from local_aws.states.running.status_changes import status_change
from local_aws.states.running.surroundings import Engine
from local_aws.states.running.tokens import TaskTokens
from local_aws.states.work.signals import Signal
from local_aws.states.work.turns import AS_MANY_AS_WANT_TO, Turns

log = logging.getLogger(__name__)

EXECUTIONS, HISTORIES = "states/executions", "states/histories"
"""Kinds of records that outlive the process."""
_PAST = ("status", "started", "stopped", "error", "cause", "redrive_count", "redriven")
_EXPRESS = ":express:"
SERVICE_PRINCIPAL = "states.amazonaws.com"
REDRIVABLE_SECONDS = 14 * 24 * 3600
"""For how long after its end an execution can be redriven (API reference, RedriveExecution)."""
_LEAVING_SECONDS = 5
"""How long a redrive waits for the run before it to leave: it may be stopping a job."""
_REACHED = Signal()
"""What all share that is over for good."""
_REACHED.set()


def _tell_nobody() -> None:
    """Nobody wants to know when an execution has ended, or none that has will end again."""


class Execution:
    """A run of a program.

    Attributes:
        arn, name: how it is known.
        status: how it is; `shown_status` is what DescribeExecution gives.
        awaits_redrive: a redriven map run will go on with it.
        started, stopped: epoch seconds; the latter None while it runs.
        output, error, cause: what it ended with.
        map_run_arn: of the map run that started it, None for one that was started from outside.
        version_arn, alias_arn: by which it was started, None where the machine itself was named.
        trace_header: of X-Ray, as who started it has given it.
        turns: those that its calls to APIs take, with others that were started by the same map run.
        item_count: how many items of the map run it got, 0 where none started it.
        redrive_count, redriven: how often it was redriven, and when last.

    One of the past (`past`, as `past()` gave it) gets its history back by its `log`, and is ready after `settle_past`.
    """

    def __init__(
        self,
        engine: Engine,
        program: Program,
        arn: str,
        document: Document,
        *,
        name: str | None = None,
        map_run_arn: str | None = None,
        version_arn: str | None = None,
        alias_arn: str | None = None,
        item_count: int = 0,
        stop_signal: Signal | None = None,
        turns: Turns | None = None,
        ended: Callable[[], None] = _tell_nobody,
        past: Mapping[str, Any] | None = None,
    ):
        self.engine, self.program, self.arn, self.input = engine, program, arn, document
        self.name = name or arn.rpartition(":")[2]
        self.map_run_arn, self.item_count = map_run_arn, item_count
        self.redrive_count = 0
        self.redriven: float | None = None
        self.version_arn, self.alias_arn = version_arn, alias_arn
        self.trace_header: str | None = None
        self._deliver = delivery(engine.host, program, arn, lambda: self.redrive_count)
        self.log = EventLog(self._told)
        self.status = "RUNNING"
        self.awaits_redrive = False
        self.started = time.time()
        self.stopped: float | None = None
        self.output: Document | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self._stop_signal = stop_signal or Signal()
        self._tell_ended = ended
        self._flow: Flow | None = Flow(self, self._stop_signal.child())
        self.turns = turns or AS_MANY_AS_WANT_TO
        self._ended, self._left = Signal(), Signal()
        self._redriving = threading.Lock()
        self._context: dict[str, Any] | None = None
        if past is not None:
            for member in _PAST:
                setattr(self, member, past[member])
            self.trace_header = past.get("trace_header")  # a state that was kept before has none
            self.output = None if past["output"] is None else Document(text=past["output"])
            return
        details = {"input": document, "inputDetails": NOT_TRUNCATED, "roleArn": program.role_arn}
        self.log.append("ExecutionStarted", 0, details)

    # ---- what a flow asks for ------------------------------------------------------------------------

    @property
    def host(self) -> Host:
        return self.engine.host

    @property
    def clock(self) -> Clock:
        return self.engine.host.clock

    @property
    def tokens(self) -> TaskTokens:
        return self.engine.tokens

    @property
    def role_arn(self) -> str:
        return self.program.role_arn

    def client(self, api: str) -> Any:
        """A client of an API under the role.

        Raises:
            StateError: the role can't be assumed.
        """
        try:
            return self.host.roles.client(
                api, role_arn=self.role_arn, service=SERVICE_PRINCIPAL, session_name=self.name[:64]
            )
        except ApiError as error:
            raise StateError(RUNTIME, str(error)) from error

    def context(self) -> dict[str, Any]:
        """The part of the context object that is the same in all states."""
        if self._context is None:
            self._context = {
                "Execution": {
                    "Id": self.arn,
                    "Input": self.input,
                    "Name": self.name,
                    "RoleArn": self.role_arn,
                    "StartTime": iso_time(self.started),
                    "RedriveCount": self.redrive_count,
                    **({} if self.redriven is None else {"RedriveTime": iso_time(self.redriven)}),
                },
                "StateMachine": {"Id": self.program.arn, "Name": self.program.name},
            }
        return self._context

    # ---- what outlives the process -------------------------------------------------------------------

    def keep(self) -> None:
        """It is known from now on, or forgotten, with its history."""
        if _EXPRESS not in self.arn:
            self.host.changed(EXECUTIONS, self.arn)
            for number in range((len(self.log) - 1) // BLOCK + 1):
                self.host.changed(HISTORIES, f"{self.arn}#{number}")

    def past(self) -> dict[str, Any]:
        """What it is, as plain data, without its history and its program."""
        kept = {member: getattr(self, member) for member in (*_PAST, "name", "map_run_arn", "item_count")}
        kept |= {"version_arn": self.version_arn, "alias_arn": self.alias_arn, "trace_header": self.trace_header}
        return kept | {"input": self.input.text, "output": None if self.output is None else self.output.text}

    def settle_past(self, cause: str) -> None:
        """Its history is back: where it was running it has been aborted, and where it failed it can go on."""
        if self.status == "RUNNING":
            self._end("ABORTED", "ExecutionAborted", len(self.log), cause=cause)
        self.log.seal()
        can_go_on = self.status != "SUCCEEDED" and self.program.label is None
        self._flow = self._flow_of_the_past() if can_go_on else None
        self._left.set()
        self._ended.set()
        if self._flow is None:
            self._forget_the_run()

    def _flow_of_the_past(self) -> Flow:
        """A flow in the state that was entered last, with the variables that had been assigned by then."""
        states = self.program.workflow.states
        flow = Flow(self, self._stop_signal.child(), len(self.log))
        for event in self.log:
            details = event.details or {}
            if details.get("name") not in states:  # of a branch, an iteration, or none
                continue
            if event.type.endswith("StateEntered"):
                flow.visit = Visit(flow, states[details["name"]], details["input"])
            elif event.type.endswith("StateExited"):
                assigned = details.get("assignedVariables", {})
                flow.variables |= {name: Document(text=text) for name, text in assigned.items()}
        return flow

    def _told(self, event: Event) -> None:
        if self._deliver is not None:
            self._deliver(event)
        if _EXPRESS not in self.arn:
            self.host.changed(HISTORIES, f"{self.arn}#{(event.id - 1) // BLOCK}")

    # ---- life ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Let it run to its end."""
        self.engine.pool.start(self.run())

    async def run(self) -> None:
        """Run to the end."""
        flow = self._flow
        if flow is None:
            raise RuntimeError(f"{self.arn} has succeeded: there is nothing left to run")
        self._left.clear()
        self._announce()
        try:
            with self._time_limit():
                await self._conclude(flow)
        finally:
            self._left.set()
            if self._flow is None:
                self._forget_the_run()

    def redrive(self, stop_signal: Signal | None = None) -> bool:
        """Become RUNNING again, for another `run` from the state in which it ended; False where it can't."""
        with self._redriving:
            self._left.wait(_LEAVING_SECONDS)
            if self._flow is None or not self.redrivable:
                return False
            self.redrive_count += 1
            self.redriven, self.awaits_redrive = time.time(), False
            self.status, self.stopped, self._context = "RUNNING", None, None
            self.output = self.error = self.cause = None
            self._ended.clear()
            self._stop_signal = stop_signal or Signal()
            previous = self.log.reopen("ExecutionRedriven", len(self.log), {"redriveCount": self.redrive_count})
            self._flow = self._flow.successor(self._stop_signal.child(), previous)
            self.keep()
            return True

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        """End it as ABORTED; nothing where it has ended."""
        self._end("ABORTED", "ExecutionAborted", error=error, cause=cause)

    def wait(self) -> None:
        """Wait for its end."""
        self._ended.wait()

    @property
    def shown_status(self) -> str:
        """Its status, `PENDING_REDRIVE` where a map run will go on with it."""
        return "PENDING_REDRIVE" if self.awaits_redrive else self.status

    @property
    def redrivable(self) -> bool:
        """Whether it can go on from a state."""
        return self._reason_against_redrive() is None

    def _reason_against_redrive(self) -> str | None:
        """Why it can't be redriven, in AWS's words (API reference, DescribeExecution); None where it can."""
        if self.status not in ("FAILED", "ABORTED", "TIMED_OUT") or self._flow is None:
            return f"Execution is {self.status} and cannot be redriven"
        if len(self.log) >= MAX_EVENTS - 1:
            return "Execution history event limit exceeded"
        if self.stopped is not None and time.time() - self.stopped > REDRIVABLE_SECONDS:
            return "Execution redrivable period exceeded"
        return None

    def redrive_details(self) -> dict[str, str]:
        """`redriveStatus` and, where it can't be redriven, `redriveStatusReason`, as DescribeExecution gives them."""
        reason = self._reason_against_redrive()
        if reason is None:
            return {"redriveStatus": "REDRIVABLE" if self.map_run_arn is None else "REDRIVABLE_BY_MAP_RUN"}
        return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}

    async def _conclude(self, flow: Flow) -> None:
        """Run the flow, and say how it ended."""
        try:
            output = await flow.run(self.program.workflow, self.input)
        except Cancelled:
            if flow is self._flow:
                self.stop()
        except StateError as error:
            self._end("FAILED", "ExecutionFailed", len(self.log), error=error.error, cause=error.cause)
        except HistoryFull:
            cause = f"The execution reached the maximum number of history events ({MAX_EVENTS})."
            self._end("FAILED", "ExecutionFailed", len(self.log), error=RUNTIME, cause=cause)
        except Exception:
            log.exception("execution %s broke down", self.arn)
            cause = "The embedded AWS broke down in this execution: its log says where."
            self._end("FAILED", "ExecutionFailed", len(self.log), error=RUNTIME, cause=cause)
        else:
            self._end("SUCCEEDED", "ExecutionSucceeded", flow.previous, output=output)

    def _end(
        self,
        status: str,
        event_type: str,
        previous: int = 0,
        *,
        output: Document | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        """End it, unless it has ended: the first to close the history decides how.

        An end from outside follows no event, a failure the latest one, whose ever it is (measured on AWS by others).
        """
        details: dict[str, Any] = {"error": error, "cause": cause, "output": output}
        details = {name: value for name, value in details.items() if value is not None}
        if output is not None:
            details["outputDetails"] = NOT_TRUNCATED
        if not self.log.close(event_type, previous, details):
            return
        self.stopped = time.time()
        self.output, self.error, self.cause, self._context = output, error, cause, None
        self.status = status
        if status == "SUCCEEDED":
            self._flow = None
        self.keep()
        self._stop_signal.set()
        self._ended.set()
        self._announce()
        self._tell_ended()
        self._take_less_room()

    def _take_less_room(self) -> None:
        """Keep only what is told of an execution that has ended: there may be very many."""
        self.log.pack()
        self.input = Document(text=self.input.text)
        if self.output is not None:
            self.output = Document(text=self.output.text)

    def _forget_the_run(self) -> None:
        """It has succeeded, and will not run again: what a run is told by, and tells, is a fifth of what it holds."""
        self._stop_signal = self._ended = self._left = _REACHED
        self._tell_ended = _tell_nobody

    def _announce(self) -> None:
        """Have EventBridge told of the status, unless the execution is Express."""
        if ":execution:" in self.arn:
            region = self.host.region
            self.host.announcer.tell(region, lambda: status_change(region, self))

    @contextlib.contextmanager
    def _time_limit(self) -> Iterator[None]:
        """End it as TIMED_OUT when the workflow's TimeoutSeconds have passed, on the wall's clock."""
        seconds = self.program.workflow.timeout_seconds
        if not seconds:  # AWS takes a 0; that it stands for no limit is a guess.
            yield
            return
        timer = self.engine.pool.timers.after(
            seconds, lambda: self._end("TIMED_OUT", "ExecutionTimedOut", error=TIMEOUT)
        )
        try:
            yield
        finally:
            timer.cancel()

"""One thread of control through a workflow: the machine's own, a Parallel's branch, a Map's iteration.

A `Flow` goes from state to state, holds the variables of its scope, and chains its history events to each
other. A `Visit` is its stay in one state: what expressions see there, how it is entered and left.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, overload

from local_aws.states.document import MAX_BYTES, Document
from local_aws.states.errors import (
    DATA_LIMIT_EXCEEDED,
    Cancelled,
    FieldError,
    QueryEvaluationError,
    StateError,
    in_state,
)
from local_aws.states.languages.query_language import Field, Leaving
from local_aws.states.languages.scope import Scope
from local_aws.states.running.program import RunnableState, Transition, Workflow
from local_aws.states.running.surroundings import Surroundings
from local_aws.states.work.signals import Signal

T = TypeVar("T")

NOT_TRUNCATED = {"truncated": False}
MAX_VARIABLES_BYTES = 10 * 1024 * 1024
"""All variables of an execution together ("Passing data between states with variables", developer guide)."""


class Flow:
    """A thread of control.

    Attributes:
        execution: the execution it belongs to.
        stopped: set when it is to end; from then on it can't add to the history.
        previous: the id of its latest event, from which the next one follows.
        variables: those of its scope; a fork starts with a copy, so that nothing gets out of it.
        map_context: `$states.context.Map`, in an iteration of a Map.
        visit: the state it is in; after a failure, the one that a redrive resumes.
    """

    def __init__(self, execution: Surroundings, stopped: Signal, previous: int = 0):
        self.execution, self.stopped, self.previous = execution, stopped, previous
        self.variables: dict[str, Document] = {}
        self.map_context: dict[str, Any] | None = None
        self.visit: Visit | None = None

    def fork(self, stopped: Signal, previous: int) -> Flow:
        """A flow inside this one, for a branch or an iteration."""
        flow = Flow(self.execution, stopped, previous)
        flow.variables, flow.map_context = dict(self.variables), self.map_context
        return flow

    async def run(self, workflow: Workflow, document: Document) -> Document:
        """Go through a workflow from its start, or on from the state the flow is in; gives the output.

        Raises:
            StateError: a state failed and nothing caught it.
            Cancelled: the flow was stopped.
            HistoryFull: the history can't hold any more.
        """
        visit = self.enter(workflow.start, document) if self.visit is None else self.visit
        while True:
            transition = await visit.state.perform(visit)
            if transition.next is None:
                return transition.output
            visit = self.enter(workflow.states[transition.next], transition.output)

    def successor(self, stopped: Signal, previous: int) -> Flow:
        """A flow that goes on where this one ended, as a redrive does: the state isn't entered again.

        What may be left of this flow, and goes on, can't write to the history any more.
        """
        flow = self.fork(stopped, previous)
        if self.visit is not None:
            flow.visit = copy.copy(self.visit)
            flow.visit.flow, flow.visit.retry_count = flow, 0
        return flow

    def record(self, event_type: str, **details: Any) -> int:
        """Add an event that the next one follows from; gives its id."""
        self.previous = self.mark(event_type, **details)
        return self.previous

    def mark(self, event_type: str, **details: Any) -> int:
        """Add an event beside the chain: the next one follows from what came before it."""
        return self.execution.log.append_unless(self.stopped, event_type, self.previous, details)

    def enter(self, state: RunnableState, document: Document) -> Visit:
        """Go into a state.

        Raises:
            Cancelled, HistoryFull: see `run`.
        """
        visit = self.visit = Visit(self, state, document)
        visit.enter()
        return visit


class Visit:
    """A stay in a state.

    Attributes:
        entered: the id of the event by which the state was entered.
        retry_count: how often the state has been retried.
        token: the task token, in a state that waits for one.
        progress: what a Map or Parallel has done, kept over a redrive.
        before_failure: the event after which the state failed; what its catchers evaluate follows that one.
    """

    def __init__(self, flow: Flow, state: RunnableState, document: Document):
        self.flow, self.state, self.input = flow, state, document
        self.entered = 0
        self.retry_count = 0
        self.token: str | None = None
        self.progress: Any = None
        self.before_failure: int | None = None
        self._data: Document | None = None
        self._before = flow.previous
        self._time = time.time()

    def enter(self) -> None:
        """Record that the state is entered."""
        self.entered = self.flow.record(
            f"{self.state.type}StateEntered", name=self.state.name, input=self.input, inputDetails=NOT_TRUNCATED
        )

    async def pause(self, seconds: float) -> None:
        """Let time pass, on the clock of the house.

        Raises:
            Cancelled: the flow was stopped.
        """
        if await self.flow.stopped.until_set(self.flow.execution.clock.wall(seconds)):
            raise Cancelled

    # ---- the state's language ------------------------------------------------------------------------

    @property
    def data(self) -> Document:
        """The effective input.

        Raises:
            StateError: see `ask`.
        """
        if self._data is None:
            flow = self.state.data_flow
            self._data = self._answer(flow.enter, self._scope(self.input)) if flow.selects_input else self.input
        return self._data

    def ask(
        self,
        question: Callable[..., T],
        *arguments: Any,
        map_context: dict[str, Any] | None = None,
        **reserved: Document,
    ) -> T:
        """Have a question answered by the state's language.

        Args:
            question: a method of one of the language's objects, which takes a scope.
            arguments: what else it takes.
            map_context: `Map` of the context object, for one item.
            reserved: members of the scope: `result`, `error_output`.

        Raises:
            StateError: a field failed; what the history has to say of it is already there.
        """
        return self._answer(question, self._scope(self.data, map_context, **reserved), *arguments)

    @overload
    def evaluate(self, field: Field[T] | None, default: T) -> T: ...

    @overload
    def evaluate(self, field: Field[T] | None) -> T | None: ...

    def evaluate(self, field: Field[T] | None, default: T | None = None) -> T | None:
        """The value of a field, for which a default stands where it is absent.

        Raises:
            StateError: see `ask`.
        """
        return default if field is None else self.ask(field.evaluate)

    def _scope(self, data: Document, map_context: dict[str, Any] | None = None, **reserved: Document) -> Scope:
        return Scope(
            self.input, data, self.flow.variables, lambda: self.context(map_context), inspect=self.inspect, **reserved
        )

    def _answer(self, question: Callable[..., T], *arguments: Any) -> T:
        try:
            return question(*arguments)
        except QueryEvaluationError as error:
            raise self.evaluation_failed(error) from error
        except FieldError as error:
            raise error.failure(self.described(error.sentence)) from error

    def described(self, sentence: str) -> str:
        """A sentence as the cause of a failure in this state."""
        return in_state(self.state.name, self.entered, sentence)

    def evaluation_failed(self, error: QueryEvaluationError) -> StateError:
        """Record a failed evaluation; gives the error as the execution reports it."""
        cause = self.described(error.cause)
        details = {"error": error.error, "cause": cause, "location": error.location, "state": self.state.name}
        if self.before_failure is not None:
            self.flow.previous = self.before_failure
        elif self.flow.previous == self.entered:
            self.flow.previous = self._before
        self.flow.record("EvaluationFailed", **{name: value for name, value in details.items() if value is not None})
        return StateError(error.error, cause)

    def context(self, map_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The context object ("Accessing execution data from the Context object", developer guide).

        What is data of the workflow in it is a document: a language reads it in its own way.
        """
        context = {
            **self.flow.execution.context(),
            "State": {"Name": self.state.name, "EnteredTime": iso_time(self._time), "RetryCount": self.retry_count},
        }
        map_context = map_context or self.flow.map_context
        if map_context is not None:
            context["Map"] = map_context
        if self.token is not None:
            context["Task"] = {"Token": self.token}
        return context

    # ---- leaving -------------------------------------------------------------------------------------

    def leave(self, next_state: str | None, way: Leaving, **reserved: Document) -> Transition:
        """Find out the output and the variables, and record that the state is left.

        Args:
            next_state: where to go, None to end.
            way: the way out: the state's own, or that of a rule or catcher.
            reserved: see `ask`.

        Raises:
            StateError: see `ask`.
        """
        conclusion = self.ask(way.conclude, map_context=None, **reserved)
        document = conclusion.output
        assigned = {} if conclusion.assigned is None else self._assigned(conclusion.assigned)
        self.check_size(document, self.state.name)
        details = {"name": self.state.name, "output": document, "outputDetails": NOT_TRUNCATED}
        if assigned:
            details["assignedVariables"] = {name: value.text for name, value in assigned.items()}
            details["assignedVariablesDetails"] = NOT_TRUNCATED
        self.flow.record(f"{self.state.type}StateExited", **details)
        if conclusion.assigned is not None:
            self.flow.variables |= assigned
            self.inspect(variables=Document({name: value.value for name, value in self.flow.variables.items()}))
        return Transition(document, next_state)

    def check_size(self, document: Document, name: str) -> None:
        """Raise where data is larger than what may pass between states.

        Raises:
            StateError: `States.DataLimitExceeded`.
        """
        if document.too_large:
            raise StateError(
                DATA_LIMIT_EXCEEDED,
                f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
                "service limit.",
            )

    def inspect(self, **found: Any) -> None:
        """Told what a field has come to; only TestState listens."""

    def _assigned(self, values: Document) -> dict[str, Document]:
        assigned = {name: Document(value) for name, value in values.value.items()}
        if values.too_large:
            raise self._too_many_bytes(f"The variables that state '{self.state.name}' assigns", MAX_BYTES)
        stored = self.flow.variables | assigned
        if sum(len(name) + len(value.text) for name, value in stored.items()) > MAX_VARIABLES_BYTES:
            raise self._too_many_bytes("The variables of the execution", MAX_VARIABLES_BYTES)
        return assigned

    @staticmethod
    def _too_many_bytes(what: str, limit: int) -> StateError:
        """AWS's wording for these is not known."""
        return StateError(DATA_LIMIT_EXCEEDED, f"{what} exceed the maximum of {limit} bytes.")


def iso_time(seconds: float) -> str:
    """A time as the context object shows it, in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

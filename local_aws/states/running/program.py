"""What is run: a compiled workflow, as flows and executions know it, and the program that an execution is given.

The floor on which `flow` and `execution` stand, and the state types above them: nothing here knows a state type.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_aws.states.document import Document
from local_aws.states.languages.query_language import DataFlow

EXPRESS_SECONDS = 300
"""An Express execution may take five minutes ("Quotas", AWS Step Functions developer guide)."""


@dataclass(frozen=True, slots=True)
class Transition:
    """How a state was left: with which output, and to which state (None where the workflow ends)."""

    output: Document
    next: str | None


class RunnableState(Protocol):
    """A compiled state, as a flow knows it."""

    name: str
    data_flow: DataFlow

    @property
    def type(self) -> str:
        """`Type` in the definition."""

    async def perform(self, visit: Any) -> Transition:
        """Do what the state does, in the visit (a `flow.Visit`) that is its stay there.

        Raises:
            StateError: it failed, and doesn't handle the failure itself.
            Cancelled: the flow was stopped.
        """


@dataclass(frozen=True)
class Workflow:
    """States by name and where to start: a machine, a branch of a Parallel, the item processor of a Map.

    `timeout_seconds` is a machine's own limit, None where it has none.
    """

    states: Mapping[str, RunnableState]
    start: RunnableState
    timeout_seconds: float | None = None


@dataclass(frozen=True)
class Program:
    """What an execution runs: a machine as it was when the execution started, or a Map's item processor.

    Attributes:
        arn: the machine's ARN; for an item processor, with the Map's label after a slash.
        name: the last part of that ARN.
        definition: the definition's text.
        logging, tracing: the configurations, as DescribeStateMachine shows them.
        variable_references: as DescribeStateMachineForExecution shows them.
    """

    arn: str
    name: str
    definition: str
    role_arn: str
    workflow: Workflow
    updated: float
    revision_id: str | None = None
    label: str | None = None
    logging: Mapping[str, Any] = field(default_factory=lambda: {"level": "OFF", "includeExecutionData": False})
    tracing: Mapping[str, Any] = field(default_factory=lambda: {"enabled": False})
    variable_references: dict[str, list[str]] | None = None
    is_express: bool = False

    def as_express(self) -> Program:
        """The same as Express executions run it: with their limit of time."""
        seconds = min(self.workflow.timeout_seconds or EXPRESS_SECONDS, EXPRESS_SECONDS)
        workflow = dataclasses.replace(self.workflow, timeout_seconds=seconds)
        return dataclasses.replace(self, workflow=workflow, is_express=True)

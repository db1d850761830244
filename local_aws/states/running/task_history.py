"""The events of a task: `Task…` for an integration, `LambdaFunction…` and `Activity…` for an ARN as Resource."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from local_aws.states.document import Document
from local_aws.states.errors import StateError
from local_aws.states.integrations import Integration
from local_aws.states.running.flow import NOT_TRUNCATED, Flow


class TaskHistory(Protocol):
    """Writes what happens to one attempt of a task.

    Attributes:
        own_role_arn: the role of the task's own, None where there is none.
    """

    own_role_arn: str | None

    def scheduled(
        self, parameters: Document, arguments: Document, timeout: float | None, heartbeat: float | None
    ) -> None:
        """The task was handed over, with its limits in seconds."""

    def started(self) -> None:
        """Work has begun."""

    def submitted(self, output: Any) -> None:
        """The request was accepted, and the task goes on."""

    def succeeded(self, result: Document) -> None:
        """The task gave its result."""

    def failed(self, error: StateError) -> None:
        """The task failed."""

    def timed_out(self, error: StateError) -> None:
        """The task took too long, or sent no heartbeat."""


def task_history(integration: Integration, resource: str, flow: Flow, own_role_arn: str | None = None) -> TaskHistory:
    """The history that belongs to an integration."""
    if integration.style == "lambda-function":
        return _LambdaFunctionHistory(resource, flow, own_role_arn)
    if integration.style == "activity":
        return _ActivityHistory(resource, flow, own_role_arn)
    return _TaskHistory(integration, flow, own_role_arn)


def _limits(timeout: float | None, heartbeat: float | None) -> dict[str, int]:
    limits = {"timeoutInSeconds": timeout, "heartbeatInSeconds": heartbeat}
    return {name: int(seconds) for name, seconds in limits.items() if seconds is not None}


def _credentials(role_arn: str | None) -> dict[str, Any]:
    return {} if role_arn is None else {"taskCredentials": {"roleArn": role_arn}}


class _TaskHistory:
    def __init__(self, integration: Integration, flow: Flow, own_role_arn: str | None):
        self.own_role_arn = own_role_arn
        self._names = {"resourceType": integration.resource_type, "resource": integration.resource}
        self._flow = flow

    def scheduled(
        self, parameters: Document, arguments: Document, timeout: float | None, heartbeat: float | None
    ) -> None:
        region = self._flow.execution.host.region
        self._flow.record(
            "TaskScheduled",
            **self._names,
            region=region,
            parameters=parameters,
            **_limits(timeout, heartbeat),
            **_credentials(self.own_role_arn),
        )

    def started(self) -> None:
        self._flow.record("TaskStarted", **self._names)

    def submitted(self, output: Any) -> None:
        self._flow.record("TaskSubmitted", **self._names, output=Document(output), outputDetails=NOT_TRUNCATED)

    def succeeded(self, result: Document) -> None:
        self._flow.record("TaskSucceeded", **self._names, output=result, outputDetails=NOT_TRUNCATED)

    def failed(self, error: StateError) -> None:
        self._flow.record("TaskFailed", **self._names, **error.details())

    def timed_out(self, error: StateError) -> None:
        self._flow.record("TaskTimedOut", **self._names, **error.details())


class _ArnHistory:
    """The events of a task whose Resource is an ARN: a function's, or an activity's."""

    kind: ClassVar[str]
    """What the names of the events begin with."""

    def __init__(self, resource: str, flow: Flow, own_role_arn: str | None):
        self._resource, self._flow, self.own_role_arn = resource, flow, own_role_arn

    def scheduled(
        self, parameters: Document, arguments: Document, timeout: float | None, heartbeat: float | None
    ) -> None:
        self._record(
            "Scheduled",
            resource=self._resource,
            input=arguments,
            inputDetails=NOT_TRUNCATED,
            **_limits(timeout, heartbeat),
            **(_credentials(self.own_role_arn) if self.kind == "LambdaFunction" else {}),
        )

    def succeeded(self, result: Document) -> None:
        self._record("Succeeded", output=result, outputDetails=NOT_TRUNCATED)

    def failed(self, error: StateError) -> None:
        self._record("Failed", **error.details())

    def timed_out(self, error: StateError) -> None:
        self._record("TimedOut", **error.details())

    def _record(self, what: str, **details: Any) -> None:
        self._flow.record(f"{self.kind}{what}", **details)


class _LambdaFunctionHistory(_ArnHistory):
    kind = "LambdaFunction"

    def scheduled(
        self, parameters: Document, arguments: Document, timeout: float | None, heartbeat: float | None
    ) -> None:
        super().scheduled(parameters, arguments, timeout, heartbeat=None)

    def started(self) -> None:
        self._record("Started")

    def submitted(self, output: Any) -> None:
        """A function is invoked, never submitted: nothing to write."""


class _ActivityHistory(_ArnHistory):
    kind = "Activity"

    def started(self) -> None:
        """Work begins when a worker takes it, which `submitted` tells."""

    def submitted(self, output: Any) -> None:
        self._record("Started", **({} if output is None else {"workerName": output}))

"""Task: has its work done by another service, through an integration."""

from __future__ import annotations

from local_aws.states import integrations
from local_aws.states.document import Document
from local_aws.states.errors import MAX_SECONDS, Cancelled, RuntimeFault, StateError, TimedOut
from local_aws.states.integrations.task import Task as IntegrationTask
from local_aws.states.languages.query_language import Range
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint
from local_aws.states.running.task_history import TaskHistory, task_history
from local_aws.states.running.time_limit import within
from local_aws.states.running.tokens import TaskTokens

_SECONDS = Range(least=1, most=MAX_SECONDS)


class Task(Fallible):
    """The Task state."""

    type = "Task"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self.resource = blueprint.definition["Resource"]
        self.integration = integrations.resolve(self.resource)
        is_function = self.integration.style == "lambda-function"
        self._reported_as = self.resource if is_function else self.integration.resource_type
        self._timeout = blueprint.number("TimeoutSeconds", _SECONDS)
        self._heartbeat = blueprint.number("HeartbeatSeconds", _SECONDS)

    def attempt(self, visit: Visit) -> Document:
        visit.token = TaskTokens.new() if self.integration.waits_for_token else None
        arguments = self.arguments(visit)
        timeout, heartbeat = visit.evaluate(self._timeout), visit.evaluate(self._heartbeat)
        history = task_history(self.integration, self.resource, visit.flow)
        result = self._run(visit, history, arguments, timeout, heartbeat)
        visit.inspect(result=result)
        return result

    def rehearse(self, visit: Visit, read: list | None) -> int:
        self.arguments(visit)
        return 0

    def arguments(self, visit: Visit) -> Document:
        """What is handed to the integration."""
        arguments = visit.ask(self.data_flow.arguments)
        visit.check_size(arguments, self.name)
        return arguments

    def _run(
        self, visit: Visit, history: TaskHistory, arguments: Document, timeout: float | None, heartbeat: float | None
    ) -> Document:
        execution, stopped = visit.flow.execution, visit.flow.stopped.child()
        waiting = execution.tokens.open(visit.token, stopped, heartbeat) if visit.token else None
        task = IntegrationTask(
            host=execution.host,
            role_arn=execution.role_arn,
            execution_arn=execution.arn,
            cancelled=stopped,
            submitted=history.submitted,
            token=visit.token,
            await_token=waiting.wait if waiting else None,
        )
        try:
            history.scheduled(self._parameters(visit, arguments, task), arguments, timeout, heartbeat)
            history.started()
            result = Document(within(timeout, stopped, lambda: self.integration.run(arguments.value, task)))
            visit.check_size(result, self._reported_as)
        except (Cancelled, RuntimeFault):
            raise
        except TimedOut as error:
            history.timed_out(error)
            raise
        except StateError as error:
            history.failed(error)
            raise
        finally:
            if waiting:
                execution.tokens.close(visit.token)
        history.succeeded(result)
        return result

    def _parameters(self, visit: Visit, arguments: Document, task: IntegrationTask) -> Document:
        try:
            return Document(self.integration.scheduled_parameters(arguments.value, task))
        except RuntimeFault as fault:
            raise RuntimeFault(visit.described(fault.cause)) from fault

"""Task: has its work done by another service, through an integration."""

from __future__ import annotations

from local_aws.states import integrations
from local_aws.states.document import Document
from local_aws.states.errors import MAX_SECONDS, Cancelled, RuntimeFault, StateError, TimedOut
from local_aws.states.integrations.task import Task as IntegrationTask
from local_aws.states.languages.query_language import Range
from local_aws.states.running.activities import Activities, Offer
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint
from local_aws.states.running.task_history import TaskHistory, task_history
from local_aws.states.running.tokens import TaskTokens, WaitingTask
from local_aws.states.work.signals import Signal
from local_aws.states.work.waiting import within

_SECONDS = Range(least=1, most=MAX_SECONDS)


class Task(Fallible):
    """The Task state."""

    type = "Task"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self.resource = blueprint.definition["Resource"]
        self.integration = integrations.known(self.resource)
        is_function = self.integration.style == "lambda-function"
        self._reported_as = self.resource if is_function else self.integration.resource_type
        self._credentials = blueprint.language.data(blueprint.definition, "Credentials", "")
        self._timeout = blueprint.number("TimeoutSeconds", _SECONDS)
        self._heartbeat = blueprint.number("HeartbeatSeconds", _SECONDS)

    async def attempt(self, visit: Visit) -> Document:
        token = TaskTokens.new() if self.integration.waits_for_token else None
        # An activity's token goes to its worker, and not into the context object.
        visit.token = None if self.integration.style == "activity" else token
        arguments = self.arguments(visit)
        timeout, heartbeat = visit.evaluate(self._timeout), visit.evaluate(self._heartbeat)
        history = task_history(self.integration, self.resource, visit.flow, self._own_role(visit))
        result = await self._run(visit, token, history, arguments, timeout, heartbeat)
        visit.inspect(result=result)
        return result

    def rehearse(self, visit: Visit, read: str | None) -> int:
        self.arguments(visit)
        return 0

    def arguments(self, visit: Visit) -> Document:
        """What is handed to the integration."""
        arguments = visit.ask(self.data_flow.arguments)
        visit.check_size(arguments, self.name)
        return arguments

    async def _run(
        self,
        visit: Visit,
        token: str | None,
        history: TaskHistory,
        arguments: Document,
        timeout: float | None,
        heartbeat: float | None,
    ) -> Document:
        execution, stopped = visit.flow.execution, visit.flow.stopped.child()
        waiting = execution.tokens.open(token, stopped, heartbeat) if token else None
        task = IntegrationTask(
            host=execution.host,
            role_arn=execution.role_arn,
            execution_arn=execution.arn,
            cancelled=stopped,
            submitted=history.submitted,
            turns=execution.turns,
            own_role_arn=history.own_role_arn,
            token=token,
            await_token=waiting.wait if waiting else None,
            workers=_Workers(execution.engine.activities, waiting, stopped) if waiting else None,
        )
        try:
            history.scheduled(self._parameters(visit, arguments, task), arguments, timeout, heartbeat)
            history.started()
            pool = execution.engine.pool
            result = Document(await within(timeout, stopped, pool, lambda: self.integration.run(arguments.value, task)))
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
                execution.tokens.close(waiting.token)
        history.succeeded(result)
        return result

    def _own_role(self, visit: Visit) -> str | None:
        """The role that the task's Credentials name."""
        credentials = visit.evaluate(self._credentials)
        role = credentials.value.get("RoleArn") if credentials and isinstance(credentials.value, dict) else None
        if credentials is not None and not isinstance(role, str):
            # AWS's words for it are not known.
            raise RuntimeFault(visit.described("The field 'RoleArn' of the Credentials must be a STRING"))
        return role

    def _parameters(self, visit: Visit, arguments: Document, task: IntegrationTask) -> Document:
        try:
            return Document(self.integration.scheduled_parameters(arguments.value, task))
        except RuntimeFault as fault:
            raise RuntimeFault(visit.described(fault.cause)) from fault


class _Workers:
    """The workers of activities, for one attempt that waits for its token."""

    def __init__(self, activities: Activities, waiting: WaitingTask, stopped: Signal):
        self._activities, self._waiting, self._stopped = activities, waiting, stopped

    def know(self, arn: str) -> bool:
        return self._activities.find(arn) is not None

    async def hand_over(self, arn: str, text: str) -> str | None:
        offer = Offer(self._waiting.token, text, self._stopped, self._stopped.child())
        self._activities.offer(arn, offer)
        await offer.taken.until_set()
        if self._stopped.is_set():
            raise Cancelled
        self._waiting.beat()  # HeartbeatSeconds count from here.
        return offer.worker

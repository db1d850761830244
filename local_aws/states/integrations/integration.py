"""What every integration has in common."""

from __future__ import annotations

from typing import Any, Literal

from local_aws.states.integrations.task import Task


class Integration:
    """How a Task state does its work.

    Attributes:
        resource_type: service as the history names it (`sagemaker`, `aws-sdk:s3`).
        resource: action and pattern as the history names them (`createProcessingJob.sync`); for a function's
            ARN the ARN.
        style: `lambda-function` and `activity` where the history tells the attempt with events of that name.
        waits_for_token: the attempt ends when its task token comes back.
        waits_for_job: the attempt ends when what it started has ended.
        polls: then the action that tells whether it has; None where that isn't known here.
    """

    resource_type: str
    resource: str
    style: Literal["task", "lambda-function", "activity"] = "task"
    waits_for_token = False
    waits_for_job = False
    polls: str | None = None

    def unknown_arguments(self, arguments: Any) -> list[str]:
        """The fields, at any depth, that the integration doesn't take."""
        raise NotImplementedError

    def missing_arguments(self, arguments: Any) -> list[str]:
        """The fields that it can't do without."""
        raise NotImplementedError

    def scheduled_parameters(self, arguments: Any, task: Task) -> Any:
        """The request as the history shows it when the attempt is scheduled.

        Raises:
            RuntimeFault: no request can be made of these arguments.
        """
        raise NotImplementedError

    async def run(self, arguments: Any, task: Task) -> Any:
        """Do the work and give the task's result, JSON data.

        Raises:
            StateError: it failed; error and cause as AWS names them.
            Cancelled: the attempt was ended from outside.
        """
        raise NotImplementedError


class AnyArguments(Integration):
    """An integration that takes whatever it is given, and hands it on as it is."""

    def unknown_arguments(self, arguments: Any) -> list[str]:
        return []

    def missing_arguments(self, arguments: Any) -> list[str]:
        return []

    def scheduled_parameters(self, arguments: Any, task: Task) -> Any:
        return arguments

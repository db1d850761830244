"""`sagemaker:create…Job.sync`: a SageMaker job that is started, waited for, and stopped with the execution.

Recorded on AWS: the request gets a tag in its TaskScheduled event, the job a second one that names the execution; a
job that doesn't complete fails the task with `States.TaskFailed` and the job's description as the cause. That a
stopped job fails in the same way is the plain reading; nobody has recorded it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.states.document import dumps
from local_aws.states.errors import TASK_FAILED, StateError
from local_aws.states.integrations.api_call import ApiCall, Arguments, call
from local_aws.states.integrations.apis import OPTIMISED
from local_aws.states.integrations.job_description import described
from local_aws.states.integrations.task import Task
from local_aws.states.integrations.waiting import stopped_with, uncancelled, wait_for_end

_API = OPTIMISED["sagemaker"]
_MANAGED = {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}
_EXECUTION = "AWS_STEP_FUNCTIONS_EXECUTION_ARN"


@dataclass(frozen=True)
class Job:
    """A kind of job: the middle of its operations' names, and the members of its description."""

    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind}Name"

    @property
    def arn(self) -> str:
        return f"{self.kind}Arn"

    @property
    def status(self) -> str:
        return f"{self.kind}Status"


JOBS = {
    "createProcessingJob": Job("ProcessingJob"),
    "createTrainingJob": Job("TrainingJob"),
    "createTransformJob": Job("TransformJob"),
}
_GOES_ON = ("InProgress", "Stopping")


class SageMakerJob(ApiCall):
    """A job with `.sync`."""

    waits_for_job = True

    def __init__(self, action: str):
        self._job = JOBS[action]
        self.polls = f"describe{self._job.kind}"
        operation = _API.model.operation_model(f"Create{self._job.kind}")
        super().__init__(_API, operation, f"{action}.sync", Arguments())

    def scheduled_parameters(self, arguments: Any, task: Task) -> Any:
        self._require_usable(arguments)
        return {**arguments, "Tags": [*arguments.get("Tags", ()), _MANAGED]}

    async def run(self, arguments: Any, task: Task) -> Any:
        tags = [*arguments.get("Tags", ()), _MANAGED, {"Key": _EXECUTION, "Value": task.execution_arn}]
        answer = await self.request({**arguments, "Tags": tags}, uncancelled(task))
        named = {self._job.name: arguments[self._job.name]}
        async with stopped_with(task, lambda last: call(_API, f"Stop{self._job.kind}", named, last)):
            task.submitted(self.result(answer))
            description = await wait_for_end(
                lambda: call(_API, f"Describe{self._job.kind}", named, task),
                lambda found: found[self._job.status] not in _GOES_ON,
                task,
            )
        listed = await call(_API, "ListTags", {"ResourceArn": answer[self._job.arn]}, task)
        result = described(_API.model.operation_model(f"Describe{self._job.kind}"), description, listed["Tags"])
        if description[self._job.status] != "Completed":
            raise StateError(TASK_FAILED, dumps(result))
        return result

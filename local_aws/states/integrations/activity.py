"""An activity by its ARN: the arguments wait for a worker, and what it sends back with the token is the result.

Source: "Activities in Step Functions", AWS Step Functions developer guide; what an activity that isn't there says is
recorded.
"""

from __future__ import annotations

from typing import Any

from local_aws.states.document import dumps
from local_aws.states.errors import RuntimeFault
from local_aws.states.integrations.integration import AnyArguments
from local_aws.states.integrations.task import Task


class ActivityArn(AnyArguments):
    """An activity's ARN as `Resource`."""

    style = "activity"
    resource_type = "activity"
    waits_for_token = True

    def __init__(self, arn: str):
        self.resource = arn

    def scheduled_parameters(self, arguments: Any, task: Task) -> Any:
        assert task.workers is not None
        if not task.workers.know(self.resource):
            raise RuntimeFault(f"The activity {self.resource} does not exist.")
        return arguments

    async def run(self, arguments: Any, task: Task) -> Any:
        assert task.workers is not None and task.await_token is not None
        task.submitted(await task.workers.hand_over(self.resource, dumps(arguments)))
        return await task.await_token()

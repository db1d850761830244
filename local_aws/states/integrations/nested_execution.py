"""`states:startExecution`: a state machine that starts another one, and may wait for it to end.

With `.sync` the result is the execution's description with its input and output as JSON texts, with `.sync:2` as
data ("Start a new AWS Step Functions state machine from a running execution", AWS Step Functions developer guide).
Of one that has failed the cause is the description with texts for both (measured on AWS by others: github
floci-io/floci, AslExecutorNestedSyncFailureTest).
"""

from __future__ import annotations

from typing import Any

from local_aws.states.document import dumps
from local_aws.states.errors import TASK_FAILED, StateError
from local_aws.states.integrations import shapes
from local_aws.states.integrations.api_call import ApiCall, Arguments, call
from local_aws.states.integrations.apis import OPTIMISED
from local_aws.states.integrations.task import Task
from local_aws.states.integrations.waiting import stopped_with, uncancelled, wait_for_end

_API = OPTIMISED["states"]
_ARGUMENTS = Arguments(json_texts=("Input",), supported=("Input", "Name", "StateMachineArn", "TraceHeader"))


class StartExecution(ApiCall):
    """Starts an execution and goes on."""

    def __init__(self, pattern: str):
        super().__init__(_API, _API.model.operation_model("StartExecution"), f"startExecution{pattern}", _ARGUMENTS)


class NestedExecution(StartExecution):
    """Starts an execution and waits until it has ended; it is stopped where the attempt is."""

    waits_for_job = True
    polls = "describeExecution"

    def __init__(self, pattern: str):
        super().__init__(pattern)
        self._gives_data = pattern == ".sync:2"

    async def run(self, arguments: Any, task: Task) -> Any:
        answer = await self.request(arguments, uncancelled(task))
        execution = {"executionArn": answer["executionArn"]}
        async with stopped_with(task, lambda last: call(_API, "StopExecution", execution, last)):
            task.submitted(self.result(answer))
            description = await wait_for_end(
                lambda: call(_API, "DescribeExecution", execution, task),
                lambda found: found["status"] not in ("RUNNING", "PENDING_REDRIVE"),
                task,
            )
        if description["status"] != "SUCCEEDED":
            raise StateError(TASK_FAILED, dumps(_described(description, gives_data=False)))
        return _described(description, self._gives_data)


def _described(description: dict[str, Any], gives_data: bool) -> dict[str, Any]:
    shape = _API.model.operation_model("DescribeExecution").output_shape
    result = shapes.from_answer(description, shape, _API.member_name, shapes.epoch_milliseconds)
    for name in ("Input", "Output"):
        if gives_data and name in result:
            result[name] = shapes.parsed(result[name])
    return dict(sorted(result.items()))

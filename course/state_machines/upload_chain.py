"""One upload on its way through the whole chain: the file, the function, the execution's tasks, the endpoint.

Read from what each service tells of its own part: S3's object, the function's log, the execution's history, the
endpoint's description.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course.account.absence import is_absence
from course.charts import Status, Step, Steps
from course.functions.logs import LoggedInvocation, ended_so_far
from course.pictures import inline
from course.state_machines.execution import Execution, follow
from course.waiting import Progress, interruptible, pauses

_START_SECONDS = 300
"""How long a function may take to be run, or an execution to be started, before nobody waits any longer."""
_ROUNDED = timedelta(seconds=2)
"""S3 tells the time of an upload in whole seconds."""
_MOST_LISTED = 25
_STATUS: Mapping[str, Status] = {"succeeded": "done", "in progress": "begun"}
_ENDPOINT: Mapping[str, Status] = {"InService": "done", "Failed": "failed"}


class UploadChain(Steps):
    """How far an upload has come, when it was last looked at.

    Attributes:
        execution: that the upload has started; None where none has begun.
    """

    def __init__(self, steps: list[Step], execution: Execution | None):
        super().__init__(steps, "From the upload to the endpoint")
        self.execution = execution

    @property
    def is_at_rest(self) -> bool:
        """Whether something has failed, or the execution has ended and nothing is under way any more."""
        stands = {step.status for step in self.steps}
        return "failed" in stands or bool(self.execution and self.execution.stopped and "begun" not in stands)


def follow_upload(bucket: str, key: str, function: str, state_machine_arn: str, seconds: float = 3600) -> UploadChain:
    """Follow an upload until its endpoint answers, or something has failed. In JupyterLab, it is shown meanwhile.

    Args:
        bucket, key: of the object that was uploaded.
        function: which the upload runs, by its name.
        state_machine_arn: which the function starts, with the file's name as `dataset` of its input.
        seconds: wait no longer; 0 looks at it as it is.

    Returns:
        The chain as it stood in the end. A step that waits has not begun within that time.

    Raises:
        CourseError: the cell was interrupted. The chain goes on.
    """
    again = f'course.follow_upload("{bucket}", "{key}", "{function}", "{state_machine_arn}")'
    with interruptible(f"You have stopped looking; the chain goes on.\nTo look again: {again}"), Progress() as progress:
        begun, pause = time.monotonic(), pauses()
        while True:
            chain = _look(bucket, key, function, state_machine_arn)
            waited = time.monotonic() - begun
            if chain.is_at_rest or waited > seconds or (chain.execution is None and waited > _START_SECONDS):
                return chain
            progress.show(inline(chain.svg))
            time.sleep(min(next(pause), max(0.05, seconds - waited)))


def _look(bucket: str, key: str, function: str, state_machine_arn: str) -> UploadChain:
    uploaded = _uploaded(bucket, key)
    runs = ended_so_far(function) if uploaded else []
    run = next((one for one in reversed(runs) if uploaded and one.began >= uploaded[0] - _ROUNDED), None)
    execution = _execution(state_machine_arn, key, uploaded[0], run) if uploaded else None
    steps = [
        Step("Upload", "done", what=f"{uploaded[1]:,} bytes") if uploaded else Step("Upload", "waits"),
        _function_step(function, run, execution),
        *_task_steps(state_machine_arn, execution),
        _endpoint_step(execution),
    ]
    return UploadChain(steps, execution)


def _uploaded(bucket: str, key: str) -> tuple[datetime, int] | None:
    """When the object came to be there, and its size; None where it isn't there."""
    try:
        found = boto3.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_absence(error):
            return None
        raise
    return found["LastModified"], found["ContentLength"]


def _execution(arn: str, key: str, since: datetime, run: LoggedInvocation | None) -> Execution | None:
    """What the upload has started; an earlier execution of the same data set, once the function has started none."""
    states = boto3.client("stepfunctions")
    for listed in states.list_executions(stateMachineArn=arn, maxResults=_MOST_LISTED)["executions"]:
        if listed["startDate"] < since - _ROUNDED and run is None:
            return None
        found = follow(listed["executionArn"], seconds=0)
        if isinstance(found.input, dict) and found.input.get("dataset") == key.rpartition("/")[2]:
            return found
    return None


def _function_step(function: str, run: LoggedInvocation | None, execution: Execution | None) -> Step:
    name = f"Function {function}"
    if run is None:
        # Its log comes a little later than what it does.
        return Step(name, "done" if execution else "waits")
    failed = any(line.startswith("[ERROR]") or "Status: " in line for line in run.lines)
    return Step(name, "failed" if failed else "done", (run.ended - run.began).total_seconds())


def _task_steps(arn: str, execution: Execution | None) -> Iterator[Step]:
    """The tasks that the execution has come to, in their order; then those that it may yet come to."""
    if execution is None:
        definition = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]
        yield from (Step(name, "waits") for name in _tasks(json.loads(definition)))
        return
    reached = execution.became
    tasks = list(_tasks(execution.definition))
    goes_well = execution.status in ("RUNNING", "SUCCEEDED")
    for name in [name for name in reached if name in tasks]:
        run = execution.runs(name)[-1]
        # What was caught is an answer, as long as the execution goes on with it.
        answer = reached[name] == "caught" and goes_well
        status: Status = "done" if answer else _STATUS.get(reached[name], "failed")
        yield Step(name, status, run.seconds, "" if answer else run.reason.partition("\n")[0])
    if execution.status == "RUNNING":
        yield from (Step(name, "waits") for name in tasks if name not in reached)
    elif execution.status != "SUCCEEDED":
        yield Step("Execution", "failed", execution.seconds, execution.error)


def _tasks(definition: Mapping[str, Any]) -> Iterator[str]:
    """The tasks of a machine, in the order in which they can be come to."""
    seen: dict[str, None] = {}
    ahead = [definition["StartAt"]]
    while ahead:
        name = ahead.pop(0)
        state = definition["States"].get(name)
        if state is None or name in seen:
            continue
        seen[name] = None
        ways = [*state.get("Choices", ()), *state.get("Catch", ())]
        ahead += [one for one in (state.get("Next"), *(way.get("Next") for way in ways), state.get("Default")) if one]
    return (name for name in seen if definition["States"][name].get("Type") == "Task")


def _endpoint_step(execution: Execution | None) -> Step:
    """The endpoint that the execution has named in a task's arguments."""
    arguments = [execution.runs(name)[-1].arguments for name in execution.became] if execution else []
    names = [one["EndpointName"] for one in arguments if isinstance(one, dict) and "EndpointName" in one]
    if not names:
        return Step("Endpoint", "waits")
    try:
        status = boto3.client("sagemaker").describe_endpoint(EndpointName=names[-1])["EndpointStatus"]
    except ClientError as error:
        if is_absence(error):
            return Step(f"Endpoint {names[-1]}", "waits")
        raise
    return Step(f"Endpoint {names[-1]}", _ENDPOINT.get(status, "begun"), what=status)

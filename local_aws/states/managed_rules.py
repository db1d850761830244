"""The rights on EventBridge that a role needs before a machine with `.sync` tasks is accepted.

AWS learns of the end of such a task from a rule that it makes in the account, under the machine's role. The rule
itself isn't made here. Source: "IAM policies for integrated services", AWS Step Functions developer guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from local_aws.access.actions import Wanted
from local_aws.roles import session_principal
from local_aws.service import ApiError, Call, Host

_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
_RULES = {
    "sagemaker:createProcessingJob.sync": "StepFunctionsGetEventsForSageMakerProcessingJobsRule",
    "sagemaker:createTrainingJob.sync": "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    "sagemaker:createTransformJob.sync": "StepFunctionsGetEventsForSageMakerTransformJobsRule",
    "sagemaker:createHyperParameterTuningJob.sync": "StepFunctionsGetEventsForSageMakerTuningJobsRule",
    "states:startExecution.sync": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "states:startExecution.sync:2": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}


def check(host: Host, call: Call, role_arn: str, definition: dict[str, Any]) -> None:
    """Raise unless the role may make the rules that a definition's tasks need.

    Raises:
        ApiError: `AccessDeniedException`.
    """
    rules = {_RULES[resource] for resource in _resources(definition) if resource in _RULES}
    if not rules:
        return
    role = host.roles.iam.role(role_arn)
    as_role = replace(call, principal=session_principal(role, "states", host.account))
    for rule in sorted(rules):
        arn = f"arn:aws:events:{host.region}:{host.account}:rule/{rule}"
        if not all(host.roles.judge.decide(as_role, Wanted(action, arn)).allowed for action in _ACTIONS):
            raise ApiError("AccessDeniedException", f"'{role_arn}' is not authorized to create managed-rule.")


def _resources(workflow: dict[str, Any]) -> Iterator[str]:
    """The resources of all tasks, those in branches and item processors too, without their common prefix."""
    for state in workflow["States"].values():
        yield state.get("Resource", "").removeprefix("arn:aws:states:::")
        for inner in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from _resources(inner)

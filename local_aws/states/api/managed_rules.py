"""The rights on EventBridge that a role needs before a machine with `.sync` tasks is accepted.

AWS learns of the end of such a task from a rule that it makes in the account, under the machine's role. The rule
itself isn't made here. Source: "IAM policies for integrated services", AWS Step Functions developer guide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local_aws.access.roles import session_principal
from local_aws.access.wanted import Wanted
from local_aws.call import ApiError, Call
from local_aws.house import Host
from local_aws.states.definition.runnable import states_in

_PREFIX = "arn:aws:states:::"
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
    resources = {state.get("Resource", "").removeprefix(_PREFIX) for _, state in states_in(definition)}
    rules = {_RULES[resource] for resource in resources if resource in _RULES}
    if not rules:
        return
    role = host.roles.iam.role(role_arn)
    if role is None:
        raise ApiError("AccessDeniedException", f"'{role_arn}' is not authorized to create managed-rule.")
    as_role = replace(call, principal=session_principal(role, "states", host.account))
    for rule in sorted(rules):
        arn = f"arn:aws:events:{host.region}:{host.account}:rule/{rule}"
        if not all(host.roles.judge.decide(as_role, Wanted(action, arn)).allowed for action in _ACTIONS):
            raise ApiError("AccessDeniedException", f"'{role_arn}' is not authorized to create managed-rule.")

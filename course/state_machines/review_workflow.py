"""The workflow that lessons 05 and 06 build, whole, for the lessons that begin where another one has ended.

It stands in `review_workflow.asl.json`, with `${...}` where accounts and regions differ, as CloudFormation's
definition substitutions have it. Lessons 05 and 06 compare what they have built with what stands there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3

from course.account import given_roles
from course.account.endpoint_ends import GROUP, ROLE, ensure_endpoint_ends, lifetime
from course.account.images import images
from course.account.roles import role_for
from course.account.settings import Settings

_DEFINITION = Path(__file__).with_name("review_workflow.asl.json")


def workflow(settings: Settings) -> dict[str, Any]:
    """The state machine at the end of lesson 06: preprocess, train, deploy, wait until the endpoint is ready."""
    substitutions = {
        "SageMakerRoleArn": settings.sagemaker_role_arn,
        "ProcessingInstance": settings.instances.processing,
        "TrainingInstance": settings.instances.training,
        "EndpointInstance": settings.instances.endpoint,
        "EndpointHours": f"{lifetime(settings):g}",
        "EndsRoleArn": given_roles.arn_of(ROLE, settings.account),
        **images(settings.region),
    }
    text = _DEFINITION.read_text(encoding="utf-8")
    for name, value in substitutions.items():
        text = text.replace(f"${{{name}}}", value)
    return json.loads(text)


def workflow_role(name: str, settings: Settings) -> str:
    """Make a role under which Step Functions may run the course's workflow, and nothing else.

    And what the workflow needs beside it: the group of the schedules that end its endpoints, and their role.

    The rights are those that the Step Functions developer guide ("Create and manage Amazon SageMaker jobs")
    names, limited to this account and region.

    Args:
        name: of the role; one of that name is changed.

    Returns:
        Its ARN.
    """
    ensure_endpoint_ends(settings)
    arn = role_for("states.amazonaws.com", name)
    document = json.dumps({"Version": "2012-10-17", "Statement": _rights(settings)})
    boto3.client("iam").put_role_policy(RoleName=name, PolicyName="workflow", PolicyDocument=document)
    return arn


def _rights(settings: Settings) -> list[dict[str, Any]]:
    here = f"{settings.region}:{settings.account}"
    jobs = ("ProcessingJob", "TrainingJob", "TransformJob")
    endpoints = ("CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "DescribeEndpoint")
    return [
        {
            "Effect": "Allow",
            "Action": [f"sagemaker:{verb}{job}" for job in jobs for verb in ("Create", "Describe", "Stop")],
            "Resource": [f"arn:aws:sagemaker:{here}:{kind}/*" for kind in _kinds(jobs)],
        },
        {
            "Effect": "Allow",
            "Action": [f"sagemaker:{action}" for action in endpoints],
            "Resource": [f"arn:aws:sagemaker:{here}:{kind}/*" for kind in ("model", "endpoint-config", "endpoint")],
        },
        {"Effect": "Allow", "Action": ["sagemaker:AddTags", "sagemaker:ListTags"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": settings.sagemaker_role_arn,
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["scheduler:CreateSchedule", "scheduler:UpdateSchedule"],
            "Resource": f"arn:aws:scheduler:{here}:schedule/{GROUP}/*",
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": given_roles.arn_of(ROLE, settings.account),
            "Condition": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            "Resource": [f"arn:aws:events:{here}:rule/StepFunctionsGetEventsForSageMaker{job}sRule" for job in jobs],
        },
    ]


def _kinds(jobs: tuple[str, ...]) -> list[str]:
    """`processing-job` for `ProcessingJob`, as ARNs have it."""
    return [job.removesuffix("Job").lower() + "-job" for job in jobs]

"""How an endpoint that is left alone ends by itself: a schedule of EventBridge Scheduler deletes it, once.

The workflow makes the schedule right before the endpoint: where there can be no schedule, nothing is made that costs.
The schedules lie in a group that has tags, and delete under a role of their own that may do nothing else. Both belong
to the whole course, like its bucket.

Source: "Using universal targets in EventBridge Scheduler", EventBridge Scheduler user guide.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from course.account import given_roles, tags
from course.account.foundation import LESSON, course_role
from course.account.sessions import new_session
from course.account.settings import Settings
from course.errors import CourseError

HOURS = 2
GROUP = "endpoint-ends"
ROLE = f"{GROUP}-role"
_DELETES = "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
_USUAL_CLOCK = 60
"""So many times faster do waits pass on an embedded AWS of which nothing else is known."""


def ensure_endpoint_ends(settings: Settings) -> str:
    """Make the group of the schedules, and the role under which they delete endpoints, where they are missing.

    Returns:
        The role's ARN.
    """
    # They are no lesson's: whoever writes down what a lesson makes doesn't listen to this session.
    client = new_session().client
    marks = tags.pairs(tags.of(LESSON, tags.owner_in(settings.account, settings.region)))
    endpoints = f"arn:aws:sagemaker:{settings.region}:{settings.account}:endpoint/*"
    may = {"Effect": "Allow", "Action": "sagemaker:DeleteEndpoint", "Resource": endpoints}
    policy = {"Version": "2012-10-17", "Statement": [may]}
    arn = course_role(client("iam"), ROLE, "scheduler.amazonaws.com", policy, marks)
    scheduler = client("scheduler")
    with contextlib.suppress(scheduler.exceptions.ConflictException):  # it is there
        scheduler.create_schedule_group(Name=GROUP, Tags=marks)
    return arn


def lifetime(settings: Settings, hours: float = HOURS) -> float:
    """The hours of the AWS at hand after which so many have passed on the learner's own clock."""
    clock = _USUAL_CLOCK if settings.clock is None else settings.clock
    return hours * clock


def keep_endpoint(endpoint: str, settings: Settings, hours: float = HOURS) -> str:
    """Put off the end of an endpoint: it is deleted when so many hours have passed from now on.

    Args:
        endpoint: its name.
        settings: of the lesson.
        hours: until then.

    Returns:
        The same in words.

    Raises:
        CourseError: so many hours are none.
    """
    if not hours > 0:
        raise CourseError(f"hours is {hours}: it must be above 0. To delete the endpoint now: course.clean_up().")
    schedule = _schedule(endpoint, settings, hours)
    scheduler = boto3.client("scheduler")
    try:
        scheduler.update_schedule(**schedule)
    except scheduler.exceptions.ResourceNotFoundException:
        ensure_endpoint_ends(settings)
        scheduler.create_schedule(**schedule)
    return f"{endpoint} ends by itself in {hours:g} hour{'' if hours == 1 else 's'}."


def _schedule(endpoint: str, settings: Settings, hours: float) -> dict[str, Any]:
    end = datetime.now(UTC) + timedelta(hours=lifetime(settings, hours))
    return {
        "Name": endpoint,
        "GroupName": GROUP,
        "ScheduleExpression": f"at({end:%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": _DELETES,
            "RoleArn": given_roles.arn_of(ROLE, settings.account),
            "Input": json.dumps({"EndpointName": endpoint}),
        },
    }

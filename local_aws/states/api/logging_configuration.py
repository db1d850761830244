"""A machine's logging configuration: its defaults, and what AWS checks of it.

Texts: answers recorded on AWS in June 2024; that of a role without rights is as public bug reports quote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.call import ApiError
from local_aws.house import Host
from local_aws.states.running.log_delivery import group_of

_RIGHTS = ("logs:CreateLogDelivery", "logs:UpdateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeLogGroups")


def checked(host: Host, configuration: Mapping[str, Any] | None, role_arn: str) -> dict[str, Any]:
    """The configuration as DescribeStateMachine shows it.

    Raises:
        ApiError: `InvalidLoggingConfiguration`, it names no log group or one that isn't there;
            `AccessDeniedException`, the role may not set up the delivery of logs.
    """
    given = dict(configuration or {})
    shown = {"level": given.get("level", "OFF"), "includeExecutionData": given.get("includeExecutionData", False)}
    destinations = given.get("destinations")
    if destinations is not None:
        shown["destinations"] = destinations
    if shown["level"] == "OFF" and not destinations:
        return shown
    arns = [each.get("cloudWatchLogsLogGroup", {}).get("logGroupArn") for each in destinations or ()]
    if len(arns) != 1 or not arns[0]:
        raise _invalid("Must specify exactly one Log Destination.")
    if not _exists(host, arns[0]):
        raise _invalid("Log Destination not found.")
    if not all(host.roles.role_may(role_arn, right, "*") for right in _RIGHTS):
        message = "The state machine IAM Role is not authorized to access the Log Destination"
        raise ApiError("AccessDeniedException", message)
    return shown


def _exists(host: Host, arn: str) -> bool:
    name = group_of(arn)
    if not arn.endswith(":*") or not name:
        return False
    groups = host.roles.admin_client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)


def _invalid(reason: str) -> ApiError:
    return ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {reason}")

"""Schedules: the expressions of EventBridge's rules and of EventBridge Scheduler, and the clock that works them off."""

from local_aws.eventbridge.schedules.expressions import Expression, InvalidExpression, at, cron, rate
from local_aws.eventbridge.schedules.timetable import Timetable

__all__ = ["Expression", "InvalidExpression", "Timetable", "at", "cron", "rate"]

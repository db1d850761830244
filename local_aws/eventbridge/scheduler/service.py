"""The EventBridge Scheduler service of the embedded AWS.

A schedule lives on the host's clock, as all that only passes time here (`schedules.timetable`). Not there, and so
answered by name: encryption with keys of one's own, and templated targets but Lambda, Step Functions, SQS, SNS and
EventBridge's buses. Texts: Scheduler's answers as public repositories quote them; where none does, plain ones.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws.access.roles import Roles
from local_aws.call import ApiError, Call, not_there
from local_aws.eventbridge.paging import page
from local_aws.eventbridge.scheduler import universal
from local_aws.eventbridge.scheduler.records import DEFAULT, Group, Groups, Schedule, now
from local_aws.eventbridge.schedules import Expression, InvalidExpression, Timetable, at, cron, rate
from local_aws.eventbridge.targets import Caller, Deliveries, Delivery, Target, invoke, kind_of
from local_aws.eventbridge.targets.deliveries import MAXIMUM_AGE, MAXIMUM_ATTEMPTS, dead_letter
from local_aws.house import Host, Records, Service, Shelf

PRINCIPAL = "scheduler.amazonaws.com"
_GROUPS, _SCHEDULES = "scheduler/groups", "scheduler/schedules"
_KINDS = ("lambda", "stepfunctions", "sqs", "sns", "events")
_HONOURED = {
    *("Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig", "SqsParameters", "EventBridgeParameters"),
}
_SETTINGS = (
    *("ScheduleExpression", "ScheduleExpressionTimezone", "State", "Description", "StartDate", "EndDate"),
    *("FlexibleTimeWindow", "Target", "ActionAfterCompletion"),
)
_LATE = timedelta(minutes=5)
_DEFAULTS = {"ScheduleExpressionTimezone": "UTC", "State": "ENABLED", "ActionAfterCompletion": "NONE"}


class SchedulerService(Service):
    """Amazon EventBridge Scheduler."""

    name = "scheduler"

    def __init__(self, host: Host):
        super().__init__(host)
        self._groups = Groups(host.region, host.account)
        self._timetable = Timetable(host.clock, "scheduler")
        self._deliveries = Deliveries(host, "scheduler/deliveries", self._delivery)

    def shelves(self) -> Iterable[Shelf]:
        kinds = self.host.kind(_GROUPS), self.host.kind(_SCHEDULES)
        return (
            Records(kinds[0], self._groups.kept_group, self._groups.put_group_back),
            Records(kinds[1], self._groups.kept_schedule, self._groups.put_schedule_back),
            self._deliveries.shelf(),
        )

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        if "ResourceArn" in params:
            return ((_GROUPS, params["ResourceArn"].rpartition("/")[2]),)
        if operation.endswith("Group"):
            return ((_GROUPS, params["Name"]),)
        return ((_SCHEDULES, _path(params.get("GroupName"), params["Name"])),) if "Name" in params else ()

    def resumed(self) -> None:
        """Every schedule goes on. What was due while nobody ran the house is left out, as a cron job is; a single
        time is made up for."""
        for group in list(self._groups.by_name.values()):
            for schedule in list(group.schedules.values()):
                is_once = schedule.settings["ScheduleExpression"].startswith("at(")
                if not is_once:
                    self._enter(schedule, now())
                elif schedule.last is None:
                    self._enter(schedule, schedule.modified)
        self._deliveries.resume()

    def close(self) -> None:
        """Stop the schedules and the deliveries."""
        self._timetable.close()
        self._deliveries.close()

    # ---- schedules -----------------------------------------------------------------------------------

    def create_schedule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Make a schedule."""
        token = params.get("ClientToken", "")
        settings = self._checked(call, "CreateSchedule", params)
        with self._groups.lock:
            group = self._groups.get(params.get("GroupName"))
            schedule = group.schedules.get(Name)
            if schedule is not None:
                if token and token == schedule.token:
                    return {"ScheduleArn": schedule.arn}
                raise ApiError("ConflictException", f"Schedule {Name} already exists.", 409)
            schedule = Schedule(Name, group.name, self._groups.schedule_arn(group, Name), settings, token)
            group.schedules[Name] = schedule
            self._enter(schedule, now())
        return {"ScheduleArn": schedule.arn}

    def update_schedule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Give a schedule new settings; what isn't given is as for a new one."""
        schedule = self._groups.schedule(params.get("GroupName"), Name)
        settings = self._checked(call, "UpdateSchedule", params)
        with self._groups.lock:
            schedule.settings, schedule.modified, schedule.last = settings, now(), None
            self._enter(schedule, schedule.modified)
        return {"ScheduleArn": schedule.arn}

    def get_schedule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """A schedule."""
        schedule = self._groups.schedule(params.get("GroupName"), Name)
        return {
            "Name": schedule.name,
            "GroupName": schedule.group,
            "Arn": schedule.arn,
            "CreationDate": schedule.created,
            "LastModificationDate": schedule.modified,
            **schedule.settings,
        }

    def delete_schedule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Delete a schedule."""
        self._remove(self._groups.schedule(params.get("GroupName"), Name))
        return {}

    def list_schedules(self, call: Call, **params: Any) -> dict[str, Any]:
        """The schedules of a group, or of all."""
        groups = [self._groups.get(params["GroupName"])] if "GroupName" in params else self._groups.by_name.values()
        found = [schedule for group in groups for _, schedule in sorted(group.schedules.items())]
        prefix, state = params.get("NamePrefix", ""), params.get("State")
        found = [one for one in found if one.name.startswith(prefix) and state in (None, one.settings["State"])]
        some, more = page(found, _paging(params))
        return {"Schedules": [_summary(one) for one in some], **more}

    # ---- groups and tags -----------------------------------------------------------------------------

    def create_schedule_group(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Make a group."""
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        return {"ScheduleGroupArn": self._groups.add(Name, tags, params.get("ClientToken", "")).arn}

    def get_schedule_group(self, call: Call, Name: str) -> dict[str, Any]:  # noqa: N803
        """A group."""
        return _shown(self._groups.get(Name))

    def delete_schedule_group(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Delete a group and its schedules."""
        if Name == DEFAULT:
            raise ApiError("ValidationException", "Schedule group default cannot be deleted.")
        with self._groups.lock:
            group = self._groups.get(Name)
            for schedule in list(group.schedules.values()):
                self._remove(schedule)
            del self._groups.by_name[Name]
        return {}

    def list_schedule_groups(self, call: Call, **params: Any) -> dict[str, Any]:
        """All groups, or those whose names begin so."""
        prefix = params.get("NamePrefix", "")
        found = [group for name, group in sorted(self._groups.by_name.items()) if name.startswith(prefix)]
        some, more = page(found, _paging(params))
        return {"ScheduleGroups": [_shown(group) for group in some], **more}

    def tag_resource(self, call: Call, ResourceArn: str, Tags: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        """Add tags to a group."""
        self._groups.tagged(ResourceArn).tags |= {tag["Key"]: tag["Value"] for tag in Tags}
        return {}

    def untag_resource(self, call: Call, ResourceArn: str, TagKeys: list[str]) -> dict[str, Any]:  # noqa: N803
        """Take tags away."""
        group = self._groups.tagged(ResourceArn)
        group.tags = {key: value for key, value in group.tags.items() if key not in TagKeys}
        return {}

    def list_tags_for_resource(self, call: Call, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        """The tags of a group."""
        tags = self._groups.tagged(ResourceArn).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    # ---- checks --------------------------------------------------------------------------------------

    def _checked(self, call: Call, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The settings of a request, with the defaults.

        Raises:
            ApiError: `ValidationException`; what isn't here, by its name; `AccessDeniedException`.
        """
        if "KmsKeyArn" in params:
            raise not_there(f"KmsKeyArn of {operation}")
        settings = _DEFAULTS | {name: _plain(params[name]) for name in _SETTINGS if name in params}
        text = settings["ScheduleExpression"]
        if _expression(settings).after(now()) is None and text.startswith("at("):
            # A single time that is over. AWS's own text isn't known: this is the one for a time that is none.
            raise _invalid(f"Invalid Schedule Expression {text}.")
        window = settings["FlexibleTimeWindow"]
        if (window["Mode"] == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
            message = "MaximumWindowInMinutes is needed for the mode FLEXIBLE of FlexibleTimeWindow, and for no other."
            raise _invalid(message)
        if operation == "CreateSchedule" and "StartDate" in settings and settings["StartDate"] < now() - _LATE:
            raise _invalid("The StartDate you specify cannot be earlier than 5 minutes ago.")
        if "StartDate" in settings and "EndDate" in settings and settings["EndDate"] <= settings["StartDate"]:
            raise _invalid("The EndDate must be after the StartDate.")
        self._check_target(call, settings["Target"])
        return settings

    def _check_target(self, call: Call, target: dict[str, Any]) -> None:
        arn = target["Arn"]
        if not universal.is_universal(arn):
            if not arn.startswith("arn:"):
                raise _invalid(f"Provided Arn is not in correct format. {arn}")
            kind = kind_of(arn)
            if kind not in _KINDS:
                raise not_there(f"the target {arn} of EventBridge Scheduler")
            if kind == "events" and "EventBridgeParameters" not in target:
                raise _invalid("EventBridgeParameters must be specified for an event bus.")
        else:
            api, operation = universal.operation(arn)
            if not self.host.answers(api, operation.name):
                raise not_there(f"the target {arn} of EventBridge Scheduler")
        for member in sorted(target.keys() - _HONOURED):
            raise not_there(f"{member} of a target of EventBridge Scheduler")
        self.host.roles.check_pass_role(call, target["RoleArn"], PRINCIPAL)
        if not self.host.roles.assumable(target["RoleArn"], PRINCIPAL):
            raise _invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")

    # ---- what is due ---------------------------------------------------------------------------------

    def _enter(self, schedule: Schedule, begin: datetime) -> None:
        """Have a schedule called by its expression after a moment, or no longer."""
        if schedule.settings["State"] != "ENABLED":
            self._timetable.drop(schedule.arn)
            return
        settings = schedule.settings
        within = _Within(_expression(settings), settings)
        self._timetable.put(schedule.arn, within, begin, lambda moment: self._due(schedule, settings, within, moment))

    def _due(self, schedule: Schedule, settings: dict[str, Any], within: Expression, moment: datetime) -> None:
        window = settings["FlexibleTimeWindow"].get("MaximumWindowInMinutes", 0)
        # Before the schedule is marked: a process that is killed in between sends twice, and never not at all.
        asked = {"schedule": schedule.arn, "target": schedule.target, "moment": moment, "execution": str(uuid.uuid4())}
        self._deliveries.add(asked, random.uniform(0, 60 * window) if window else 0)
        is_last = within.after(moment) is None
        with self._groups.lock:
            if schedule.settings is not settings:
                return  # updated meanwhile
            schedule.last = moment
            if is_last and settings["ActionAfterCompletion"] == "DELETE":
                self._remove(schedule)
        self.host.changed(_SCHEDULES, _path(schedule.group, schedule.name))

    def _remove(self, schedule: Schedule) -> None:
        with self._groups.lock:
            self._timetable.drop(schedule.arn)
            group = self._groups.by_name.get(schedule.group)
            if group is not None and group.schedules.get(schedule.name) is schedule:
                del group.schedules[schedule.name]
        self.host.changed(_SCHEDULES, _path(schedule.group, schedule.name))

    def _delivery(self, asked: Mapping[str, Any]) -> Delivery:
        schedule_arn, target, execution = asked["schedule"], asked["target"], asked["execution"]
        policy, when = target.get("RetryPolicy", {}), f"{asked['moment'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        caller = Caller(PRINCIPAL, schedule_arn, self.host.account, target["RoleArn"], execution.replace("-", ""))
        attempt = [0]

        def send() -> None:
            attempt[0] += 1
            text = _filled(
                target.get("Input", "{}"),
                {
                    "schedule-arn": schedule_arn,
                    "scheduled-time": when,
                    "execution-id": execution,
                    "attempt-number": str(attempt[0]),
                },
            )
            _send(self.host.roles, caller, target, text)

        return Delivery(
            f"{schedule_arn} of {when} to {target['Arn']}",
            send,
            self._burial(asked, caller, when),
            policy.get("MaximumRetryAttempts", MAXIMUM_ATTEMPTS),
            policy.get("MaximumEventAgeInSeconds", MAXIMUM_AGE),
        )

    def _burial(self, asked: Mapping[str, Any], caller: Caller, when: str) -> Callable[[dict[str, str]], None] | None:
        target = asked["target"]
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None:
            return None
        about = {
            "EXECUTION_ID": asked["execution"],
            "SCHEDULE_ARN": asked["schedule"],
            "SCHEDULED_TIME": when,
            "TARGET_ARN": target["Arn"],
            "IS_PAYLOAD_TRUNCATED": "false",
        }

        def bury(attributes: dict[str, str]) -> None:
            client = caller.client(self.host.roles, "sqs")
            dead_letter(client, queue, target.get("Input") or "{}", about | attributes)

        return bury


class _Within:
    """An expression between a schedule's start and its end; a rate begins with the start itself, a single time has
    neither."""

    def __init__(self, expression: Expression, settings: dict[str, Any]):
        text = settings["ScheduleExpression"]
        bounds = {} if text.startswith("at(") else settings
        self._expression, self._is_rate = expression, text.startswith("rate(")
        self._start: datetime | None = bounds.get("StartDate")
        self._end: datetime | None = bounds.get("EndDate")

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than a moment, within the bounds."""
        found = self._after(moment)
        return None if found is None or (self._end is not None and found > self._end) else found

    def _after(self, moment: datetime) -> datetime | None:
        if self._start is None or moment >= self._start:
            return self._expression.after(moment)
        return self._start if self._is_rate else self._expression.after(self._start - timedelta(seconds=1))


def _send(roles: Roles, caller: Caller, target: dict[str, Any], text: str) -> None:
    if universal.is_universal(target["Arn"]):
        api, operation = universal.operation(target["Arn"])
        universal.call(caller.client(roles, api), operation, text)
        return
    invoke(lambda api: caller.client(roles, api), Target(target["Arn"], target), text)


def _expression(settings: dict[str, Any]) -> Expression:
    """The expression of a schedule's settings.

    Raises:
        ApiError: `ValidationException`.
    """
    text = settings["ScheduleExpression"]
    try:
        zone = ZoneInfo(settings["ScheduleExpressionTimezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid(f"Invalid Schedule Expression Timezone {settings['ScheduleExpressionTimezone']}.") from None
    try:
        if text.startswith("at"):
            return at(text, zone)
        return rate(text) if text.startswith("rate") else cron(text, zone)
    except InvalidExpression:
        raise _invalid(f"Invalid Schedule Expression {text}.") from None


def _filled(text: str, known: dict[str, str]) -> str:
    """An input with Scheduler's context attributes (`<aws.scheduler.scheduled-time>`) in place."""
    for name, value in known.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _plain(value: Any) -> Any:
    """A setting as it can be kept: a time in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _path(group: str | None, name: str) -> str:
    return f"{group or DEFAULT}/{name}"


def _paging(params: dict[str, Any]) -> dict[str, Any]:
    names = {"MaxResults": "Limit", "NextToken": "NextToken"}
    return {name: params[given] for given, name in names.items() if given in params}


def _summary(schedule: Schedule) -> dict[str, Any]:
    return {
        "Name": schedule.name,
        "GroupName": schedule.group,
        "Arn": schedule.arn,
        "State": schedule.settings["State"],
        "CreationDate": schedule.created,
        "LastModificationDate": schedule.modified,
        "Target": {"Arn": schedule.target["Arn"]},
    }


def _shown(group: Group) -> dict[str, Any]:
    dates = {"CreationDate": group.created, "LastModificationDate": group.created}
    return {"Name": group.name, "Arn": group.arn, "State": "ACTIVE", **dates}


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)

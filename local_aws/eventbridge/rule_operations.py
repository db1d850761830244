"""Operations on rules and their targets."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call, not_there
from local_aws.eventbridge import target_input
from local_aws.eventbridge.buses import DEFAULT, Bus, Rule
from local_aws.eventbridge.event_operations import check_pattern
from local_aws.eventbridge.foundation import SERVICE_PRINCIPAL, EventBridgeFoundation, schedule
from local_aws.eventbridge.paging import page
from local_aws.eventbridge.targets import kind_of

_MOST_TARGETS = 5
_HONOURED = {
    *("Id", "Arn", "RoleArn", "Input", "InputPath", "InputTransformer"),
    *("SqsParameters", "RetryPolicy", "DeadLetterConfig"),
}
_NEEDS_ROLE = ("stepfunctions", "events")


class RuleOperations(EventBridgeFoundation):
    """PutRule to ListTargetsByRule."""

    def put_rule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Make a rule, or change one: what is not given is as for a new one, targets and tags stay."""
        bus = self._buses.get(params.get("EventBusName"))
        pattern, text = params.get("EventPattern") or None, params.get("ScheduleExpression") or None
        if pattern is None and text is None:
            raise ApiError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
        if pattern is not None:
            check_pattern(pattern)
        if text is not None:
            if bus.name != DEFAULT:
                message = "ScheduleExpression is supported only on the default event bus."
                raise ApiError("ValidationException", message)
            schedule(text)
        if "RoleArn" in params:
            self.host.roles.check_pass_role(call, params["RoleArn"], SERVICE_PRINCIPAL)
        with self._buses.lock:
            rule = bus.rules.get(Name)
            if rule is None:
                tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
                rule = Rule(Name, self._buses.rule_arn(bus, Name), bus.name, created_by=self.host.account, tags=tags)
                bus.rules[Name] = rule
            rule.pattern, rule.schedule = pattern, text
            rule.state = params.get("State", "ENABLED")
            rule.description, rule.role_arn = params.get("Description"), params.get("RoleArn")
            self._reschedule(rule)
        return {"RuleArn": rule.arn}

    def delete_rule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Delete a rule that has no targets; one that isn't there is deleted already."""
        bus = self._buses.get(params.get("EventBusName"))
        with self._buses.lock:
            rule = bus.rules.get(Name)
            if rule is None:
                return {}
            if rule.targets:
                raise ApiError("ValidationException", "Rule can't be deleted since it has targets.")
            del bus.rules[Name]
            self._timetable.drop(rule.arn)
        return {}

    def describe_rule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """A rule."""
        rule = self._buses.get(params.get("EventBusName")).rule(Name)
        return {**_shown(rule), "CreatedBy": rule.created_by}

    def list_rules(self, call: Call, **params: Any) -> dict[str, Any]:
        """The rules of a bus."""
        bus, prefix = self._buses.get(params.get("EventBusName")), params.get("NamePrefix", "")
        some, more = page([rule for name, rule in sorted(bus.rules.items()) if name.startswith(prefix)], params)
        return {"Rules": [_shown(rule) for rule in some], **more}

    def enable_rule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Have a rule match, and fire."""
        return self._set_state(params, Name, "ENABLED")

    def disable_rule(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Have a rule rest."""
        return self._set_state(params, Name, "DISABLED")

    def _set_state(self, params: dict[str, Any], name: str, state: str) -> dict[str, Any]:
        rule = self._buses.get(params.get("EventBusName")).rule(name)
        with self._buses.lock:
            rule.state = state
            self._reschedule(rule)
        return {}

    # ---- targets -------------------------------------------------------------------------------------

    def put_targets(self, call: Call, Rule: str, Targets: list[dict[str, Any]], **params: Any) -> dict[str, Any]:  # noqa: N803
        """Add targets to a rule, or change those of the same ids."""
        bus = self._buses.get(params.get("EventBusName"))
        rule = bus.rule(Rule)
        for target in Targets:
            self._check_target(call, target)
        with self._buses.lock:
            targets = rule.targets | {target["Id"]: dict(target) for target in Targets}
            if len(targets) > _MOST_TARGETS:
                message = "The requested resource exceeds the maximum number allowed."
                raise ApiError("LimitExceededException", message)
            rule.targets = targets
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def remove_targets(self, call: Call, Rule: str, Ids: list[str], **params: Any) -> dict[str, Any]:  # noqa: N803
        """Take targets away; one that isn't there is gone already."""
        rule = self._buses.get(params.get("EventBusName")).rule(Rule)
        with self._buses.lock:
            rule.targets = {key: target for key, target in rule.targets.items() if key not in Ids}
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def list_targets_by_rule(self, call: Call, Rule: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """The targets of a rule."""
        rule = self._buses.get(params.get("EventBusName")).rule(Rule)
        some, more = page(list(rule.targets.values()), params)
        return {"Targets": list(some), **more}

    def list_rule_names_by_target(self, call: Call, TargetArn: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """The rules of a bus that have a target."""
        bus = self._buses.get(params.get("EventBusName"))
        some, more = page(_with_target(bus, TargetArn), params)
        return {"RuleNames": list(some), **more}

    def _check_target(self, call: Call, target: dict[str, Any]) -> None:
        name, arn = target["Id"], target["Arn"]
        if not arn.startswith("arn:"):
            message = f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
            raise ApiError("ValidationException", message)
        kind = kind_of(arn)
        if kind is None:
            raise not_there(f"the EventBridge target {arn}")
        for member in target.keys() - _HONOURED:
            raise not_there(f"{member} of an EventBridge target")
        if kind in _NEEDS_ROLE and "RoleArn" not in target:
            raise ApiError("ValidationException", f"RoleArn is required for target {arn}.")
        if kind == "sqs" and arn.endswith(".fifo") and "SqsParameters" not in target:
            message = f"Parameter(s) SqsParameters must be specified for target: {name}."
            raise ApiError("ValidationException", message)
        target_input.check(target)
        queue = target.get("DeadLetterConfig", {}).get("Arn", "")
        if queue.endswith(".fifo"):
            message = f"Parameter {queue} is not valid. Reason: FIFO queues are not supported as dead-letter queues."
            raise ApiError("ValidationException", message)
        if "RoleArn" in target:
            self.host.roles.check_pass_role(call, target["RoleArn"], SERVICE_PRINCIPAL)


def _with_target(bus: Bus, arn: str) -> list[str]:
    rules = sorted(bus.rules.items())
    return [name for name, rule in rules if any(target["Arn"] == arn for target in rule.targets.values())]


def _shown(rule: Rule) -> dict[str, Any]:
    shown = {
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern,
        "ScheduleExpression": rule.schedule,
        "State": rule.state,
        "Description": rule.description,
        "RoleArn": rule.role_arn,
        "EventBusName": rule.bus,
    }
    return {name: value for name, value in shown.items() if value is not None}

"""From an event to the targets of the rules that are about it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local_aws.access.roles import traced
from local_aws.call import ApiError
from local_aws.eventbridge.buses import Bus, Buses, Rule
from local_aws.eventbridge.target_input import json_text, text_for
from local_aws.eventbridge.targets import Caller, Deliveries, Delivery, Target, invoke, kind_of
from local_aws.eventbridge.targets.deliveries import MAXIMUM_AGE, MAXIMUM_ATTEMPTS, dead_letter
from local_aws.house import Host

log = logging.getLogger(__name__)

_PRINCIPAL = "events.amazonaws.com"


def moment_text(moment: datetime) -> str:
    """A moment as events tell it, in whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def event_of(host: Host, entry: Mapping[str, Any], detail: Any) -> dict[str, Any]:
    """The event that an entry of PutEvents becomes; its `Time` may be a moment or the text of one."""
    at = entry.get("Time") or datetime.now(UTC)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": host.account,
        "time": moment_text(at) if isinstance(at, datetime) else at,
        "region": host.region,
        "resources": list(entry.get("Resources", [])),
        "detail": detail,
    }


class Dispatcher:
    """Finds the rules of an event and sends it to their targets, in the background."""

    def __init__(self, host: Host, buses: Buses):
        self._host, self._buses = host, buses
        self.deliveries = Deliveries(host, "events/deliveries", self._delivery)

    def close(self) -> None:
        """Stop delivering."""
        self.deliveries.close()

    def put(self, bus: Bus, event: dict[str, Any], trace_header: str | None = None, *, forwarded: bool = False) -> None:
        """Send an event to all whom a rule of its bus names.

        Args:
            forwarded: it came from another bus; a second bus is not told, as on AWS.
        """
        for rule in list(bus.rules.values()):
            if rule.matches(event):
                self.send_to_targets(rule, event, trace_header, forwarded=forwarded)

    def send_to_targets(
        self, rule: Rule, event: dict[str, Any], trace_header: str | None = None, *, forwarded: bool = False
    ) -> None:
        """Send an event to each target of a rule."""
        for target in list(rule.targets.values()):
            if kind_of(target["Arn"]) == "events" and forwarded:
                log.info("%s: an event that was forwarded once is not forwarded again", rule.arn)
                continue
            self.deliveries.add({"rule": rule.arn, "target": target, "event": event, "trace": trace_header})

    def _delivery(self, asked: Mapping[str, Any]) -> Delivery:
        rule_arn, target, event = asked["rule"], asked["target"], asked["event"]
        caller = Caller(_PRINCIPAL, rule_arn, self._host.account, target.get("RoleArn"), f"events-{target['Id']}"[:64])
        policy = target.get("RetryPolicy", {})

        def send() -> None:
            with traced(asked["trace"]):
                if kind_of(target["Arn"]) == "events":
                    self._forward(target, event)
                    return
                text = text_for(target, event, rule_arn)
                invoke(lambda api: caller.client(self._host.roles, api), Target(target["Arn"], target), text)

        return Delivery(
            f"event {event['id']} of {rule_arn} to {target['Arn']}",
            send,
            self._burial(rule_arn, target, event),
            policy.get("MaximumRetryAttempts", MAXIMUM_ATTEMPTS),
            policy.get("MaximumEventAgeInSeconds", MAXIMUM_AGE),
        )

    def _forward(self, target: dict[str, Any], event: dict[str, Any]) -> None:
        """Put an event on another bus of the account as it is, where the target's role may.

        Raises:
            ApiError: it may not, or there is no such bus.
        """
        bus = self._buses.get(target["Arn"])
        if not self._host.roles.assumable(target["RoleArn"], _PRINCIPAL) or not self._host.roles.role_may(
            target["RoleArn"], "events:PutEvents", bus.arn
        ):
            message = f"{target['RoleArn']} is not authorized to perform: events:PutEvents on resource: {bus.arn}"
            raise ApiError("AccessDeniedException", message)
        self.put(bus, event, forwarded=True)

    def _burial(self, rule_arn: str, target: dict[str, Any], event: dict[str, Any]) -> Any:
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None:
            return None

        def bury(attributes: dict[str, str]) -> None:
            client = Caller(_PRINCIPAL, rule_arn, self._host.account).client(self._host.roles, "sqs")
            about = {"RULE_ARN": rule_arn, "TARGET_ARN": target["Arn"]}
            dead_letter(client, queue, json_text(event), about | attributes)

        return bury

"""What all operations of EventBridge stand on: its buses, what is due, and what is under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError
from local_aws.eventbridge.buses import DEFAULT, Buses, Rule
from local_aws.eventbridge.dispatcher import Dispatcher, event_of, moment_text
from local_aws.eventbridge.schedules import InvalidExpression, Timetable, cron, rate
from local_aws.house import Host, Records, Service, Shelf

_RECORDS = "events/buses"
SERVICE_PRINCIPAL = "events.amazonaws.com"


class EventBridgeFoundation(Service):
    """The service without its operations."""

    name = "events"

    def __init__(self, host: Host):
        super().__init__(host)
        self._buses = Buses(host.region, host.account)
        self._dispatcher = Dispatcher(host, self._buses)
        self._timetable = Timetable(host.clock, "eventbridge-rules")
        host.announcer.listen(host.region, self._is_watched)

    def shelves(self) -> Iterable[Shelf]:
        buses = Records(self.host.kind(_RECORDS), self._buses.kept, self._buses.put_back)
        return buses, self._dispatcher.deliveries.shelf()

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        if operation in ("PutEvents", "TestEventPattern"):
            return ()
        # A bus is named in many ways, and there are few of them.
        return ((_RECORDS, name) for name in {*self._buses.by_name, params.get("Name", DEFAULT)})

    def resumed(self) -> None:
        for bus in list(self._buses.by_name.values()):
            for rule in list(bus.rules.values()):
                self._reschedule(rule)
        self._dispatcher.deliveries.resume()

    def close(self) -> None:
        """Stop the scheduled rules and the deliveries."""
        self._timetable.close()
        self._dispatcher.close()

    def _is_watched(self) -> bool:
        """Whether any rule could be about an event of AWS's services."""
        return any(rule.pattern is not None and rule.enabled for rule in list(self._buses.get(None).rules.values()))

    # ---- scheduled rules -----------------------------------------------------------------------------

    def _reschedule(self, rule: Rule) -> None:
        """Have a rule fire by its schedule from now on, or no longer."""
        if rule.schedule is None or not rule.enabled:
            self._timetable.drop(rule.arn)
            return
        expression = schedule(rule.schedule)
        self._timetable.put(rule.arn, expression, datetime.now(UTC), lambda moment: self._fire(rule, moment))

    def _fire(self, rule: Rule, moment: datetime) -> None:
        entry: dict[str, Any] = {
            "Source": "aws.events",
            "DetailType": "Scheduled Event",
            "Resources": [rule.arn],
            "Time": moment_text(moment),
        }
        self._dispatcher.send_to_targets(rule, event_of(self.host, entry, {}))


def schedule(text: str) -> Any:
    """The expression of a scheduled rule.

    Raises:
        ApiError: `ValidationException`.
    """
    try:
        return rate(text) if text.startswith("rate") else cron(text)
    except InvalidExpression:
        raise ApiError("ValidationException", "Parameter ScheduleExpression is not valid.") from None

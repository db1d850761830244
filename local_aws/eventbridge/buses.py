"""The records of EventBridge: buses, their rules, and the rules' targets; and the errors for what isn't there."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError
from local_aws.event_pattern import compiled

DEFAULT = "default"


@dataclass
class Rule:
    """A rule. `targets` are as PutTargets brought them, by their ids."""

    name: str
    arn: str
    bus: str
    pattern: str | None = None
    schedule: str | None = None
    state: str = "ENABLED"
    description: str | None = None
    role_arn: str | None = None
    created_by: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def enabled(self) -> bool:
        """Whether it does anything."""
        return self.state != "DISABLED"

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether it is about an event of its bus."""
        return self.enabled and self.pattern is not None and compiled(self.pattern).matches(event)


@dataclass
class Bus:
    """An event bus. `statements` are those of its resource policy, by their ids."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))

    def rule(self, name: str) -> Rule:
        """A rule by its name.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        if name not in self.rules:
            message = f"Rule {name} does not exist on EventBus {self.name}."
            raise ApiError("ResourceNotFoundException", message)
        return self.rules[name]


class Buses:
    """All buses of the account. `lock` is held while records are read and changed together."""

    def __init__(self, region: str, account: str):
        self.lock = threading.RLock()
        self._base = f"arn:aws:events:{region}:{account}"
        self.by_name: dict[str, Bus] = {}
        self.add(DEFAULT)

    def add(self, name: str) -> Bus:
        """Make a bus.

        Raises:
            ApiError: `ResourceAlreadyExistsException`.
        """
        if name in self.by_name:
            raise ApiError("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
        self.by_name[name] = Bus(name, f"{self._base}:event-bus/{name}")
        return self.by_name[name]

    def kept(self, name: str) -> dict[str, Any] | None:
        """A bus with its rules as plain data, None where there is none of that name."""
        bus = self.by_name.get(name)
        return None if bus is None else asdict(bus)

    def put_back(self, name: str, data: dict[str, Any]) -> None:
        """Take a bus back, as `kept` gave it."""
        rules = {rule: Rule(**fields) for rule, fields in data["rules"].items()}
        self.by_name[name] = Bus(**(data | {"rules": rules}))

    def find(self, name_or_arn: str | None) -> Bus | None:
        """A bus by its name or ARN; the default one for None."""
        name = name_or_arn or DEFAULT
        if name.startswith("arn:"):
            return next((bus for bus in self.by_name.values() if bus.arn == name), None)
        return self.by_name.get(name)

    def get(self, name_or_arn: str | None) -> Bus:
        """The same.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        bus = self.find(name_or_arn)
        if bus is None:
            name = (name_or_arn or DEFAULT).rpartition("/")[2]
            raise ApiError("ResourceNotFoundException", f"Event bus {name} does not exist.")
        return bus

    def rule_arn(self, bus: Bus, name: str) -> str:
        """The ARN of a rule; one of the default bus doesn't name its bus."""
        return f"{self._base}:rule/{name if bus.name == DEFAULT else f'{bus.name}/{name}'}"

    def tagged(self, arn: str) -> Bus | Rule:
        """The bus or the rule of an ARN.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        for bus in self.by_name.values():
            if bus.arn == arn:
                return bus
            for rule in bus.rules.values():
                if rule.arn == arn:
                    return rule
        kind, _, name = arn.split(":", 5)[-1].partition("/")
        if kind == "event-bus":
            raise ApiError("ResourceNotFoundException", f"Event bus {name} does not exist.")
        bus_name, _, rule_name = name.rpartition("/")
        message = f"Rule {rule_name} does not exist on EventBus {bus_name or DEFAULT}."
        raise ApiError("ResourceNotFoundException", message)

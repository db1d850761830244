"""The records of EventBridge Scheduler: groups and their schedules, and the errors for what isn't there."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError

DEFAULT = "default"


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass
class Schedule:
    """A schedule. `settings` are what CreateSchedule or UpdateSchedule brought, with the defaults filled in."""

    name: str
    group: str
    arn: str
    settings: dict[str, Any]
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)

    @property
    def target(self) -> dict[str, Any]:
        """What it calls."""
        found: dict[str, Any] = self.settings["Target"]
        return found


@dataclass
class Group:
    """A schedule group."""

    name: str
    arn: str
    tags: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    created: datetime = field(default_factory=now)


class Groups:
    """All groups of the account. `lock` is held while records are read and changed together."""

    def __init__(self, region: str, account: str):
        self.lock = threading.RLock()
        self._base = f"arn:aws:scheduler:{region}:{account}"
        self.by_name = {DEFAULT: Group(DEFAULT, f"{self._base}:schedule-group/{DEFAULT}")}

    def add(self, name: str, tags: dict[str, str]) -> Group:
        """Make a group.

        Raises:
            ApiError: `ConflictException`.
        """
        if name in self.by_name:
            raise ApiError("ConflictException", f"Schedule group {name} already exists.", 409)
        self.by_name[name] = Group(name, f"{self._base}:schedule-group/{name}", tags)
        return self.by_name[name]

    def get(self, name: str | None) -> Group:
        """A group; the default one for None.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        found = self.by_name.get(name or DEFAULT)
        if found is None:
            raise ApiError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
        return found

    def schedule(self, group: str | None, name: str) -> Schedule:
        """A schedule of a group.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        found = self.get(group).schedules.get(name)
        if found is None:
            raise ApiError("ResourceNotFoundException", f"Schedule {name} does not exist.", 404)
        return found

    def schedule_arn(self, group: Group, name: str) -> str:
        """The ARN of a schedule."""
        return f"{self._base}:schedule/{group.name}/{name}"

    def tagged(self, arn: str) -> Group:
        """The group of an ARN.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        for group in self.by_name.values():
            if group.arn == arn:
                return group
        raise ApiError("ResourceNotFoundException", f"Schedule group {arn.rpartition('/')[2]} does not exist.", 404)

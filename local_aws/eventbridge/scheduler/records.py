"""The records of EventBridge Scheduler: groups and their schedules, and the errors for what isn't there."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError

DEFAULT = "default"


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass
class Schedule:
    """A schedule.

    Attributes:
        settings: what CreateSchedule or UpdateSchedule brought, with the defaults filled in.
        token: by which a CreateSchedule that is sent again is known.
        last: the time that it was last due.
    """

    name: str
    group: str
    arn: str
    settings: dict[str, Any]
    token: str = ""
    last: datetime | None = None
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
    token: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    created: datetime = field(default_factory=now)


class Groups:
    """All groups of the account. `lock` is held while records are read and changed together."""

    def __init__(self, region: str, account: str):
        self.lock = threading.RLock()
        self._base = f"arn:aws:scheduler:{region}:{account}"
        self.by_name = {DEFAULT: Group(DEFAULT, f"{self._base}:schedule-group/{DEFAULT}")}

    def add(self, name: str, tags: dict[str, str], token: str) -> Group:
        """Make a group; the one that is there where the same request is sent again.

        Raises:
            ApiError: `ConflictException`.
        """
        with self.lock:
            found = self.by_name.get(name)
            if found is not None and not (token and token == found.token):
                raise ApiError("ConflictException", f"Schedule group {name} already exists.", 409)
            if found is None:
                found = self.by_name[name] = Group(name, f"{self._base}:schedule-group/{name}", token, tags)
            return found

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

    def kept_group(self, name: str) -> dict[str, Any] | None:
        """A group without its schedules as plain data, None where there is none of that name."""
        group = self.by_name.get(name)
        return None if group is None else asdict(replace(group, schedules={}))

    def put_group_back(self, name: str, data: dict[str, Any]) -> None:
        """Take a group back, as `kept_group` gave it."""
        self.by_name[name] = Group(**data)

    def kept_schedule(self, path: str) -> dict[str, Any] | None:
        """A schedule by its group and its name (`default/nightly`) as plain data, None where there is none."""
        group, _, name = path.partition("/")
        schedule = self.by_name[group].schedules.get(name) if group in self.by_name else None
        return None if schedule is None else asdict(schedule)

    def put_schedule_back(self, path: str, data: dict[str, Any]) -> None:
        """Take a schedule back, as `kept_schedule` gave it."""
        group, _, name = path.partition("/")
        self.get(group).schedules[name] = Schedule(**data)

    def tagged(self, arn: str) -> Group:
        """The group of an ARN.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        for group in self.by_name.values():
            if group.arn == arn:
                return group
        raise ApiError("ResourceNotFoundException", f"Schedule group {arn.rpartition('/')[2]} does not exist.", 404)

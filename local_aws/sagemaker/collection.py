"""Named resources of one kind, and their listing: filters, order and pages, alike for every List operation."""

from __future__ import annotations

import base64
import copy
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from local_aws.call import ApiError

_FILTERS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "CreationTimeAfter": ("CreationTime", lambda value, bound: value >= bound),
    "CreationTimeBefore": ("CreationTime", lambda value, bound: value <= bound),
    "LastModifiedTimeAfter": ("LastModifiedTime", lambda value, bound: value >= bound),
    "LastModifiedTimeBefore": ("LastModifiedTime", lambda value, bound: value <= bound),
}


def now() -> datetime:
    """The time that SageMaker writes down: UTC, in milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _nobody(name: str) -> None:
    """Hears of changes, and cares for none."""


class Record:
    """A resource: what its Describe operation answers, changed and read under one lock; `tell` hears of changes."""

    def __init__(self, name: str, arn: str, description: dict[str, Any]):
        self.name, self.arn = name, arn
        self._description = description
        self._lock = threading.RLock()
        self.tell: Callable[[str], None] = _nobody
        self._watched: tuple[str, ...] = ()
        self._tell_changed: Callable[[], None] = lambda: None

    def watch(self, members: tuple[str, ...], changed: Callable[[], None]) -> None:
        """Have something called after each change of one of these members."""
        self._watched, self._tell_changed = members, changed

    def __getitem__(self, member: str) -> Any:
        with self._lock:
            return self._description[member]

    def get(self, member: str, default: Any = None) -> Any:
        with self._lock:
            return self._description.get(member, default)

    def update(self, **members: Any) -> None:
        """Set members together; None removes one."""
        with self._lock:
            before = [self._description.get(member) for member in self._watched]
            for member, value in members.items():
                if value is None:
                    self._description.pop(member, None)
                else:
                    self._description[member] = value
            self.tell(self.name)
            if before != [self._description.get(member) for member in self._watched]:
                self._tell_changed()

    def replace(self, description: dict[str, Any]) -> None:
        """Set all members anew."""
        with self._lock:
            self._description = description

    def change_if(self, member: str, allowed: tuple[str, ...], **members: Any) -> bool:
        """Set members only while `member` is one of `allowed`; tells whether it was."""
        with self._lock:
            if self._description.get(member) not in allowed:
                return False
            self.update(**members)
            return True

    def describe(self) -> dict[str, Any]:
        """A copy for the caller."""
        with self._lock:
            return copy.deepcopy(self._description)


R = TypeVar("R", bound=Record)


class Collection(Generic[R]):
    """Records of one kind by name.

    Names that differ only in capitals are the same: the ARNs, in which AWS writes names in small letters, would be.
    """

    def __init__(self) -> None:
        self._records: dict[str, R] = {}
        self._lock = threading.RLock()
        self._tell: Callable[[str], None] = _nobody

    def watch(self, tell: Callable[[str], None]) -> None:
        """Have somebody told the name of every record that is added, changed or removed from now on."""
        self._tell = tell

    def __iter__(self) -> Iterator[R]:
        with self._lock:
            return iter(list(self._records.values()))

    def find(self, name: str) -> R | None:
        with self._lock:
            return self._records.get(name.lower())

    def get(self, name: str, missing: str) -> R:
        """The record, or a `ValidationException` that says `missing` (which is how SageMaker answers)."""
        record = self.find(name)
        if record is None:
            raise ApiError("ValidationException", missing)
        return record

    def add(self, record: R) -> bool:
        """Add it unless the name is taken; tells whether it was added."""
        with self._lock:
            if record.name.lower() in self._records:
                return False
            self._records[record.name.lower()] = record
            record.tell = self._tell
            self._tell(record.name)
            return True

    def remove(self, record: R) -> None:
        with self._lock:
            if self.find(record.name) is record:
                del self._records[record.name.lower()]
                self._tell(record.name)


def page(
    records: Iterable[Record],
    params: dict[str, Any],
    *,
    name: str,
    members: tuple[str, ...],
    status: str | None = None,
    order: str = "Descending",
    size: int = 10,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One page of a List operation.

    Args:
        params: the request: name, time and status filters, SortBy, SortOrder, MaxResults, NextToken.
        name: the member that holds a resource's name.
        members: the members of a summary.
        status: the member that holds its status, where it has one.
        order: the sort order where the request names none.
        size: the page's length where the request names none.

    Returns:
        The summaries, and `{"NextToken": ...}` or `{}`.

    Raises:
        ApiError: `ValidationException`, the token was not given out by this operation.
    """
    rows = [record.describe() for record in records]
    rows = [row for row in rows if _wanted(row, params, name, status)]
    by = {"Name": name, "Status": status or name}.get(params.get("SortBy", "CreationTime"), "CreationTime")
    rows.sort(key=lambda row: (row[by], row[name]), reverse=params.get("SortOrder", order) == "Descending")
    start = _position(params.get("NextToken"))
    end = start + params.get("MaxResults", size)
    summaries = [{member: row[member] for member in members if member in row} for row in rows[start:end]]
    return summaries, {"NextToken": _token(end)} if end < len(rows) else {}


def _wanted(row: dict[str, Any], params: dict[str, Any], name: str, status: str | None) -> bool:
    if params.get("NameContains", "").lower() not in row[name].lower():
        return False
    if status is not None and "StatusEquals" in params and row[status] != params["StatusEquals"]:
        return False
    return all(
        compare(row[member], params[parameter])
        for parameter, (member, compare) in _FILTERS.items()
        if parameter in params
    )


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"from": position}).encode()).decode()


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["from"])
    except (ValueError, KeyError, TypeError) as error:
        raise ApiError("ValidationException", "Invalid NextToken.") from error

"""The ledger: every resource that a lesson makes, written down as it is made.

A recorder listens to the boto3 session of the lesson: a call that creates something and succeeds is a line in
the ledger, without a word in the lesson. Clean-up reads the ledger and strikes out what it has removed, and keeps what
that had used, which nobody can ask AWS afterwards. The file only ever grows by whole lines, so several kernels can
write it at once.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3

from course.account import given_roles
from course.account.made import CHANGED_BY, IN_A_BUCKET, MADE_BY


@dataclass(frozen=True)
class Resource:
    """Something that a lesson made: its kind (`Lambda function`), its name, and the lesson."""

    kind: str
    name: str
    lesson: str = ""


@dataclass(frozen=True)
class Use:
    """Something used that is paid for, such as a job's time on its instances.

    Attributes:
        service: of AWS, such as `SageMaker`.
        what: is paid for, such as `training job`.
        times: how often.
        amount: how much of it, in the unit that it is paid by.
        dollars: what it comes to in US dollars; None where the price is not known.
        type: of the instances, where there are any.
    """

    service: str
    what: str
    times: int
    amount: float
    dollars: float | None
    type: str = ""


@dataclass(frozen=True)
class ScheduledEnd:
    """When an endpoint is to be deleted by a schedule: `at`, by the clock of the AWS, as it was `asked` for then."""

    endpoint: str
    asked: datetime
    at: datetime

    @classmethod
    def of(cls, request: Mapping[str, Any], asked: datetime) -> ScheduledEnd | None:
        """That of a CreateSchedule or UpdateSchedule; None where it deletes no endpoint, or not at one time."""
        target = request.get("Target", {})
        at = re.fullmatch(r"at\((.+)\)", str(request.get("ScheduleExpression")))
        if at is None or not str(target.get("Arn")).endswith(":aws-sdk:sagemaker:deleteEndpoint"):
            return None
        endpoint = json.loads(target["Input"])["EndpointName"]
        zone = ZoneInfo(request.get("ScheduleExpressionTimezone", "UTC"))
        return cls(endpoint, asked, datetime.fromisoformat(at[1]).replace(tzinfo=zone))


class Ledger:
    """The ledger of one AWS: one account and region, or one run of the embedded AWS."""

    def __init__(self, path: Path):
        self.path = path

    def record(self, resource: Resource) -> None:
        """Write down a resource; again is no harm."""
        self._append({"made": asdict(resource)})

    def strike(self, resource: Resource) -> None:
        """Write down that a resource is gone."""
        self._append({"gone": asdict(resource)})

    def keep(self, lesson: str, uses: Iterable[Use]) -> None:
        """Write down what something of a lesson has used that is gone now."""
        for use in uses:
            self._append({"used": asdict(use), "lesson": lesson})

    def kept(self, lesson: str = "") -> list[Use]:
        """What was used by what is gone, of one lesson or of all."""
        used = [line for line in self._lines() if "used" in line]
        return [Use(**line["used"]) for line in used if lesson in ("", line["lesson"])]

    def schedule(self, end: ScheduledEnd) -> None:
        """Write down when an endpoint is to end."""
        self._append({"ends": {"endpoint": end.endpoint, "asked": end.asked.isoformat(), "at": end.at.isoformat()}})

    def ends(self) -> list[ScheduledEnd]:
        """When endpoints are to end, or were, as far as the notebook itself has said so."""
        told = [line["ends"] for line in self._lines() if "ends" in line]
        times = [(one["endpoint"], one["asked"], one["at"]) for one in told]
        return [ScheduledEnd(name, *map(datetime.fromisoformat, when)) for name, *when in times]

    def resources(self, lesson: str | None = None) -> list[Resource]:
        """What is left, in the order in which it was made; of one lesson or of all."""
        left: dict[Resource, None] = {}
        for line in self._lines():
            if "made" in line:
                left[Resource(**line["made"])] = None
            elif "gone" in line:
                left.pop(Resource(**line["gone"]), None)
        return [resource for resource in left if lesson in (None, resource.lesson)]

    def made(self) -> list[Resource]:
        """All that was ever made, also what is gone, in the order in which it was made."""
        return list(dict.fromkeys(Resource(**line["made"]) for line in self._lines() if "made" in line))

    def forget(self) -> None:
        """Begin anew, as on an AWS on which nothing has been made."""
        self.path.unlink(missing_ok=True)

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        text = self.path.read_text(encoding="utf-8", errors="replace")
        return [found for line in text.splitlines() if isinstance(found := _read(line), dict)]

    def _append(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: lines of two kernels never mix. It begins a line of its own also
        # where the last one was cut off.
        begin = "\n" if self._is_cut_off() else ""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, (begin + json.dumps(line) + "\n").encode())
        finally:
            os.close(file)

    def _is_cut_off(self) -> bool:
        if not self.path.exists() or not self.path.stat().st_size:
            return False
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"


def _read(line: str) -> Any:
    """What a line says; None for one that was cut off, by a full disk or a kill: tags tell of what it was about."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def removable(kind: str, name: str, resources: Iterable[Resource]) -> bool:
    """Whether something that an execution made may be removed along with it.

    What lies in a bucket may be, where the bucket is among the resources; in any other it is the learner's own.
    """
    buckets = {one.name for one in resources if one.kind == "S3 bucket"}
    return kind not in IN_A_BUCKET or name.split("/")[0] in buckets


def record_calls(session: boto3.session.Session, ledger: Ledger, lesson: str, bucket: str) -> None:
    """Write down what the clients of a session make from now on.

    Args:
        session: its clients made before this call are not listened to.
        lesson: under which lesson it is written down.
        bucket: the course's bucket, in which a lesson's objects are written down by folder. Objects in any
            other bucket are the learner's own and never touched.
    """

    def remember_params(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["course_params"] = params

    def record(model: Any, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if http_response.status_code >= 300:
            return
        call, params = (model.service_model.service_name, model.name), context.get("course_params", {})
        if call in (("scheduler", "CreateSchedule"), ("scheduler", "UpdateSchedule")):
            end = ScheduledEnd.of(params, datetime.now(UTC))
            if end:
                ledger.schedule(end)
        if call in MADE_BY:
            for kind, name in MADE_BY[call](params, parsed):
                if kind == "IAM role" and given_roles.given(name):
                    continue
                if kind not in IN_A_BUCKET or name.split("/")[0] == bucket:
                    ledger.record(Resource(kind, name, lesson))
        if call in CHANGED_BY:
            # What is changed belongs to this lesson, too, if a lesson has made it; else it is the learner's own, or
            # of the whole course.
            there = {(one.kind, one.name) for one in ledger.resources() if one.lesson.isdigit()}
            for kind, name in set(CHANGED_BY[call](params, parsed)) & there:
                ledger.record(Resource(kind, name, lesson))

    session.events.register("provide-client-params", remember_params)
    session.events.register("after-call", record)

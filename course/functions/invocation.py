"""A Lambda function deployed and tried from a cell, with the result that the console's Test tab shows."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

import boto3

from course.errors import CourseError

_REPORT = re.compile(
    r"REPORT RequestId: (?P<request_id>\S+)\s+Duration: (?P<duration>[\d.]+) ms\s+"
    r"Billed Duration: (?P<billed>\d+) ms\s+"
    r"Memory Size: (?P<memory>\d+) MB\s+Max Memory Used: (?P<used>\d+) MB"
    r"(?:\s+Init Duration: (?P<init>[\d.]+) ms)?"
)


_POLL_SECONDS = 0.2


@dataclass(frozen=True, repr=False)
class Invocation:
    """The outcome of one invocation: shown as the console shows it.

    Durations are in milliseconds, memory in megabytes; both, `request_id` and `log` are None or empty where
    the response came without a log (`LogType="Tail"`). `init_ms` is None where a warm environment answered.
    """

    succeeded: bool
    payload: Any
    request_id: str | None = None
    duration_ms: float | None = None
    billed_ms: int | None = None
    memory_mb: int | None = None
    used_mb: int | None = None
    init_ms: float | None = None
    log: str = ""

    @property
    def error(self) -> str:
        """The error in a line, `Type: message`; empty where the function succeeded."""
        if self.succeeded:
            return ""
        return f"{self.payload.get('errorType', 'Error')}: {self.payload.get('errorMessage', '')}"

    def _heading(self) -> str:
        return f"Executing function: {'succeeded' if self.succeeded else 'failed'}"

    def summary(self) -> list[tuple[str, str]]:
        """The figures of the run, named and with their units, as the console's *Summary*; empty without a log."""
        if self.request_id is None:
            return []
        figures = [
            ("duration", f"{self.duration_ms:.2f} ms"),
            ("billed duration", f"{self.billed_ms} ms"),
            ("memory", f"{self.used_mb} MB used of {self.memory_mb} MB"),
        ]
        if self.init_ms is not None:
            figures.append(("init duration", f"{self.init_ms:.2f} ms"))
        return [*figures, ("request id", self.request_id)]

    def __repr__(self) -> str:
        figures = [f"{name}: {value}" for name, value in self.summary()]
        log = ["", "log output:", self.log.rstrip()] if self.log else []
        return "\n".join([self._heading(), _pretty(self.payload), *figures, *log])

    def _repr_markdown_(self) -> str:
        parts = [f"**{self._heading()}**", f"```json\n{_pretty(self.payload)}\n```"]
        if self.summary():
            names, values = zip(*self.summary(), strict=True)
            parts.append(f"| {' | '.join(names)} |\n|{':--|' * len(names)}\n| {' | '.join(values)} |")
        if self.log:
            parts.append(f"Log output:\n\n```text\n{self.log.rstrip()}\n```")
        return "\n\n".join(parts)


def result(response: dict[str, Any]) -> Invocation:
    """What a response of Lambda's Invoke says, as the console's result panel shows it.

    Args:
        response: of a synchronous `invoke`, with `LogType="Tail"` for the figures and the log. Its payload is
            read to the end.
    """
    content = response["Payload"].read()
    # What a function wrote last may come without the end of its line, and Lambda's own lines right behind it.
    told = base64.b64decode(response.get("LogResult", "")).decode(errors="replace")
    log = re.sub(r"(?<=[^\n])(?=(?:END|REPORT) RequestId: )", "\n", told)
    report = _REPORT.search(log)
    figures: dict[str, Any] = {}
    if report:
        figures = {
            "request_id": report["request_id"],
            "duration_ms": float(report["duration"]),
            "billed_ms": int(report["billed"]),
            "memory_mb": int(report["memory"]),
            "used_mb": int(report["used"]),
            "init_ms": float(report["init"]) if report["init"] else None,
        }
    payload = json.loads(content) if content else None
    return Invocation(succeeded="FunctionError" not in response, payload=payload, log=log, **figures)


def test_function(name: str, event: Any) -> Invocation:
    """Run a function on a test event, as the button *Test* of the console does.

    Args:
        name: the function's name.
        event: what its handler gets as `event`; anything that can become JSON.
    """
    client = boto3.client("lambda")
    return result(client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail"))


# Neither a test module nor a test, whatever pytest makes of the name.
test_function.__test__ = False  # type: ignore[attr-defined]


def deploy(name: str, code: bytes, **configuration: Any) -> None:
    """Give a function new code and wait until it is in use, as the button *Deploy* of the console does.

    Args:
        name: the function's name.
        code: a deployment package, such as `course.package` makes.
        configuration: of the function, as CreateFunction takes it (`Runtime`, `Role`, `Handler`, `Timeout`). With it,
            the function is made where it is missing; where it is there, its configuration is changed along with the
            code.

    Raises:
        CourseError: there is no such function, and nothing is said of how to make it.
    """
    client = boto3.client("lambda")
    pause = {"Delay": _POLL_SECONDS, "MaxAttempts": 900}
    try:
        found = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException as error:
        if not configuration:
            raise CourseError(f"There is no function '{name}' yet. Run the cell first that creates it.") from error
        client.create_function(FunctionName=name, Code={"ZipFile": code}, **configuration)
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=pause)
        return
    # While a function is made or changed, Lambda takes no other change.
    if found["State"] == "Pending":
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=pause)
    if found["LastUpdateStatus"] == "InProgress":
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=pause)
    client.update_function_code(FunctionName=name, ZipFile=code)
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=pause)
    if configuration:
        client.update_function_configuration(FunctionName=name, **configuration)
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=pause)


def _pretty(payload: Any) -> str:
    return json.dumps(payload, indent=2, ensure_ascii=False)

"""What the tests of functions share: a function made from a cell's worth of source, and its invocation."""

from __future__ import annotations

import base64
import io
import json
import secrets
import time
import zipfile
from collections.abc import Iterator
from typing import Any

LOGS = "service-role/AWSLambdaBasicExecutionRole"


def zipped(source: str | None = None, **files: str) -> bytes:
    """A deployment package: `lambda_function.py` with this source, or files by their path."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for path, text in (files or {"lambda_function.py": source or ""}).items():
            members.writestr(path, text)
    return archive.getvalue()


class Lambda:
    """Functions of a running embedded AWS."""

    def __init__(self, aws: Any):
        self.aws = aws
        self.client = aws.client("lambda")
        self.role = aws.role("lambda.amazonaws.com", managed=(LOGS,))
        self.last_request_id = ""

    def create(self, source: str, **options: Any) -> str:
        """Make a function and wait until it can be invoked; gives its name."""
        settings = {
            "FunctionName": f"function-{secrets.token_hex(4)}",
            "Runtime": "python3.13",
            "Role": self.role,
            "Handler": "lambda_function.handler",
            "Code": {"ZipFile": zipped(source)},
        } | options
        self.client.create_function(**settings)
        self.wait_until_active(settings["FunctionName"])
        return settings["FunctionName"]

    def wait_until_active(self, name: str) -> None:
        """Wait until a function is Active and has no update in progress."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            shape = self.client.get_function_configuration(FunctionName=name)
            if shape["State"] == "Active" and shape["LastUpdateStatus"] == "Successful":
                return
            time.sleep(0.01)
        raise AssertionError(f"{name} is still {shape['State']}")

    def invoke(self, name: str, event: Any = None, **options: Any) -> tuple[Any, str | None]:
        """The response's payload, parsed, and the function error."""
        payload, error, _ = self.invoke_with_tail(name, event, **options)
        return payload, error

    def invoke_with_tail(self, name: str, event: Any = None, **options: Any) -> tuple[Any, str | None, str]:
        """The same, and the last 4 KB of the log."""
        if event is not None:
            options["Payload"] = json.dumps(event)
        answer = self.client.invoke(FunctionName=name, LogType="Tail", **options)
        self.last_request_id = answer["ResponseMetadata"]["RequestId"]
        tail = base64.b64decode(answer["LogResult"]).decode("utf-8", "replace")
        return json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError"), tail

    def log(self, name: str) -> list[str]:
        """All log events of a function, in order, stream by stream."""
        logs, group = self.aws.client("logs"), f"/aws/lambda/{name}"
        try:
            streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [message for stream in streams for message in self._messages(group, stream["logStreamName"])]

    def _messages(self, group: str, stream: str) -> Iterator[str]:
        """The events of a stream, page by page."""
        logs, asked, sent = self.aws.client("logs"), {"logGroupName": group, "logStreamName": stream}, ""
        page = logs.get_log_events(**asked, startFromHead=True)
        while page["nextForwardToken"] != sent:
            yield from (event["message"] for event in page["events"])
            sent = page["nextForwardToken"]
            page = logs.get_log_events(**asked, nextToken=sent)

"""Writes down every call of AWS that a kernel makes, and its answer, without what says whose account it is.

It is an extension of IPython, that the runner names when it starts the kernel: the lesson's cells know nothing of it.
It listens where botocore tells of itself (`provide-client-params`, `after-call`, `after-call-error`), so what the cells
call, what the course calls for them and what a library calls is written down alike. A call that botocore has tried
several times is one line, with the number of tries.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import botocore

from course.proving.scrubbing import Scrubber

FILE = "COURSE_RECORDING"
"""Names the file to which a kernel adds its lines; its stem is the lesson."""
NAMES = "COURSE_RECORDING_NAMES"
"""What is to be left out of them, as JSON: each text with what stands in its place."""

EXTENSION = __name__


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython when the kernel begins."""
    # IPython counts a cell before it runs.
    recorder = Recorder(
        Path(os.environ[FILE]), Scrubber(json.loads(os.environ[NAMES])), lambda: shell.execution_count - 1
    )
    botocore.register_initializer(recorder.listen)


class Recorder:
    """Adds a line of JSON for each call of the sessions that it listens to.

    Args:
        path: the file; several processes may add to it.
        scrubber: takes out what nobody else is to read, before anything is written.
        cell: the number of the cell that runs.
    """

    def __init__(self, path: Path, scrubber: Scrubber, cell: Callable[[], int]):
        self._path, self._scrubber, self._cell = path, scrubber, cell

    def listen(self, session: Any) -> None:
        """Listen to a session of botocore's, and the clients that it makes."""
        events = session.get_component("event_emitter")
        events.register_first("provide-client-params", self._remember)
        events.register("after-call", self._answered)
        events.register("after-call-error", self._not_answered)

    def _remember(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        # Now: a call may read its body to the end, or change what it was given.
        context["course_recording"] = {"cell": self._cell(), "params": as_json(params)}

    def _answered(
        self, http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        metadata = parsed.get("ResponseMetadata", {})
        said: dict[str, Any] = {"status": http_response.status_code, "tries": metadata.get("RetryAttempts", 0) + 1}
        if http_response.status_code >= 300:
            error = parsed.get("Error", {})
            said["error"] = {"code": error.get("Code", ""), "message": error.get("Message", "")}
        else:
            members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            said["answer"] = as_json(members)
        self._write(model.service_model.service_name, model.name, context, said)

    def _not_answered(self, exception: Exception, event_name: str, context: dict[str, Any], **_: Any) -> None:
        service, operation = event_name.split(".")[1:3]
        error = {"code": type(exception).__name__, "message": str(exception)}
        self._write(service, operation, context, {"status": None, "tries": 1, "error": error})

    def _write(self, service: str, operation: str, context: dict[str, Any], said: dict[str, Any]) -> None:
        line: dict[str, Any] = {"lesson": self._path.stem, "service": service, "operation": operation}
        line |= context.get("course_recording", {"cell": self._cell(), "params": {}}) | said
        text = json.dumps(self._scrubber.scrubbed(line), ensure_ascii=False)
        # One write to a file opened for appending: lines of two threads never mix.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, (text + "\n").encode())
        finally:
            os.close(file)


def as_json(value: Any) -> Any:
    """A parameter or an answer as JSON has it; of bytes and streams their size, nothing is read from a stream."""
    if isinstance(value, dict):
        return {str(name): as_json(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(member) for member in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": len(value)}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return {"$stream": type(value).__name__}

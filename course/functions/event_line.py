"""The life of one event of a function on a time line: its sending, Lambda's queue, each try, and the last word.

Of a run that went well, the notebook has noted the beginning, and the rest stands in the function's log. Of one that
failed, it is read from what Lambda tells a failure destination (Lambda developer guide, "Capturing records of
asynchronous invocations"), and from the function's log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from course.charts import Span, TimeLine
from course.functions.logs import LoggedInvocation, invocations

_INIT = re.compile(r"Init Duration: ([\d.]+) ms")


def run_time_line(run: LoggedInvocation, sent: datetime, outputs: Sequence[str] = (), title: str = "") -> TimeLine:
    """Draw a run of a function that went well, from what set it off to what it has left.

    Args:
        run: of `course.invocations`.
        sent: when the upload or the call was made, by this computer's clock, with its time zone.
        outputs: what the run has left by its end.
        title: of the picture.
    """
    began, ended = (max(0.0, (when - sent).total_seconds()) for when in (run.began, run.ended))
    ready = _ready(run, began)
    spans = [Span("sent, on its way", 0.0, max(0.0, ready), tone="quiet")]
    if ready < began:
        spans.append(Span("cold start", max(0.0, ready), began))
    spans.append(Span("run", began, max(began, ended), tone="good"))
    if outputs:
        left = f"{len(outputs)} object{'' if len(outputs) == 1 else 's'}"
        spans.append(Span("outputs", spans[-1].end, spans[-1].end, left, "good"))
    return TimeLine(spans, title or "From the upload to its outputs")


def event_time_line(record: Mapping[str, Any], function: str) -> TimeLine:
    """Draw what became of an event that Lambda has given up on.

    Args:
        record: what Lambda has sent to the failure destination, as parsed JSON; its event is one of S3.
        function: the function's name.

    Raises:
        CourseError: its log does not have the tries yet, after a minute.
    """
    told = record["requestContext"]
    sent = _time(record["requestPayload"]["Records"][0]["eventTime"])
    tries = invocations(function, at_least=told["approximateInvokeCount"], request_id=told["requestId"])
    spans, since = [], 0.0
    for number, one in enumerate(tries, 1):
        began, ended = ((when - sent).total_seconds() for when in (one.began, one.ended))
        ready = _ready(one, began)
        name = "in Lambda's queue" if number == 1 else f"wait before try {number}"
        spans.append(Span(name, since, max(since, ready), tone="quiet"))
        if ready < began:
            spans.append(Span("cold start", ready, began))
        spans.append(Span(f"try {number}", began, max(began, ended), "failed", "bad"))
        since = max(began, ended)
    reported = (_time(record["timestamp"]) - sent).total_seconds()
    spans.append(Span("report", since, max(since, reported), "sent to the destination"))
    return TimeLine(spans, "From the upload to the report")


def _ready(run: LoggedInvocation, began: float) -> float:
    """When Lambda had an environment for a run: at its beginning, or before a cold start."""
    init = _INIT.search(run.lines[-1])
    return began - float(init[1]) / 1000 if init else began


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

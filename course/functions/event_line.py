"""The life of one event of a function on a time line: its sending, Lambda's queue, each try, and the last word.

Read from what Lambda tells a failure destination (Lambda developer guide, "Capturing records of asynchronous
invocations"), and from the function's log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from course.charts import Span, TimeLine
from course.functions.logs import invocations

_INIT = re.compile(r"Init Duration: ([\d.]+) ms")


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
        init = _INIT.search(one.lines[-1])
        ready = began - float(init[1]) / 1000 if init else began
        name = "in Lambda's queue" if number == 1 else f"wait before try {number}"
        spans.append(Span(name, since, max(since, ready), tone="quiet"))
        if init:
            spans.append(Span("cold start", ready, began))
        spans.append(Span(f"try {number}", began, max(began, ended), "failed", "bad"))
        since = max(began, ended)
    reported = (_time(record["timestamp"]) - sent).total_seconds()
    spans.append(Span("report", since, max(since, reported), "sent to the destination"))
    return TimeLine(spans, "From the upload to the report")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

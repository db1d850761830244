"""The Logs panel: CloudWatch's log groups, streams and events, live, filtered, or of one run.

Live tail asks again every second for what is new. (The console's own uses StartLiveTail, which is charged by
the minute; this is not.) Source: CloudWatch Logs user guide, "Filter pattern syntax".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

import ipywidgets as widgets

from course.panels.controls import button, field, html_box, row
from course.panels.description import Block
from course.panels.front_end import CopyButton
from course.panels.log_events import LogEvent, LogLines, Logs
from course.panels.panel import News, Panel
from course.panels.remedies import EXPECTED

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALL_STREAMS = ""
_NO_GROUP = "(none)"
_MOST_EVENTS = 1000
_TAIL_SECONDS = 1.0
_LATE_MS = 10_000
"""Events may arrive out of order: live tail looks back so far for late ones."""

_CONSOLE = (
    "On the function's page: tab **Monitor**, **View CloudWatch logs**. A new tab opens with the log group.",
    "*Log streams*: open the newest, then an event; its arrow unfolds the rest.",
    "Or **Search log group**, and paste the filter pattern.",
    "**Live Tail** is in CloudWatch's left navigation, under **Logs**.",
    "For a SageMaker job: the job's page, *Monitoring*, **View logs**.",
)


class LogsPanel(Panel):
    """Groups, streams and events; live tail; a filter; and the lines of one invocation or job."""

    def __init__(self, group: str = "", run: str = ""):
        super().__init__("Logs", group or "CloudWatch", _CONSOLE)
        self.logs = Logs()
        self.events: list[LogEvent] = []
        self._title, self._filling = "Events", False
        self._tailing: threading.Event | None = None
        self.group = field(widgets.Dropdown(description="Log group", options=[group or _NO_GROUP]))
        self.stream = field(widgets.Dropdown(description="Log stream", options=[("All streams", _ALL_STREAMS)]))
        self.pattern = field(widgets.Text(description='Filter pattern, such as "ERROR"'), "course-mono")
        self.show = button("Show events", self._show, primary=True)
        self.tail = button("Start live tail", self._toggle_tail)
        self.run = field(widgets.Text(run, description="Request id, or name of a job"), "course-mono")
        self.jump = button("Jump to its lines", self._jump)
        self.copy_group = CopyButton(label="Copy log group for the console", text=group)
        self.copy_pattern = CopyButton(label="Copy filter pattern for the console")
        self._lines = html_box()
        self.group.observe(lambda change: self._enter(change["new"]), "value")
        self.pattern.observe(lambda change: setattr(self.copy_pattern, "text", change["new"]), "value")
        self._assemble(
            [
                row(self.group, self.stream),
                row(self.pattern, self.show, self.tail),
                row(self.run, self.jump),
                self._lines,
            ],
            [self.copy_group, self.copy_pattern],
        )
        self.work("Reading the log groups", lambda: self._read(group, run), self._show_first)

    def describe(self) -> list[Block]:
        return [LogLines(self._title, self.events[-_MOST_EVENTS:])]

    def close(self) -> None:
        """Stop a live tail."""
        if self._tailing is not None:
            self._toggle_tail()

    # ---- reading -------------------------------------------------------------------------------------

    def _read(self, group: str, run: str) -> tuple[list[str], str, list[str], str, list[LogEvent]]:
        groups = self.logs.groups()
        if run:
            title, group, events = self._lines_of(run, group)
        else:
            group = group or next(iter(groups), "")
            title, events = "Events", self.logs.events(group) if group in groups else []
        return groups, group, self.logs.streams(group) if group in groups else [], title, events

    def _show_first(self, found: tuple[list[str], str, list[str], str, list[LogEvent]]) -> News:
        groups, group, streams, title, events = found
        chosen = group or _NO_GROUP
        self._filling = True
        self.group.options = groups if group in groups else [chosen, *groups]
        self.group.value = chosen
        self._filling = False
        self.copy_group.text = group
        self._show_streams(streams)
        if group and group not in groups:
            return News(f"{group} is not there yet: a function makes it when it first runs.", "plain")
        return self._show_events(title, events)

    def _enter(self, group: str) -> None:
        # New options select the first one for a moment.
        if self._filling:
            return

        def done(found: tuple[list[str], list[LogEvent]]) -> News:
            self._show_streams(found[0])
            return self._show_events("Events", found[1])

        self.copy_group.text = group
        self.work("Reading", lambda: (self.logs.streams(group), self.logs.events(group)), done, later=True)

    def _show_streams(self, streams: list[str]) -> None:
        self.stream.options = [("All streams", _ALL_STREAMS), *((name, name) for name in streams)]

    def _show(self) -> None:
        group, stream, pattern = self.group.value, self.stream.value, self.pattern.value.strip()
        title = f"Events that match {pattern}" if pattern else "Events"
        streams = [stream] if stream else []
        self.work(
            "Reading",
            lambda: self.logs.events(group, streams, pattern),
            lambda events: self._show_events(title, events),
        )

    def _show_events(self, title: str, events: list[LogEvent]) -> News:
        self._title, self.events = title, events
        self._render()
        cut = f", the last {_MOST_EVENTS} shown" if len(events) > _MOST_EVENTS else ""
        return News(f"{_count(events)}{cut}.", "plain")

    def _render(self) -> None:
        self._lines.value = LogLines(self._title, self.events[-_MOST_EVENTS:]).html()

    # ---- one run -------------------------------------------------------------------------------------

    def _jump(self) -> None:
        run, group = self.run.value.strip(), self.group.value
        if not run:
            self.refuse("Give the request id of an invocation (its result shows it), or the name of a job.")
            return
        self.work("Looking", lambda: self._lines_of(run, group), self._arrive)

    def _lines_of(self, run: str, group: str) -> tuple[str, str, list[LogEvent]]:
        if _REQUEST_ID.fullmatch(run):
            return f"Lines of request {run}", group, self.logs.of_request(group, run)
        group, events = self.logs.of_job(run)
        return f"Lines of job {run}", group, events

    def _arrive(self, found: tuple[str, str, list[LogEvent]]) -> News:
        title, group, events = found
        self.copy_group.text = group
        return self._show_events(title, events)

    # ---- live tail -----------------------------------------------------------------------------------

    def _toggle_tail(self) -> None:
        if self._tailing is not None:
            self._tailing.set()
            return
        stop = self._tailing = threading.Event()
        self.tail.description = "Stop live tail"
        group, pattern = self.group.value, self.pattern.value.strip()
        self._title, self.events = f"Live tail of {group}", []
        self._render()
        self._say("Live: waiting for new events.", "busy")
        threading.Thread(target=self._follow, args=(stop, group, pattern), name="live tail", daemon=True).start()

    def _follow(self, stop: threading.Event, group: str, pattern: str) -> None:
        try:
            known = self.logs.events(group, pattern=pattern)
            seen, last = {event.id for event in known}, max((event.timestamp for event in known), default=None)
            while not stop.wait(_TAIL_SECONDS):
                since = None if last is None else last - _LATE_MS
                new = [event for event in self.logs.events(group, pattern=pattern, since=since) if event.id not in seen]
                if new:
                    seen |= {event.id for event in new}
                    last = max(event.timestamp for event in (*new, *known[-1:]))
                    self.events = sorted([*self.events, *new], key=lambda event: event.timestamp)
                    self._render()
                    self._say(f"Live: {_count(self.events)} so far.", "busy")
            self._say(f"Live tail stopped. {_count(self.events)}.", "plain")
        except EXPECTED as error:
            self._show_error(error)
            self._say("Live tail stopped: see below.", "bad")
        finally:
            self._tailing = None
            self.tail.description = "Start live tail"


def _count(events: Sequence[LogEvent]) -> str:
    return "1 event" if len(events) == 1 else f"{len(events)} events"


def logs_panel(group: str = "", run: str = "") -> LogsPanel:
    """A panel for logs: groups, streams, events, live tail, filter, and the lines of one run.

    Args:
        group: a log group, or the name of a Lambda function; can be chosen in the panel.
        run: the request id of an invocation of that function, or the name of a SageMaker job, whose lines are
            shown at once.
    """
    return LogsPanel(group if not group or "/" in group else f"/aws/lambda/{group}", run)

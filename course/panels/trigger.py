"""The Trigger panel: what in a bucket calls a function, and what an upload would set off.

Source: Lambda developer guide, "Using an Amazon S3 trigger"; S3 user guide, "Event notification types" and
"Filtering event notifications using object key names".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from course.panels.bucket_triggers import ALL, EVENT_TYPES, PUT, BucketTriggers, Filter, Trigger, outputs_of
from course.panels.controls import button, careful_button, field, html_box, row, section
from course.panels.description import Block, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.panel import News, Panel

_COURSE_OUTPUTS = "{folder}train/{name}_train.txt\n{folder}test/{name}_test.txt"
_NO_TRIGGER = "(none)"

_CONSOLE = (
    "On the function's page: **Add trigger**. Source: **S3**.",
    "*Bucket*: the bucket. *Event types*: take away **All object create events** if you want fewer, then choose.",
    "*Prefix* and *Suffix*: paste them.",
    "Tick the box under **Recursive invocation**. **Add**.",
    "To delete it: tab **Configuration**, **Triggers**, tick the trigger, **Delete**.",
)


class TriggerPanel(Panel):
    """Add and delete a trigger, and try keys on it before anything is uploaded."""

    def __init__(self, function: str, bucket: str = "", outputs: Sequence[str] | None = None):
        super().__init__("Trigger", function, _CONSOLE)
        self.triggers = BucketTriggers(function)
        self.found: list[Trigger] = []
        self.bucket = field(widgets.Combobox(value=bucket, description="Bucket"))
        self.events = {event: _tick(f"{name} ({event})") for event, name in EVENT_TYPES.items()}
        self.events[ALL].value = True
        self.prefix = field(widgets.Text("data/", description="Prefix"), "course-mono")
        self.suffix = field(widgets.Text(".json.zip", description="Suffix"), "course-mono")
        self.acknowledge = _tick(
            "Recursive invocation: I know that a function which writes what fires its own trigger is called again"
            " and again, at my cost."
        )
        self.add = button("Add", self._add, primary=True)
        self.trigger = field(widgets.Dropdown(description="Trigger of the bucket", options=[_NO_TRIGGER]))
        self.delete = careful_button("Delete trigger", lambda: str(self.trigger.label or ""), self._delete)
        self.key = field(widgets.Text("data/reviews.json.zip", description="Key to try"), "course-mono")
        ways = [(name, event) for event, name in EVENT_TYPES.items() if event != ALL]
        self.way = field(widgets.Dropdown(description="Uploaded by", options=ways, value=PUT))
        written = _COURSE_OUTPUTS if outputs is None else "\n".join(outputs)
        self.outputs = field(
            widgets.Textarea(written, description="What the function writes, a key a line", rows=3), "course-mono"
        )
        self.copy_prefix = CopyButton(label="Copy prefix for the console")
        self.copy_suffix = CopyButton(label="Copy suffix for the console")
        self._overview, self._trial = html_box(), html_box()
        for widget in (*self.events.values(), self.prefix, self.suffix, self.key, self.way, self.outputs):
            widget.observe(lambda _: self._try(), "value")
        self.bucket.observe(lambda _: self._reread(), "value")
        self._try()
        types = widgets.VBox([html_box('<p class="course-caption">Event types</p>'), *self.events.values()])
        types.add_class("course-ticks")
        self._assemble(
            [
                row(self.bucket),
                types,
                row(self.prefix, self.suffix),
                section("Before anything is uploaded: what would fire?"),
                row(self.key, self.way),
                self.outputs,
                self._trial,
                section("Add it"),
                self.acknowledge,
                row(self.add),
                section("What is there"),
                self._overview,
                row(self.trigger, self.delete),
            ],
            [self.copy_prefix, self.copy_suffix],
        )
        self.work("Reading the triggers", self._read_all, self._show_all)

    @property
    def filter(self) -> Filter:
        """What the controls say now. *All object create events* includes every other type."""
        chosen = tuple(event for event, tick in self.events.items() if tick.value)
        return Filter((ALL,) if ALL in chosen else chosen, self.prefix.value, self.suffix.value)

    def describe(self) -> list[Block]:
        return [*self._trigger_blocks(), *self._trial_blocks()]

    # ---- the bucket's triggers -----------------------------------------------------------------------

    def _read_all(self) -> tuple[list[str], list[Trigger]]:
        buckets, bucket = self.triggers.buckets(), self.bucket.value
        return buckets, self.triggers.read(bucket) if bucket in buckets else []

    def _show_all(self, found: tuple[list[str], list[Trigger]]) -> News:
        buckets, triggers = found
        self.bucket.options = buckets
        return self._show_triggers(triggers, News("Ready.", "plain"))

    def _reread(self) -> None:
        bucket = self.bucket.value
        if bucket in self.bucket.options:
            read, ready = self.triggers.read, News("Ready.", "plain")
            self.work("Reading", lambda: read(bucket), lambda found: self._show_triggers(found, ready), later=True)

    def _show_triggers(self, triggers: list[Trigger], news: News) -> News:
        self.found = triggers
        self.trigger.options = [(_label(one), one.id) for one in triggers] or [_NO_TRIGGER]
        self._overview.value = as_html(self._trigger_blocks())
        return news

    def _trigger_blocks(self) -> list[Block]:
        columns = ("Function", "Event types", "Prefix", "Suffix")
        rows = [(one.function_arn.rpartition(":")[2], *one.filter.row()) for one in self.found]
        return [Table("Triggers of the bucket", columns, rows, "None: an upload calls nobody.")]

    def _add(self) -> None:
        bucket, wanted = self.bucket.value.strip(), self.filter
        if not bucket:
            self.refuse("Choose the bucket whose uploads are to call the function.")
        elif not wanted.events:
            self.refuse("Choose at least one event type.")
        elif not self.acknowledge.value:
            self.refuse("Read the line on recursive invocation, and tick its box.")
        else:
            self._change("Adding", lambda: self.triggers.add(bucket, wanted), "Added. An upload that fits now fires.")

    def _delete(self) -> None:
        chosen = next((one for one in self.found if one.id == self.trigger.value), None)
        bucket = self.bucket.value
        if chosen is None:
            self.refuse("The bucket has no trigger that could be deleted.")
        else:
            self._change("Deleting", lambda: self.triggers.remove(bucket, chosen), "Deleted.")

    def _change(self, doing: str, change: Callable[[], None], words: str) -> None:
        bucket = self.bucket.value

        def job() -> list[Trigger]:
            change()
            return self.triggers.read(bucket)

        self.work(doing, job, lambda found: self._show_triggers(found, News(words)))

    # ---- what would fire -----------------------------------------------------------------------------

    def _try(self) -> None:
        self.copy_prefix.text, self.copy_suffix.text = self.prefix.value, self.suffix.value
        self._trial.value = f'<div class="course-result" aria-live="polite">{as_html(self._trial_blocks())}</div>'

    def _trial_blocks(self) -> list[Block]:
        key, wanted = self.key.value, self.filter
        obstacles = wanted.obstacles(key, self.way.value)
        if obstacles:
            verdict = Say(f"**Does not fire:** {plain('; '.join(obstacles))}.", "bad")
        else:
            verdict = Say(f"**Fires:** `{plain(key)}` calls the function.", "good")
        outputs = [(output, wanted.obstacles(output)) for output in outputs_of(key, self.outputs.value)]
        rows = [(output, f"does not fire: {'; '.join(why)}" if why else "FIRES AGAIN") for output, why in outputs]
        loop = any(not why for _, why in outputs)
        warning = (
            "**A loop:** what the function writes fires its own trigger. Change suffix or prefix, or write elsewhere."
        )
        return [
            verdict,
            Table("What the function would write for this key", ("Key", "Its own trigger"), rows, "Nothing is named."),
            *([Say(warning, "note")] if loop else []),
        ]


def _tick(description: str) -> widgets.Checkbox:
    made = widgets.Checkbox(description=description, indent=False, layout=widgets.Layout(width="auto"))
    made.add_class("course-tick")
    return made


def _label(trigger: Trigger) -> str:
    events, prefix, suffix = trigger.filter.row()
    return f"{trigger.function_arn.rpartition(':')[2]}: {events}, prefix {prefix}, suffix {suffix}"


def trigger_panel(function: str, bucket: str = "", outputs: Sequence[str] | None = None) -> TriggerPanel:
    """A panel for a function's S3 trigger: add, delete, and try keys on it.

    Args:
        function: the function's name.
        bucket: whose uploads are to call it; can be chosen in the panel.
        outputs: the keys that the function writes, with `{folder}` and `{name}` of the uploaded key; those of
            the course's preprocessing where none are given.
    """
    return TriggerPanel(function, bucket, outputs)

"""The Trigger panel: what in a bucket calls a function, and what an upload would set off.

Source: Lambda developer guide, "Using an Amazon S3 trigger"; S3 user guide, "Event notification types" and
"Filtering event notifications using object key names".
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
import ipywidgets as widgets
from botocore.exceptions import ClientError

from course.panels.description import Block, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.panel import News, Panel, button, field, html_box, row

ALL = "s3:ObjectCreated:*"
EVENT_TYPES = {
    ALL: "All object create events",
    "s3:ObjectCreated:Put": "PUT",
    "s3:ObjectCreated:Post": "POST",
    "s3:ObjectCreated:Copy": "COPY",
    "s3:ObjectCreated:CompleteMultipartUpload": "Multipart upload completed",
}
"""What S3 reports of objects that come into being, as the console calls it."""

_PUT = "s3:ObjectCreated:Put"
_COURSE_OUTPUTS = "{folder}train/{name}_train.txt\n{folder}test/{name}_test.txt"
_NO_TRIGGER = "(none)"
_SPREADING_SECONDS = 30

_CONSOLE = (
    "On the function's page: **Add trigger**. Source: **S3**.",
    "*Bucket*: the bucket. *Event types*: take away **All object create events** if you want fewer, then choose.",
    "*Prefix* and *Suffix*: paste them.",
    "Tick the box under **Recursive invocation**. **Add**.",
    "To delete it: tab **Configuration**, **Triggers**, tick the trigger, **Delete**.",
)


@dataclass(frozen=True)
class Filter:
    """Which events of a bucket call the function: their types, and how the object's key begins and ends."""

    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def obstacles(self, key: str, event: str = _PUT) -> list[str]:
        """Why an object with this key, made in this way, would not fire; empty where it would."""
        found = []
        if event not in self.events and ALL not in self.events:
            found.append(f"{EVENT_TYPES[event]} is not among the event types")
        if not key.startswith(self.prefix):
            found.append(f"the key does not begin with {self.prefix}{_by_case(key.lower().startswith, self.prefix)}")
        if not key.endswith(self.suffix):
            found.append(f"the key does not end with {self.suffix}{_by_case(key.lower().endswith, self.suffix)}")
        return found

    def row(self) -> tuple[str, str, str]:
        """Event types, prefix and suffix, as cells of a table."""
        names = ", ".join(EVENT_TYPES.get(event, event) for event in self.events)
        return (names, self.prefix or "any", self.suffix or "any")


@dataclass(frozen=True)
class Trigger:
    """A trigger as the bucket has it."""

    id: str
    function_arn: str
    filter: Filter


class BucketTriggers:
    """What the panel does with a function's triggers, through boto3."""

    def __init__(self, function: str):
        self.function = function
        self._s3, self._lambda = boto3.client("s3"), boto3.client("lambda")

    def buckets(self) -> list[str]:
        """The account's buckets."""
        return [bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]]

    def read(self, bucket: str) -> list[Trigger]:
        """The triggers of a bucket that call Lambda functions, this one or another."""
        return [_trigger(one) for one in self._notification(bucket).get("LambdaFunctionConfigurations", [])]

    def add(self, bucket: str, wanted: Filter) -> None:
        """Allow the bucket to call the function, then tell it when, as the console does.

        Raises:
            ClientError: AWS refuses either, such as for a trigger that overlaps with one that is there.
        """
        arn = self._lambda.get_function_configuration(FunctionName=self.function)["FunctionArn"]
        self._allow(bucket, account=arn.split(":")[4])
        configuration = self._notification(bucket)
        configuration.setdefault("LambdaFunctionConfigurations", []).append(notification(arn, wanted))
        _once_spread(lambda: self._put(bucket, configuration))

    def remove(self, bucket: str, trigger: Trigger) -> None:
        """Make the bucket forget a trigger; the function stops allowing the bucket when it was the last."""
        configuration = self._notification(bucket)
        ours = configuration.get("LambdaFunctionConfigurations", [])
        configuration["LambdaFunctionConfigurations"] = [one for one in ours if one["Id"] != trigger.id]
        self._put(bucket, configuration)
        left = {one["LambdaFunctionArn"] for one in configuration["LambdaFunctionConfigurations"]}
        if trigger.function_arn not in left:
            self._disallow(bucket, trigger.function_arn)

    def _notification(self, bucket: str) -> dict[str, Any]:
        found = self._s3.get_bucket_notification_configuration(Bucket=bucket)
        del found["ResponseMetadata"]
        for one in (one for name, ones in found.items() if name.endswith("Configurations") for one in ones):
            for rule in one.get("Filter", {}).get("Key", {}).get("FilterRules", []):
                # S3 answers `Prefix`; what it takes is `prefix`.
                rule["Name"] = rule["Name"].lower()
        return found

    def _put(self, bucket: str, configuration: dict[str, Any]) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)

    def _allow(self, bucket: str, account: str) -> None:
        # A conflict: the bucket is allowed already.
        with contextlib.suppress(self._lambda.exceptions.ResourceConflictException):
            self._lambda.add_permission(
                FunctionName=self.function,
                StatementId=_statement_id(bucket),
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
                SourceArn=f"arn:aws:s3:::{bucket}",
                SourceAccount=account,
            )

    def _disallow(self, bucket: str, function_arn: str) -> None:
        # Not found: the function is gone, or the permission has another name and was given by somebody else.
        with contextlib.suppress(self._lambda.exceptions.ResourceNotFoundException):
            self._lambda.remove_permission(FunctionName=function_arn, StatementId=_statement_id(bucket))


def _statement_id(bucket: str) -> str:
    return f"trigger-{bucket.replace('.', '-')}"


def notification(function_arn: str, wanted: Filter) -> dict[str, Any]:
    """A trigger as PutBucketNotificationConfiguration takes it."""
    rules = [{"Name": n, "Value": v} for n, v in (("prefix", wanted.prefix), ("suffix", wanted.suffix)) if v]
    made: dict[str, Any] = {"LambdaFunctionArn": function_arn, "Events": list(wanted.events)}
    return made | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def outputs_of(key: str, templates: str) -> list[str]:
    """The keys that a function would write for an object, a line of the templates each.

    `{folder}` stands for the key up to its last slash, `{name}` for the file's name up to its first dot.
    """
    folder, slash, file = key.rpartition("/")
    lines = (line.strip() for line in templates.splitlines())
    name = file.partition(".")[0]
    return [line.replace("{folder}", folder + slash).replace("{name}", name) for line in lines if line]


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
        self.delete = button("Delete trigger", self._delete)
        self.key = field(widgets.Text("data/reviews.json.zip", description="Key to try"), "course-mono")
        ways = [(name, event) for event, name in EVENT_TYPES.items() if event != ALL]
        self.way = field(widgets.Dropdown(description="Uploaded by", options=ways, value=_PUT))
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
        types = html_box('<p class="course-caption">Event types</p>')
        self._assemble(
            [
                row(self.bucket),
                widgets.VBox([types, *self.events.values()]),
                row(self.prefix, self.suffix),
                row(self.key, self.way),
                self.outputs,
                self._trial,
                self.acknowledge,
                row(self.add),
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


def _by_case(matches: Callable[[str], bool], wanted: str) -> str:
    return " (case counts)" if matches(wanted.lower()) else ""


def _trigger(configuration: dict[str, Any]) -> Trigger:
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    values = {rule["Name"]: rule["Value"] for rule in rules}
    wanted = Filter(tuple(configuration["Events"]), values.get("prefix", ""), values.get("suffix", ""))
    return Trigger(configuration["Id"], configuration["LambdaFunctionArn"], wanted)


def _once_spread(put: Callable[[], None]) -> None:
    """Try until the function's new permission has reached S3, which takes some seconds on a real account."""
    deadline, pause = time.monotonic() + _SPREADING_SECONDS, 1.0
    while True:
        try:
            return put()
        except ClientError as error:
            spreading = "Unable to validate" in error.response["Error"].get("Message", "")
            if not spreading or time.monotonic() > deadline:
                raise
        time.sleep(pause)


def trigger_panel(function: str, bucket: str = "", outputs: Sequence[str] | None = None) -> TriggerPanel:
    """A panel for a function's S3 trigger: add, delete, and try keys on it.

    Args:
        function: the function's name.
        bucket: whose uploads are to call it; can be chosen in the panel.
        outputs: the keys that the function writes, with `{folder}` and `{name}` of the uploaded key; those of
            the course's preprocessing where none are given.
    """
    return TriggerPanel(function, bucket, outputs)
